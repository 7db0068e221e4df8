using ActorSync.Graphs;
using Akka.Actor;

namespace ActorSync.Actors;

/// <summary>
/// Polls a peer for a caller outside of the actors. A poll may take as long as it makes progress, so that no time limit
/// tells the caller of a peer that is gone: this actor does.
/// </summary>
internal sealed class PollAskerActor : ReceiveActor
{
    private readonly IActorRef _peer;
    private readonly PeerActor.Poll _poll;
    private readonly TaskCompletionSource<Result<PollOutcome>> _ended;

    public PollAskerActor(IActorRef peer, PeerActor.Poll poll, TaskCompletionSource<Result<PollOutcome>> ended)
    {
        _peer = peer;
        _poll = poll;
        _ended = ended;
        Receive<PollActor.Ended>(poll => End(poll.Result));
        Receive<Terminated>(_ => End(new SyncError(SyncErrorKind.Unreachable, "the peer is gone")));
    }

    public static Props Props(IActorRef peer, PeerActor.Poll poll, TaskCompletionSource<Result<PollOutcome>> ended) =>
        Akka.Actor.Props.Create(() => new PollAskerActor(peer, poll, ended));

    protected override void PreStart()
    {
        Context.Watch(_peer);
        _peer.Tell(_poll);
    }

    protected override void PostStop() => _ended.TrySetResult(new SyncError(SyncErrorKind.ShuttingDown, "the node is shutting down"));

    private void End(Result<PollOutcome> result)
    {
        _ended.TrySetResult(result);
        Context.Stop(Self);
    }
}

using ActorSync.Graphs;
using ActorSync.Graphs.Polls;
using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.Wire;
using Akka.Actor;
using Akka.Event;
using Address = ActorSync.Graphs.Address;

namespace ActorSync.Actors;

/// <summary>One poll of one peer, answered from a snapshot: interprets a <see cref="PollResponder"/>.</summary>
public sealed class PollResponderActor : ReceiveActor, IWithTimers
{
    /// <summary>To the graph: the peer holds these commands durably.</summary>
    public sealed record PeerHolds(PeerIdentity Peer, IReadOnlyList<CommandId> Commands) : ILocalMessage;

    /// <summary>To the graph: what was remembered of the peer is wrong.</summary>
    public sealed record ForgetPeer(PeerIdentity Peer) : ILocalMessage;

    /// <summary>To the graph: the session is over, and the peer holds all that it answered from.</summary>
    public sealed record Answered(PeerRef Peer, SessionId Session, GraphSnapshot Snapshot) : ILocalMessage;

    private readonly SessionId _session;
    private readonly GraphSnapshot _snapshot;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Outbox<ResponderOutput> _outbox = new();
    private readonly PollResponder _machine;
    private PeerRef _peer;
    private bool _isFinished;
    private IActorRef _router = ActorRefs.Nobody;

    public PollResponderActor(PeerRef peer, SessionId session, GraphSnapshot snapshot, IReadOnlyList<Address> remembered, SyncSettings settings)
    {
        _peer = peer;
        _session = session;
        _snapshot = snapshot;
        var known = new KnownHeads();
        known.AddAll(snapshot, remembered.Select(head => head.Id));
        _machine = new PollResponder(session, snapshot, known, peer.MaxPayloadBytes, settings.Polls, settings.Wire);
        Receive<GraphActor.Session>(OnSession);
        Receive<GraphActor.SessionRejects>(rejects => Run(new ResponderInput.Message(rejects.Message)));
        Receive<PeerActor.Taken>(_ => Run(new ResponderInput.Taken()));
        Receive<MachineTick>(_ => OnTick());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private MachineTimer Timer => field ??= new MachineTimer(Timers, Context.System.Scheduler);

    public static Props Props(PeerRef peer, SessionId session, GraphSnapshot snapshot, IReadOnlyList<Address> remembered, SyncSettings settings) =>
        Akka.Actor.Props.Create(() => new PollResponderActor(peer, session, snapshot, remembered, settings));

    /// <summary>The name of the child that answers a session: one peer's sessions cannot meet another's.</summary>
    public static string NameOf(PeerIdentity peer, SessionId session) => $"poll-{peer.Node}-{session}";

    protected override void PostStop() => _router.Tell(new SyncRouter.SessionEnded(_peer, _session, null, _isFinished));

    private void OnSession(GraphActor.Session session)
    {
        _router = Sender;
        if (!session.Peer.Actor.Equals(_peer.Actor))
            Run(new ResponderInput.Relinked());
        _peer = session.Peer;
        Run(new ResponderInput.Message(session.Message));
        _peer.Actor.Tell(PeerActor.Handled.Instance);
    }

    private void OnTick()
    {
        if (Timer.IsDue())
            Run(new ResponderInput.Tick());
    }

    private void Run(ResponderInput input)
    {
        try
        {
            _machine.Handle(input, Timer.Now, _outbox);
        }
        catch (SyncException damaged)
        {
            _log.Error("A poll of graph {0} cannot be answered: {1}", _snapshot.Graph, damaged.Error);
            _peer.Actor.Tell(PeerActor.Send.Failure(damaged.Error, _session.Value, _snapshot.Graph));
            Context.Stop(Self);
            return;
        }
        while (_outbox.TryTake(out var output))
            Interpret(output);
    }

    private void Interpret(ResponderOutput output)
    {
        switch (output)
        {
            case ResponderOutput.Send send:
                _peer.Actor.Tell(new PeerActor.Send(send.Payload, Self));
                break;
            case ResponderOutput.PeerHolds holds:
                Context.Parent.Tell(new PeerHolds(_peer.Identity, holds.Heads));
                break;
            case ResponderOutput.ForgetPeer:
                Context.Parent.Tell(new ForgetPeer(_peer.Identity));
                break;
            case ResponderOutput.StartTimer timer:
                Timer.Start(timer.At);
                break;
            case ResponderOutput.Ended ended:
                _isFinished = ended.IsFinished;
                if (ended.AllIsHeld)
                    Context.Parent.Tell(new Answered(_peer, _session, _snapshot));
                Context.Stop(Self);
                break;
        }
    }
}

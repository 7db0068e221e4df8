using ActorSync.Graphs;
using ActorSync.Graphs.Spread;
using ActorSync.Peers;
using Akka.Actor;

namespace ActorSync.Actors;

// How the graph comes from the other holders: along the tree, and by polls.
internal sealed partial class HolderActor
{
    private IActorRef? _spread;
    private IActorRef? _spreadEnding;
    private bool _spreadKnows;
    private HeadSet? _heads;

    private void Spreading() => Receive<SpreadActor.Noted>(_ => _spreadKnows = false);

    // A graph that only woke, or went to rest, has nothing for which others would have to be polled.
    private void TellSpread(HeadSet heads)
    {
        var isCommit = !heads.Equals(_heads);
        _heads = heads;
        if (_spread is null || _spreadKnows || !isCommit)
            return;
        _spreadKnows = true;
        _spread.Tell(SpreadActor.Changed.Instance);
    }

    private IReadOnlyList<NodeId> _spreadTo = [];

    // Between the holders commits are pushed along a tree. Who has nothing of the graph yet polls for it first: whoever asks
    // to have commits pushed can be asked the same. Who holds the graph no longer has no part in that.
    private void Spread()
    {
        var holders = _holding.Holders;
        if (!_isHere || !holders.Contains(_mesh.Self) || holders.Count < 2)
        {
            if (_spread is not null)
            {
                Context.Watch(_spread);
                Context.Stop(_spread);
                _spreadEnding = _spread;
            }
            (_spread, _spreadTo) = (null, []);
            return;
        }
        // One begins when the one before it has taken back what it asked for.
        if (_spreadEnding is not null || holders.SequenceEqual(_spreadTo))
            return;
        _spreadTo = holders;
        _spread ??= Context.ActorOf(SpreadActor.Props(_graph, _mesh.Sync, _mesh.Peers, ActorRefs.Nobody, _mesh.Sync.Settings.Spread));
        _spread.Tell(new SpreadActor.Members(new Overlay(holders, _mesh.Sync.Settings.Spread.Neighbours)));
    }

    private void Poll(NodeId node)
    {
        if (!_linked.TryGetValue(node, out var peer))
        {
            Self.Tell(new Polled(node, new SyncError(SyncErrorKind.Unreachable, $"there is no link to the member {node.ToShortString()}")));
            return;
        }
        PollThen(peer, error => new Polled(node, error));
    }

    // Polls the graph of a linked member, without a byte limit; this actor is told how it ended.
    private void PollThen(IActorRef peer, Func<SyncError?, object> ended)
    {
        var self = Self;
        peer.Ask<PollActor.Ended>(new PeerActor.Poll(_graph, new PollOptions()), LongestPoll).PipeTo(
            self, success: polled => ended(polled.Result.Error), failure: why => ended(new SyncError(SyncErrorKind.Unreachable, why.Message)));
    }

    private void Send(NodeId node, ReadOnlyMemory<byte> payload)
    {
        if (_linked.TryGetValue(node, out var peer))
            peer.Tell(new PeerActor.Send(payload, null));
    }
}

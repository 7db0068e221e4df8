using ActorSync.Peers;
using ActorSync.States.Exchange;
using ActorSync.Wire;
using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

// Its peers: those that are linked, and plain ones, which are handed entries and asked for all they hold.
public sealed partial class StateActor
{
    // An entry and its key must fit, whatever form they take there.
    private const int PlainPayloadBytes = 1 << 20;

    private readonly HashSet<NodeId> _strangers = [];
    private Dictionary<NodeId, PeerRef> _peers = [];
    private Dictionary<NodeId, IPlainPeer> _plain = [];

    // A peer that did not share the state and now speaks of it does.
    private void OnFromPeer(FromPeer from)
    {
        var peer = from.Peer.Identity.Node;
        if (_strangers.Remove(peer))
            TellPeers();
        _accounts.Of(peer).Received(from.Message, from.Bytes);
        Run(new ReplicaInput.Message(Known(from.Peer), from.Message, Wall));
        from.Peer.Actor.Tell(PeerActor.Handled.Instance);
    }

    // Whoever speaks can be answered, also when its link was not told of yet.
    private StatePeer Known(PeerRef peer)
    {
        _peers.TryAdd(peer.Identity.Node, peer);
        return Reached(peer);
    }

    private static StatePeer Reached(PeerRef peer) => new(peer.Identity.Node, peer.MaxPayloadBytes);

    private static void Refuse(FromPeer from, SyncError error)
    {
        if (from.Message is StatePull or StateCompare or StatePush { WantsAnswer: true })
            from.Peer.Actor.Tell(PeerActor.Send.Failure(error, from.Message.Exchange.Value, null));
        from.Peer.Actor.Tell(PeerActor.Handled.Instance);
    }

    private void OnLinked(Linked linked)
    {
        _peers = linked.Peers.ToDictionary(peer => peer.Identity.Node);
        _strangers.IntersectWith(_peers.Keys);
        TellPeers();
    }

    private void OnUsePlain(UsePlain use)
    {
        _plain = use.Peers.DistinctBy(peer => peer.Id).ToDictionary(peer => peer.Id);
        TellPeers();
    }

    private void TellPeers()
    {
        var linked = _peers.Values.Where(peer => !_strangers.Contains(peer.Identity.Node)).Select(Reached);
        var plain = _plain.Keys.Select(peer => new StatePeer(peer, PlainPayloadBytes, IsPlain: true));
        StatePeer[] all = [.. linked, .. plain];
        _accounts.Keep([.. all.Select(peer => peer.Node)]);
        Run(new ReplicaInput.Peers(all, Wall));
    }

    private void OnHand(ReplicaOutput.Hand hand)
    {
        if (!_plain.TryGetValue(hand.Peer, out var peer))
            return;
        _accounts.Of(hand.Peer).PushesSent++;
        peer.HandAsync(hand.Push.Entries).PipeTo(
            Self, success: result => new Handed(hand.Peer, hand.Push, result), failure: why => new Handed(hand.Peer, hand.Push, Unexpected(why)));
    }

    private void OnHanded(Handed handed)
    {
        SyncMessage answer;
        if (handed.Result.TryGet(out var version, out var error))
        {
            Worked(handed.Peer, _accounts.Of(handed.Peer).Tells(version), "push");
            answer = new StatePushed(_name, handed.Push.Exchange, handed.Push.Round, 0, null, version ?? default);
        }
        else
            answer = new SyncFailure(error.Kind, handed.Push.Exchange.Value, null, error.Message);
        Run(new ReplicaInput.Message(new StatePeer(handed.Peer, PlainPayloadBytes, IsPlain: true), answer, Wall));
    }

    private void OnAsk(ReplicaOutput.Ask ask)
    {
        if (!_plain.TryGetValue(ask.Peer, out var peer))
            return;
        peer.AskAsync(ask.Version).PipeTo(
            Self, success: result => new Asked(ask.Peer, ask.Pull, result), failure: why => new Asked(ask.Peer, ask.Pull, Unexpected(why)));
    }

    private void OnAsked(Asked asked) => Run(new ReplicaInput.Whole(asked.Peer, asked.Pull, asked.Result, Wall));

    private bool OnPulled(ReplicaOutput.Pulled pulled)
    {
        if (!pulled.Result.TryGet(out var report, out var error))
            return OnTrouble(pulled.Peer, error, StateExchange.Pull);
        Worked(pulled.Peer, _accounts.Of(pulled.Peer).Pulled(report, _replica!.Table.Version), "pull");
        return false;
    }

    // A link that is down is told of elsewhere; of a plain peer this is the only place that hears.
    private bool OnTrouble(NodeId peer, SyncError error, StateExchange of)
    {
        if (error.Kind == SyncErrorKind.UnknownState)
            return _strangers.Add(peer);
        _sync.Errors.Count(error.Kind);
        // Of who is no peer nothing is kept: it may take any name.
        var account = _peers.ContainsKey(peer) || _plain.ContainsKey(peer) ? _accounts.Of(peer) : _accounts.Others;
        if (account.Failed(of, error, Timer.Now) && _plain.TryGetValue(peer, out var plain))
            _log.Warning("State {0}, peer {1}: {2}; it is tried again, and told again when it has worked in between", _name, plain.Name, $"the {(of == StateExchange.Push ? "push" : "pull")} failed: {error}");
        else
            _log.Debug("State {0}, peer {1}: {2}", _name, NameOf(peer), error);
        return false;
    }

    private void OnSetAside(ReplicaOutput.SetAside aside)
    {
        _sync.Errors.Count(aside.Error.Kind);
        _accounts.Of(aside.Peer).Refused(aside.Error, Timer.Now);
        if (_replica!.Refused.CountOf(aside.Peer) == 1)
            _log.Warning("State {0}, peer {1}: {2}; the state's status names further ones", _name, NameOf(aside.Peer), aside.Error);
        else
            _log.Debug("State {0}, peer {1}: {2}", _name, NameOf(aside.Peer), aside.Error);
    }

    private void Worked(NodeId peer, long failures, string what)
    {
        if (failures > 0 && _plain.TryGetValue(peer, out var plain))
            _log.Info("State {0}, peer {1}: {2}", _name, plain.Name, $"the {what} works again after {failures} failures");
    }

    private string NameOf(NodeId peer) => _plain.TryGetValue(peer, out var plain) ? plain.Name : peer.ToShortString();
}

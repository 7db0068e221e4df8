using ActorSync.Graphs;
using ActorSync.Graphs.Policies;
using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.Testing.Simulations.Invariants;

/// <summary>
/// Looks at every command that is stored, every version that is shown and every payload that is sent, and throws when a
/// promise of the protocol is broken. It keeps books of its own; what it costs is what changed. docs/simulator.md names
/// the invariants.
/// </summary>
internal sealed class SimWatch
{
    private readonly Dictionary<GraphId, GraphTruth> _truths = [];
    private readonly Dictionary<(NodeId, GraphId), StoreView> _stores = [];
    private readonly Dictionary<SimPeer, PublisherLedger> _publishers = [];
    private readonly Dictionary<SessionId, PollLedger> _polls = [];
    private readonly Dictionary<(SubscriptionId, GraphId, uint), CommandId[]> _pushes = [];
    private readonly CommandSet _union = new();

    /// <summary>Commands received that were new, and that were there already.</summary>
    public long Useful { get; private set; }

    public long Redundant { get; private set; }

    /// <summary>Stands for all that happened: two runs with the same digest are the same.</summary>
    public ulong Digest { get; private set; } = 14695981039346656037;

    public GraphTruth TruthOf(GraphId graph)
    {
        if (!_truths.TryGetValue(graph, out var truth))
            _truths.Add(graph, truth = new GraphTruth());
        return truth;
    }

    public StoreView StoreOf(SimNode node, GraphId graph)
    {
        var key = (node.Identity.Node, graph);
        if (!_stores.TryGetValue(key, out var store))
            _stores.Add(key, store = new StoreView(node, graph, TruthOf(graph)));
        return store;
    }

    public void Mix(ulong value) => Digest = (Digest ^ value) * 1099511628211 ^ Digest >> 31;

    public void OnProcessEnds(SimNode node)
    {
        foreach (var peer in _publishers.Keys.Where(peer => peer.Node == node).ToArray())
            _publishers.Remove(peer);
        foreach (var store in StoresOf(node.Identity.Node))
            store.OnProcessEnds();
    }

    public void OnForgotten(SimPeer peer) => _publishers.Remove(peer);

    public void OnIncarnationEnds(PeerIdentity identity)
    {
        foreach (var store in StoresOf(identity.Node))
            store.OnIncarnationEnds(identity.Instance);
    }

    public void OnRestored(SimNode node)
    {
        foreach (var store in StoresOf(node.Identity.Node))
            store.OnRestored();
    }

    /// <summary>A node began to store commands; an action must follow all that the node has, durable or not.</summary>
    public void OnAppend(SimNode node, GraphId graph, IReadOnlyList<Command> commands, bool isAction, int first)
    {
        var truth = TruthOf(graph);
        foreach (var command in commands)
            truth.Note(command);
        if (isAction && truth.ClosureCountOf(truth.NumberOf(commands[^1].Id)) is var count && count != first + commands.Count)
            throw new InvariantBrokenException($"{node} acted on {graph.ToShortString()}: {commands[^1].Address} follows {count - 1} commands of the {first + commands.Count - 1} that were there");
    }

    public void OnAcknowledged(SimNode node, GraphId graph, CommandId id, string how) => StoreOf(node, graph).Promise(id, how);

    public void OnChanged(SimNode node, GraphSnapshot version, Facts facts)
    {
        var store = StoreOf(node, version.Graph);
        var truth = store.Truth;
        if (version.Count > store.Count)
            throw new InvariantBrokenException($"{node} shows {version.Count} commands of {version.Graph.ToShortString()}, and {store.Count} are durable");
        if (version.Heads.Count > GraphLimits.MostHeads)
            throw new InvariantBrokenException($"{node} has {version.Heads.Count} heads of {version.Graph.ToShortString()}, and the limit is {GraphLimits.MostHeads}");
        _union.Clear();
        foreach (var head in version.Heads)
        {
            if (_union.Has(truth.NumberOf(head.Id)))
                throw new InvariantBrokenException($"{node} calls {head} a head of {version.Graph.ToShortString()}, and another head follows it");
            _union.AddAll(truth.ClosureOf(truth.NumberOf(head.Id)));
        }
        if (_union.Count != version.Count)
            throw new InvariantBrokenException($"{node} has {version.Count} commands of {version.Graph.ToShortString()}, and its heads stand for {_union.Count}");
        truth.NoteVersion(version.Heads.Digest, version.Count, store.FingerprintOf(version.Count), facts, node.ToString());
        Mix(version.Heads.Digest.Prefix);
    }

    /// <summary>What is remembered of a peer must be durable in that incarnation of it.</summary>
    public void OnRemembered(SimNode node, PeerIdentity peer, GraphId graph, IReadOnlyList<Address> heads)
    {
        if (!_stores.TryGetValue((peer.Node, graph), out var store))
            return;
        foreach (var head in heads)
        {
            if (!store.HeldBy(peer.Instance).Has(store.Truth.NumberOf(head.Id)))
                throw new InvariantBrokenException($"{node} believes that the peer {peer.Node.ToShortString()} {peer.Instance} holds {head} of {graph.ToShortString()} durably; it does not");
        }
    }

    public static void OnFault(SimPeer peer, SyncError error)
    {
        if (PeerStanding.IsFault(error.Kind))
            throw new InvariantBrokenException($"{peer.Node} holds a fault against {peer.Link.Other(peer.Node)}, which made none: {error}");
    }

    public void OnReceived(ReceiveResult result)
    {
        Useful += result.Added;
        Redundant += result.Known;
    }

    public void OnEnded(SimPeer publisher) => LedgerOf(publisher).OnEnded();

    public void OnAnswerBegins(Poll poll) => PollOf(poll.Session, poll.Graph).OnAnswerBegins(poll.MaxBytes);

    public void OnSent(SimPeer from, SyncMessage message, int bytes)
    {
        switch (message)
        {
            case Push push:
                var commands = from.Node.Simulation.Decode(push.Commands);
                _pushes[(push.Id, push.Graph, push.Index)] = [.. BatchHeads.Of(commands)];
                LedgerOf(from).OnPush(push, bytes, commands);
                break;
            case PushAck ack:
                PromiseAll(from.Node, ack.Graph, ack.Heads, "a push was acknowledged");
                foreach (var head in _pushes.GetValueOrDefault((ack.Id, ack.Graph, ack.Index), []))
                    StoreOf(from.Node, ack.Graph).Promise(head, $"the push {ack.Index} was acknowledged");
                break;
            case Subscribed subscribed when LedgerOf(from).OnSubscribed(subscribed):
                RequirePlace(from.Node);
                break;
            case Subscribe subscribe:
                foreach (var graph in subscribe.Graphs)
                    PromiseAll(from.Node, graph.Graph, graph.Sample.Addresses, "it was told of with a Subscribe");
                break;
            case Poll poll:
                PromiseAll(from.Node, poll.Graph, poll.Sample.Addresses, "it was told of with a Poll");
                break;
            case PollResponse part when _polls.TryGetValue(part.Session, out var poll):
                poll.OnPart(from, part, bytes, from.Node.Simulation.Decode(part.Commands), this);
                break;
            case Credit credit when _polls.TryGetValue(credit.Session, out var poll):
                poll.OnCredit(credit, StoreOf(from.Node, poll.Graph));
                break;
        }
    }

    public void OnDelivered(SimPeer to, SyncMessage message)
    {
        Mix((ulong)to.Node.Simulation.Now.Ticks ^ (ulong)message.Type << 56 ^ (ulong)to.Node.Identity.Node.Value << 48);
        switch (message)
        {
            case Subscribe subscribe:
                LedgerOf(to).OnSubscribe(subscribe);
                break;
            case Unsubscribe unsubscribe:
                LedgerOf(to).OnUnsubscribe(unsubscribe);
                break;
            case PollResponse part when _polls.TryGetValue(part.Session, out var poll):
                poll.OnPartArrives(part, to.Node.Simulation.Decode(part.Commands));
                break;
        }
    }

    /// <summary>
    /// Each command's priors must come before it, in this payload or an earlier one of the conversation, or be durable at
    /// the peer already.
    /// </summary>
    public void RequireCausal(SimPeer from, GraphId graph, IReadOnlyList<Command> commands, CommandSet sent)
    {
        var store = StoreOf(from.Link.Other(from.Node), graph);
        var held = store.HeldBy(from.Identity.Instance);
        foreach (var command in commands)
        {
            foreach (var prior in GraphTruth.PriorsOf(command))
            {
                var number = store.Truth.NumberOf(prior);
                if (!sent.Has(number) && !held.Has(number))
                    throw new InvariantBrokenException($"{from.Node} sent {from.Link.Other(from.Node)} the command {command.Address} of {graph.ToShortString()} without its prior {prior}");
            }
            sent.Add(store.Truth.NumberOf(command.Id));
        }
    }

    private void PromiseAll(SimNode node, GraphId graph, IReadOnlyList<Address> heads, string how)
    {
        var store = StoreOf(node, graph);
        foreach (var head in heads)
            store.Promise(head.Id, how);
    }

    private void RequirePlace(SimNode node)
    {
        var open = node.Peers.Count(peer => _publishers.TryGetValue(peer, out var ledger) && ledger.IsOpen);
        if (open > node.Slots.Limit)
            throw new InvariantBrokenException($"{node} has {open} open subscriptions, and the limit is {node.Slots.Limit}");
    }

    private PublisherLedger LedgerOf(SimPeer publisher)
    {
        if (!_publishers.TryGetValue(publisher, out var ledger))
            _publishers.Add(publisher, ledger = new PublisherLedger(publisher, this));
        return ledger;
    }

    private PollLedger PollOf(SessionId session, GraphId graph)
    {
        if (!_polls.TryGetValue(session, out var poll))
            _polls.Add(session, poll = new PollLedger(session, graph));
        return poll;
    }

    private IEnumerable<StoreView> StoresOf(NodeId node) => _stores.Where(pair => pair.Key.Item1 == node).Select(pair => pair.Value);
}

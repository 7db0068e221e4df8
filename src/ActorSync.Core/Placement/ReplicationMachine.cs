using ActorSync.Graphs;
using ActorSync.Machines;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.Placement;

/// <summary>What reaches the count of the stores that have a graph's commits.</summary>
public abstract record ReplicationInput
{
    private ReplicationInput()
    {
    }

    /// <summary>The members have changed.</summary>
    public sealed record View(MembershipView Value) : ReplicationInput;

    /// <summary>The graph's committed version. It comes before what is said of its commits.</summary>
    public sealed record Version(GraphSnapshot Snapshot) : ReplicationInput;

    /// <summary>Answer when a command that is durable here is durable in enough stores. A graph at rest is woken for it.</summary>
    public sealed record Await(long Token, Address Command, TimeSpan? Within = null) : ReplicationInput;

    /// <summary>A peer holds these durably, and all before them: <see cref="Graphs.Subscriptions.SubscriptionOutput.AckedMoved"/>, or what it pushed.</summary>
    public sealed record Acked(NodeId Node, IReadOnlyList<Address> Heads) : ReplicationInput;

    /// <summary>A <see cref="HoldingAck"/> of a member.</summary>
    public sealed record Message(NodeId Node, HoldingAck Value) : ReplicationInput;

    /// <summary>The timer ran out.</summary>
    public sealed record Tick : ReplicationInput;
}

/// <summary>What the count of the stores wants done.</summary>
public abstract record ReplicationOutput
{
    private ReplicationOutput()
    {
    }

    /// <summary>The command is durable in that many holders' stores; NotReplicated when those are not enough.</summary>
    public sealed record Answer(long Token, Address Command, int Stores, SyncError? Error) : ReplicationOutput;

    /// <summary>Send this to a member, if there is a link.</summary>
    public sealed record Send(NodeId Node, ReadOnlyMemory<byte> Payload) : ReplicationOutput;

    /// <summary>Call again then, in place of any time named before.</summary>
    public sealed record StartTimer(MonotonicTime At) : ReplicationOutput;
}

/// <summary>
/// Counts, for the commits of one graph that are to be replicated, the holders in whose stores they are durable: by the
/// acknowledgements that pushes bring anyway, and of a holder that gives none, by asking it. Answers when there are as many
/// as the rule wants, or, when that takes too long or cannot be, that the commit is durable here and not known to be in
/// more stores: it spreads on all the same.
/// </summary>
public sealed class ReplicationMachine(GraphId graph, NodeId self, PlacementRule rule, HoldingSettings settings) : IMachine<ReplicationInput, ReplicationOutput>
{
    private const uint FirstRound = 1u << 31;

    private readonly List<Awaited> _awaited = [];
    private readonly Dictionary<NodeId, KnownHeads> _known = [];
    private IReadOnlyList<NodeId> _holders = [];
    private MembershipView _view = new(self, []);
    private GraphSnapshot? _snapshot;
    private GraphSnapshot? _atRest;
    // The rounds of the holding's own questions are below: the answers come to both.
    private (uint Round, IReadOnlyList<Address> Heads) _asked = (FirstRound, []);
    private MonotonicTime _askAt = MonotonicTime.Never;
    private MonotonicTime? _timer;
    private int _inVain;

    /// <summary>Commits that wait.</summary>
    public int Waiting => _awaited.Count;

    public void Handle(ReplicationInput input, MonotonicTime now, IOutbox<ReplicationOutput> outbox)
    {
        switch (input)
        {
            case ReplicationInput.Tick:
                _timer = null;
                break;
            case ReplicationInput.View view:
                OnView(view.Value, now);
                break;
            case ReplicationInput.Version version when _snapshot is null || version.Snapshot.Count >= _snapshot.Count:
                OnVersion(version.Snapshot);
                break;
            case ReplicationInput.Await wait:
                OnAwait(wait, now, outbox);
                break;
            case ReplicationInput.Acked acked:
                Know(acked.Node, acked.Heads);
                break;
            case ReplicationInput.Message message when message.Value.Graph == graph && message.Value.Round == _asked.Round:
                Know(message.Node, [.. _asked.Heads.Where((_, i) => i < message.Value.Held.Count && message.Value.Held[i])]);
                break;
        }
        Answer(now, outbox);
        Ask(now, outbox);
        StartTimer(outbox);
        if (_awaited.Count == 0 && _atRest is not null)
            (_snapshot, _atRest) = (_atRest, null);
    }

    // What is acknowledged cannot be seen from a graph at rest: the whole one is kept while anything waits.
    private void OnVersion(GraphSnapshot version)
    {
        _atRest = version.IsAtRest ? version : null;
        if (!version.IsAtRest || _snapshot is null)
            _snapshot = version;
    }

    // Another incarnation of a member may have lost what the one before it had.
    private void OnView(MembershipView view, MonotonicTime now)
    {
        foreach (var node in _known.Keys.Where(node => view.Find(node)?.Incarnation != _view.Find(node)?.Incarnation).ToArray())
        {
            _known.Remove(node);
            foreach (var awaited in _awaited)
                awaited.Stores.Remove(node);
        }
        if (view.Digest != _view.Digest)
        {
            _holders = Rendezvous.Holders(view, graph, rule);
            // Who holds the graph only now was not asked yet: not for it are the waits that have doubled.
            if (_awaited.Count > 0)
                (_askAt, _inVain) = (MonotonicTime.Min(_askAt, now + settings.AskAfter), 0);
        }
        _view = view;
    }

    private void OnAwait(ReplicationInput.Await wait, MonotonicTime now, IOutbox<ReplicationOutput> outbox)
    {
        if (_awaited.Count >= settings.AwaitedMost)
        {
            Refuse(wait, $"{_awaited.Count} commits wait to be replicated already", outbox);
            return;
        }
        if (_holders.Count < rule.Stores)
        {
            Refuse(wait, $"{_holders.Count} members hold the graph, and {rule.Stores} stores were asked for", outbox);
            return;
        }
        var awaited = new Awaited(wait.Token, wait.Command, now + (wait.Within ?? settings.ReplicateWithin));
        awaited.Stores.Add(self);
        _awaited.Add(awaited);
        foreach (var (node, known) in _known)
            Count(awaited, node, known);
        if (_askAt == MonotonicTime.Never)
            (_askAt, _inVain) = (now + settings.AskAfter, 0);
    }

    private static void Refuse(ReplicationInput.Await wait, string why, IOutbox<ReplicationOutput> outbox) =>
        outbox.Put(new ReplicationOutput.Answer(wait.Token, wait.Command, 1, NotReplicated(wait.Command, why)));

    private static SyncError NotReplicated(Address command, string why) =>
        new(SyncErrorKind.NotReplicated, $"the command {command} is durable here and spreads on, but is not known to be replicated: {why}");

    private void Know(NodeId node, IReadOnlyList<Address> heads)
    {
        if (_snapshot is null || node == self)
            return;
        if (!_known.TryGetValue(node, out var known))
        {
            if (_view.Find(node) is null)
                return;
            _known.Add(node, known = new KnownHeads());
        }
        if (!known.AddAll(_snapshot, heads.Select(head => head.Id)))
            return;
        foreach (var awaited in _awaited)
            Count(awaited, node, known);
    }

    private void Count(Awaited awaited, NodeId node, KnownHeads known)
    {
        if (awaited.Stores.Contains(node) || _snapshot?.Contains(awaited.Command) != true)
            return;
        var steps = KnownHeads.MostSteps;
        foreach (var head in known.Heads)
        {
            if (head.MaxCut < awaited.Command.MaxCut || !_snapshot.Contains(head) || _snapshot.IsAncestor(awaited.Command.Id, head.Id, ref steps) != true)
                continue;
            awaited.Stores.Add(node);
            return;
        }
    }

    private void Answer(MonotonicTime now, IOutbox<ReplicationOutput> outbox)
    {
        _awaited.RemoveAll(awaited =>
        {
            var stores = _holders.Count(awaited.Stores.Contains);
            if (stores < rule.Stores && now < awaited.Until)
                return false;
            var error = stores >= rule.Stores ? null : NotReplicated(awaited.Command, $"{stores} of {rule.Stores} stores have said in time that they have it");
            outbox.Put(new ReplicationOutput.Answer(awaited.Token, awaited.Command, stores, error));
            return true;
        });
        if (_awaited.Count == 0)
            _askAt = MonotonicTime.Never;
    }

    // Whoever does not subscribe here acknowledges no push, and one whose acknowledgement was lost has none to give.
    private void Ask(MonotonicTime now, IOutbox<ReplicationOutput> outbox)
    {
        if (now < _askAt || _snapshot is null)
            return;
        _asked = (_asked.Round + 1, [.. _snapshot.Heads.Take(WireLimits.SampleAddresses)]);
        var payload = SyncCodec.Encode(new Hold(graph, _asked.Round, _view.Digest, _asked.Heads));
        foreach (var node in _holders.Where(node => node != self && _view.Reaches(node) && _awaited.Exists(awaited => !awaited.Stores.Contains(node))))
            outbox.Put(new ReplicationOutput.Send(node, payload));
        _askAt = now + settings.Wait(_inVain++);
    }

    private void StartTimer(IOutbox<ReplicationOutput> outbox)
    {
        var first = _askAt;
        foreach (var awaited in _awaited)
            first = MonotonicTime.Min(first, awaited.Until);
        if (first == _timer)
            return;
        _timer = first;
        outbox.Put(new ReplicationOutput.StartTimer(first));
    }

    private sealed record Awaited(long Token, Address Command, MonotonicTime Until)
    {
        public HashSet<NodeId> Stores { get; } = [];
    }
}

using ActorSync.Graphs;
using ActorSync.Machines;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.Placement;

/// <summary>
/// What one node is to one graph, as placement says by the members that it knows.
/// <code>
/// Absent ──named holder──> TakingOver ──other holders polled, or timeout, and the graph is here──> Serving
///    ^                        │  ^                                                                   │
///    │ Drop                   v  └─named again─┐                                                     v
///    └──────────────────── Leaving &lt;──────── named no longer, and the graph is here ─────────────────┘
/// </code>
/// <para>
/// Whoever has the graph tells those that are newly named (Hold), as they may never have heard of it. A node that is
/// named no longer asks the holders so, with all its heads, and drops the graph when as many as the factor have said
/// that they hold those durably, each under the very membership by which this node counts it as a holder. A change of
/// members, or a commit here, begins that anew. When the grace period is over it asks once more, and the answers must all
/// come soon: one that is long past may be of a holder that is no more. So wherever a node drops a graph, as many
/// others hold all of it, and none of them counts itself as leaving. The store deletes it only if that is all it has.
/// </para>
/// </summary>
public sealed class HoldingMachine : IMachine<HoldingInput, HoldingOutput>
{
    private readonly GraphId _graph;
    private readonly NodeId _self;
    private readonly PlacementRule _rule;
    private readonly HoldingSettings _settings;
    private readonly HoldingRounds _rounds;
    private readonly HashSet<NodeId> _polling = [];
    private readonly HashSet<NodeId> _toPoll = [];
    private MembershipView _view;
    private IReadOnlyList<NodeId> _holders = [];
    private GraphSnapshot? _snapshot;
    private GraphSnapshot? _dropping;
    private HoldingOutput.Moved _told = new(HoldingState.Absent, []);
    private HoldingState _state;
    private MonotonicTime _since;
    private MonotonicTime? _confirmedSince;
    private MonotonicTime _pollAt = MonotonicTime.Never;
    private MonotonicTime? _timer;
    private int _pollsInVain;

    /// <param name="graph">The graph.</param>
    /// <param name="self">This node.</param>
    /// <param name="rule">How many hold a graph: the same on all nodes.</param>
    /// <param name="settings">The settings.</param>
    public HoldingMachine(GraphId graph, NodeId self, PlacementRule rule, HoldingSettings settings)
    {
        _graph = graph;
        _self = self;
        _rule = rule;
        _settings = settings;
        _rounds = new HoldingRounds(graph, settings);
        _view = new MembershipView(self, []);
    }

    public HoldingState State => _state;

    /// <summary>The members that hold the graph by the present view, the greatest weight first; this node may be among them.</summary>
    public IReadOnlyList<NodeId> Holders => _holders;

    private bool IsHolder => _holders.Contains(_self);

    public void Handle(HoldingInput input, MonotonicTime now, IOutbox<HoldingOutput> outbox)
    {
        switch (input)
        {
            case HoldingInput.Tick:
                _timer = null;
                break;
            case HoldingInput.View view:
                OnView(view.Value, now);
                break;
            case HoldingInput.Version version:
                OnVersion(version, now);
                break;
            case HoldingInput.Message { Value: Hold hold } message when hold.Graph == _graph:
                OnHold(message.Node, hold, outbox);
                break;
            case HoldingInput.Message { Value: HoldingAck ack } message when ack.Graph == _graph && ack.Digest == _view.Digest && ack.IsHolder:
                _rounds.OnAck(message.Node, ack, now);
                break;
            case HoldingInput.PollEnded ended when _polling.Remove(ended.Node):
                OnPollEnded(ended, now);
                break;
            case HoldingInput.Dropped when _dropping is not null:
                OnDropped(now);
                break;
        }
        switch (_state)
        {
            case HoldingState.TakingOver:
                TakeOver(now, outbox);
                break;
            case HoldingState.Leaving when _dropping is null && MayConfirm(now):
                _confirmedSince = now;
                _rounds.Begin(_holders, needsAll: true, now);
                break;
            case HoldingState.Leaving when _dropping is null && MayDrop:
                _dropping = _snapshot;
                outbox.Put(new HoldingOutput.Drop(_snapshot!));
                break;
        }
        if (_state is HoldingState.Serving or HoldingState.Leaving && _snapshot is not null)
            _rounds.Ask(_view, _snapshot, now, outbox);
        Tell(outbox);
        StartTimer(now, outbox);
    }

    // A view of the same members says only who is reached now: it is tried at once.
    private void OnView(MembershipView view, MonotonicTime now)
    {
        var (before, after) = (_view, view);
        var isSame = before.Digest == after.Digest;
        _view = view;
        _rounds.Hasten(now);
        if (_state == HoldingState.TakingOver)
            _pollAt = MonotonicTime.Min(_pollAt, now);
        if (isSame)
            return;
        var holdersBefore = _holders;
        _holders = Rendezvous.Holders(view, _graph, _rule);
        var others = _holders.Where(holder => holder != _self);
        if (IsHolder)
        {
            if (_state is HoldingState.Absent or HoldingState.Leaving)
                BeginTakeOver(now);
            _toPoll.UnionWith(others.Concat(holdersBefore.Where(holder => holder != _self)).Where(holder => Knows(after, holder)));
            _toPoll.RemoveWhere(node => !Knows(after, node));
            _rounds.Begin(others.Where(holder => !(holdersBefore.Contains(holder) && before.Find(holder)?.Incarnation == after.Find(holder)?.Incarnation)), needsAll: false, now);
        }
        else if (_snapshot is null)
        {
            MoveTo(HoldingState.Absent, now);
            _toPoll.Clear();
        }
        else
            BeginLeaving(now);
    }

    private static bool Knows(MembershipView view, NodeId node) => view.Find(node) is not null;

    private void OnVersion(HoldingInput.Version version, MonotonicTime now)
    {
        var isFirst = _snapshot is null;
        var isCommit = !isFirst && !version.Snapshot.Heads.Equals(_snapshot!.Heads);
        if (isCommit)
            _dropping = null;
        if (isFirst || version.Snapshot.Count >= _snapshot!.Count)
            _snapshot = version.Snapshot;
        if (isFirst && _state == HoldingState.Absent && _view.Members.Count > 0 && !IsHolder)
            BeginLeaving(now);
        else if (_state == HoldingState.Leaving && isCommit)
            _rounds.Begin(_holders, needsAll: true, now);
        else if (version.IsNew && _state == HoldingState.TakingOver && isFirst)
            Serve(now);
        else if (version.IsNew && _state == HoldingState.Absent && IsHolder)
            Serve(now);
    }

    private void BeginTakeOver(MonotonicTime now)
    {
        MoveTo(HoldingState.TakingOver, now);
        _toPoll.Clear();
        (_pollAt, _pollsInVain) = (now, 0);
    }

    private void BeginLeaving(MonotonicTime now)
    {
        MoveTo(HoldingState.Leaving, now);
        _toPoll.Clear();
        _rounds.Begin(_holders, needsAll: true, now);
    }

    private void Serve(MonotonicTime now)
    {
        MoveTo(HoldingState.Serving, now);
        _toPoll.Clear();
    }

    private void MoveTo(HoldingState state, MonotonicTime now)
    {
        (_state, _since, _pollAt, _confirmedSince) = (state, now, MonotonicTime.Never, null);
    }

    // Who names this node a holder has the graph: if this node lacks something, that is where to get it.
    private void OnHold(NodeId from, Hold hold, IOutbox<HoldingOutput> outbox)
    {
        bool[] held = [.. hold.Heads.Select(head => _snapshot?.Contains(head) ?? false)];
        var ack = new HoldingAck(_graph, hold.Round, _view.Digest, IsHolder, held);
        outbox.Put(new HoldingOutput.Send(from, SyncCodec.Encode(ack)));
        if (!ack.HoldsAll && (IsHolder || _snapshot is not null))
            Poll(from, outbox);
    }

    private void Poll(NodeId node, IOutbox<HoldingOutput> outbox)
    {
        if (_polling.Add(node))
            outbox.Put(new HoldingOutput.Poll(node));
    }

    private void OnPollEnded(HoldingInput.PollEnded ended, MonotonicTime now)
    {
        if (ended.Error is null or { Kind: SyncErrorKind.UnknownGraph })
            _toPoll.Remove(ended.Node);
        else if (_state == HoldingState.TakingOver)
            _pollAt = now + _settings.Wait(_pollsInVain);
    }

    private void TakeOver(MonotonicTime now, IOutbox<HoldingOutput> outbox)
    {
        if (_snapshot is not null && (_toPoll.Count == 0 || now >= _since + _settings.TakeOverWithin))
        {
            Serve(now);
            return;
        }
        if (now < _pollAt)
            return;
        // Without the graph even those are asked again that had nothing.
        if (_snapshot is null)
            _toPoll.UnionWith(_holders.Where(holder => holder != _self));
        foreach (var node in _toPoll.Where(_view.Reaches))
            Poll(node, outbox);
        _pollAt = now + _settings.Wait(_pollsInVain++);
    }

    private bool MayConfirm(MonotonicTime now) =>
        now >= _since + _settings.Grace && AreEnough && (_confirmedSince is not { } since || now - since > _settings.ConfirmWithin);

    private bool MayDrop =>
        _snapshot is not null && _view.Find(_self) is not null && _confirmedSince is not null && AreEnough && _polling.Count == 0;

    private bool AreEnough => _rounds.Acknowledged >= (_rule.Factor ?? _rule.Stores);

    // It may have been named again meanwhile: then it begins with nothing.
    private void OnDropped(MonotonicTime now)
    {
        (_snapshot, _dropping) = (null, null);
        _rounds.End();
        if (_state == HoldingState.Leaving)
            MoveTo(HoldingState.Absent, now);
        else
            BeginTakeOver(now);
    }

    private void Tell(IOutbox<HoldingOutput> outbox)
    {
        var others = _holders.Where(holder => holder != _self).OrderBy(holder => _view.Reaches(holder) ? 0 : 1).ToArray();
        if (_told.State == _state && _told.Others.SequenceEqual(others))
            return;
        _told = new HoldingOutput.Moved(_state, others);
        outbox.Put(_told);
    }

    private void StartTimer(MonotonicTime now, IOutbox<HoldingOutput> outbox)
    {
        var first = _state switch
        {
            HoldingState.TakingOver when _snapshot is not null => MonotonicTime.Min(_pollAt, _since + _settings.TakeOverWithin),
            HoldingState.TakingOver => _pollAt,
            HoldingState.Serving => _rounds.AskAt,
            HoldingState.Leaving when now < _since + _settings.Grace => MonotonicTime.Min(_rounds.AskAt, _since + _settings.Grace),
            HoldingState.Leaving => _rounds.AskAt,
            _ => MonotonicTime.Never,
        };
        if (first == _timer)
            return;
        _timer = first;
        outbox.Put(new HoldingOutput.StartTimer(first));
    }
}

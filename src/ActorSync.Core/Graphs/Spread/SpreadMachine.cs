using ActorSync.Machines;
using ActorSync.Peers;

namespace ActorSync.Graphs.Spread;

/// <summary>
/// Decides for one graph and one node which members push commits to it, and which only tell of them: docs/mesh.md, "How
/// commits spread". The neighbours that the <see cref="Overlay"/> names are eager (a subscription) or lazy (hello). Both
/// ends of a link mean the same by it: a neighbour that subscribes here is subscribed to, one that does so no longer is
/// made lazy, so that the eager links are one tree for commits from everywhere.
/// <code>
/// neighbour ──the tree of all members has the link──> Eager ──its pushes bring nothing new, it does not subscribe here──> Lazy
///           └────────────else─────────────────────> Lazy  ──what it told had to be polled for, it subscribes here───> Eager
/// an eager neighbour is gone ──> all that are left, and those that take its place, are eager: what is too much ends soon
/// something happened ──> now and then Poll of a member that is no neighbour, until that finds nothing
/// </code>
/// Memory: the neighbours, and the members that were found gone while the view names them still.
/// </summary>
public sealed partial class SpreadMachine : IMachine<SpreadInput, SpreadOutput>
{
    private readonly NodeId _self;
    private readonly GraphId _graph;
    private readonly SpreadSettings _settings;
    private readonly Random _random;
    private readonly PollPace _polls;
    private readonly Dictionary<NodeId, Neighbour> _neighbours = [];
    private readonly HashSet<NodeId> _linked = [];
    private readonly HashSet<NodeId> _gone = [];

    // Members whose links have ended; one that comes back may bring what was made apart.
    private readonly HashSet<NodeId> _away = [];

    private Overlay _view = Overlay.Empty;
    private IReadOnlySet<NodeId> _tree = new HashSet<NodeId>();

    /// <param name="self">This node.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="random">Draws whom to poll, and when.</param>
    public SpreadMachine(NodeId self, GraphId graph, SpreadSettings settings, Random random)
    {
        (_self, _graph, _settings, _random) = (self, graph, settings, random);
        _polls = new PollPace(settings, random);
    }

    /// <summary>The neighbours, linked or not.</summary>
    public IEnumerable<NodeId> Neighbours => _neighbours.Keys;

    /// <summary>The neighbours that push.</summary>
    public IEnumerable<NodeId> Eager => _neighbours.Values.Where(neighbour => neighbour.IsEager).Select(neighbour => neighbour.Node);

    /// <summary>How often a neighbour was made eager because what it told did not come otherwise.</summary>
    public int Grafts { get; private set; }

    /// <summary>How often a neighbour was made lazy because its pushes brought nothing new.</summary>
    public int Prunes { get; private set; }

    public void Handle(SpreadInput input, MonotonicTime now, IOutbox<SpreadOutput> outbox)
    {
        switch (input)
        {
            case SpreadInput.Members members:
                OnMembers(members.View, now, outbox);
                break;
            case SpreadInput.PeerHere here:
                OnHere(here.Peer, now, outbox);
                break;
            case SpreadInput.PeerGone gone:
                OnUnlinked(gone.Peer, now, outbox);
                break;
            case SpreadInput.Changed:
                _polls.OnHappened(now);
                break;
            case SpreadInput.Hears hears when Find(hears.Peer) is { IsAsked: true } neighbour:
                AskAgain(neighbour, outbox);
                break;
            case SpreadInput.Follows follows:
                OnFollows(follows, now, outbox);
                break;
            case SpreadInput.Pushed pushed when Find(pushed.Peer) is { IsEager: true } neighbour:
                OnPushed(neighbour, pushed, now, outbox);
                break;
            case SpreadInput.Missed missed when Find(missed.Peer) is { IsEager: false } neighbour:
                Graft(neighbour, now, outbox);
                break;
            case SpreadInput.PollEnded ended:
                OnPollEnded(ended, now, outbox);
                break;
            case SpreadInput.Tick:
                OnTick(now, outbox);
                break;
        }
        outbox.Put(new SpreadOutput.StartTimer(NextTime()));
    }

    private Neighbour? Find(NodeId peer) => _neighbours.GetValueOrDefault(peer);

    private void OnMembers(Overlay view, MonotonicTime now, IOutbox<SpreadOutput> outbox)
    {
        _view = view;
        _tree = view.TreeOf(_graph, _self);
        _gone.RemoveWhere(peer => !view.Contains(peer));
        _away.RemoveWhere(peer => !view.Contains(peer));
        var lost = false;
        foreach (var left in _neighbours.Values.Where(neighbour => !view.Contains(neighbour.Node)).ToArray())
            lost |= Part(left, outbox);
        Choose(lost, now, outbox);
        _polls.Within(_settings.PollEvery, now);
    }

    private void OnHere(NodeId peer, MonotonicTime now, IOutbox<SpreadOutput> outbox)
    {
        _linked.Add(peer);
        if (_away.Remove(peer))
            _polls.OnHappened(now);
        if (_gone.Remove(peer))
            Choose(false, now, outbox);
        if (Find(peer) is not { } neighbour)
            return;
        neighbour.LinkBy = MonotonicTime.Never;
        Ask(neighbour, outbox);
    }

    private void OnUnlinked(NodeId peer, MonotonicTime now, IOutbox<SpreadOutput> outbox)
    {
        _linked.Remove(peer);
        if (_view.Contains(peer) && _away.Add(peer))
            _polls.OnHappened(now);
        OnGone([peer], now, outbox);
    }

    private void OnGone(IEnumerable<NodeId> peers, MonotonicTime now, IOutbox<SpreadOutput> outbox)
    {
        var (changed, lost) = (false, false);
        foreach (var peer in peers)
        {
            if (Find(peer) is not { } neighbour)
                continue;
            changed = true;
            _gone.Add(peer);
            lost |= Part(neighbour, outbox);
        }
        if (!changed)
            return;
        Choose(lost, now, outbox);
        _polls.Within(_settings.PollSoon, now);
    }

    // Who asks is answered in kind: it sees other members than this node, or repairs something.
    private void OnFollows(SpreadInput.Follows follows, MonotonicTime now, IOutbox<SpreadOutput> outbox)
    {
        if (Find(follows.Peer) is not { } neighbour)
        {
            if (!follows.IsOn || !_view.Contains(follows.Peer) || _neighbours.Count >= _settings.NeighboursMost)
                return;
            Add(follows.Peer, isEager: true, now, outbox);
            TellNeighbours(outbox);
        }
        else if (!follows.IsOn && !neighbour.IsChosen)
        {
            if (Part(neighbour, outbox))
                PromoteAll(now, outbox);
            TellNeighbours(outbox);
        }
        else if (follows.IsOn && neighbour.IsEager && neighbour.IsAsked)
        {
            AskAgain(neighbour, outbox);
        }
        else if (now > neighbour.HeldUntil && (follows.IsOn || HasOtherEager(neighbour)))
        {
            Make(neighbour, follows.IsOn, now, outbox);
        }
    }

    private void OnPushed(Neighbour neighbour, SpreadInput.Pushed pushed, MonotonicTime now, IOutbox<SpreadOutput> outbox)
    {
        if (pushed.Fresh > 0 || pushed.Known == 0 || ++neighbour.InVain < neighbour.Tolerance || !HasOtherEager(neighbour))
            return;
        Prunes++;
        Make(neighbour, isEager: false, now, outbox);
    }

    private void Graft(Neighbour neighbour, MonotonicTime now, IOutbox<SpreadOutput> outbox)
    {
        Grafts++;
        neighbour.Tolerance = Math.Min(2 * neighbour.Tolerance, Math.Max(_settings.Tolerance, _settings.ToleranceMost));
        Make(neighbour, isEager: true, now, outbox);
    }

    private void OnPollEnded(SpreadInput.PollEnded ended, MonotonicTime now, IOutbox<SpreadOutput> outbox)
    {
        if (!ended.Result.TryGet(out var outcome, out _))
            return;
        _polls.OnEnded(outcome.Added > 0, mayRest: _gone.Count == 0, now);
        // It lives: the rings have a place for it.
        if (_gone.Remove(ended.Peer))
            Choose(false, now, outbox);
    }

    private void OnTick(MonotonicTime now, IOutbox<SpreadOutput> outbox)
    {
        OnGone([.. _neighbours.Values.Where(neighbour => now >= neighbour.LinkBy).Select(neighbour => neighbour.Node)], now, outbox);
        Leave(now, outbox);
        if (!_polls.IsDue(now))
            return;
        NodeId[] others = [.. _view.Members.Where(member => member != _self && Find(member) is null)];
        if (others.Length > 0)
            outbox.Put(new SpreadOutput.Poll(others[_random.Next(others.Length)]));
    }

    private MonotonicTime NextTime()
    {
        var next = _polls.At;
        foreach (var neighbour in _neighbours.Values)
            next = MonotonicTime.Min(next, MonotonicTime.Min(neighbour.LinkBy, neighbour.LeaveAt));
        return next;
    }
}

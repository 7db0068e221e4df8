using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.States;

namespace ActorSync.Membership;

/// <summary>
/// The membership of a mesh, on one node. Who is a member is told by the entries of a reserved state, which spread like
/// any other: a node announces itself under <c>node/</c> and its id, and deletes that entry when it leaves. Who is alive
/// is not told there: a member counts as alive while its link's signs of life come, by this node's monotonic clock. One
/// that is silent is asked for at several others; when none of them hears it either, for a while, its entry is deleted. A
/// member that finds its own entry deleted announces itself anew, with a greater incarnation, which wins everywhere.
/// <para>
/// A node that reaches nobody removes nobody: it cannot know which side of the cut it is on. Two halves of a mesh, each of
/// which can ask, remove each other, go on dialing, and are one again when they meet.
/// </para>
/// <code>
/// Started ──> Write (announced) ──durable, another member seen, or no seeds──> joined
/// state's Changed ──> members, Event, View, Connect and Disconnect
/// Linked, Heard ──> reachable      Unlinked, silence ──> MemberProbe to witnesses ──none hears it──> suspected ──> Write (deleted)
/// Leave ──> Write (deleted) ──durable──> Left
/// </code>
/// </summary>
public sealed partial class MembershipMachine : IMachine<MembershipInput, MembershipOutput>
{
    private readonly NodeId _self;
    private readonly MembershipSettings _settings;
    private readonly Random _random;
    private readonly Announcement _announcement;
    private readonly WantedLinks _links;
    private readonly SortedDictionary<NodeId, MemberWatch> _others = new(Comparer<NodeId>.Create((x, y) => x.Value.CompareTo(y.Value)));
    private readonly Dictionary<NodeId, MonotonicTime> _heard = [];
    private readonly JoinReminder _joining;
    private readonly string _placement;
    private Member? _me;
    private long _tokens;
    private bool _isStarted;
    private bool _isChanged;
    private MonotonicTime? _timer;

    /// <param name="self">This node.</param>
    /// <param name="endpoints">Where its links are accepted, as members are to dial it.</param>
    /// <param name="roles">What it is there for.</param>
    /// <param name="seeds">Endpoints of the mesh to join, one of which suffices; none for the first node of a mesh.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="random">Draws witnesses and tokens.</param>
    /// <param name="placement">How this node places graphs (<see cref="Placement.PlacementRule.Announced"/>); empty to say nothing of it.</param>
    /// <exception cref="SyncException">The endpoints or roles cannot be announced, or there are too many seeds.</exception>
    public MembershipMachine(
        NodeId self, IReadOnlyList<string> endpoints, IReadOnlyList<string> roles, IReadOnlyList<string> seeds, MembershipSettings settings, Random random,
        string placement = "")
    {
        if (MemberEntry.Refusal(endpoints, roles, settings) is { } refusal)
            throw new SyncException(refusal);
        if (seeds.Count > settings.SeedsMost)
            throw new SyncException(new SyncError(SyncErrorKind.InvalidRequest, $"a node is given at most {settings.SeedsMost} endpoints to join, not {seeds.Count}"));
        _self = self;
        _settings = settings;
        _random = random;
        _placement = placement;
        _joining = new JoinReminder([.. seeds.Where(seed => !endpoints.Contains(seed))], settings);
        _announcement = new Announcement(self, endpoints, [.. roles.Order(StringComparer.Ordinal)], placement, settings);
        _links = new WantedLinks(self, endpoints, seeds, settings);
        View = new MembershipView(self, []);
    }

    /// <summary>The present view.</summary>
    public MembershipView View { get; private set; }

    /// <summary>Whether this node is a member, and has met another one if it was to join any.</summary>
    public bool IsJoined => _me is not null && _joining.IsOver;

    public void Handle(MembershipInput input, MonotonicTime now, IOutbox<MembershipOutput> outbox)
    {
        switch (input)
        {
            case MembershipInput.Tick:
                _timer = null;
                break;
            case MembershipInput.Started started when !_isStarted:
                OnStarted(started, now, outbox);
                break;
            case MembershipInput.Changed changed:
                OnChanged(changed, now, outbox);
                break;
            case MembershipInput.Written written:
                OnWritten(written, now, outbox);
                break;
            case MembershipInput.Linked linked when linked.Node != _self:
                OnLinked(linked.Node, now, outbox);
                break;
            case MembershipInput.Unlinked unlinked when _heard.Remove(unlinked.Node):
                OnUnlinked(unlinked.Node, now, outbox);
                break;
            case MembershipInput.Heard heard when _heard.TryGetValue(heard.Node, out var before) && heard.At > before:
                _heard[heard.Node] = MonotonicTime.Min(heard.At, now);
                break;
            case MembershipInput.Message message:
                OnMessage(message.Node, message.Value, now, outbox);
                break;
            case MembershipInput.Remove remove when _others.ContainsKey(remove.Node):
                Delete(remove.Node, outbox);
                break;
            case MembershipInput.Leave:
                _announcement.Leave(now);
                break;
        }
        Look(now, outbox);
        Announce(input.Wall, now, outbox);
        if (_others.Count > 0 || _announcement.IsLeaving)
            _joining.End();
        _joining.Remind(now, outbox);
        Settle(now, outbox);
    }

    private void OnStarted(MembershipInput.Started started, MonotonicTime now, IOutbox<MembershipOutput> outbox)
    {
        _isStarted = true;
        var mine = started.Held.FirstOrDefault(entry => entry.Key == MemberEntry.KeyOf(_self));
        foreach (var entry in started.Held.Where(entry => entry != mine && !entry.IsTombstone))
            Take(entry, now, outbox);
        // Who is to join a mesh looks at it first: it may be full.
        var isAlone = _joining.HasSeeds && _others.Count == 0;
        _announcement.Begin(mine, isAlone ? MonotonicTime.Never : now);
        if (isAlone)
            _joining.Begin(now);
        else
            _joining.End();
        if (_heard.Count > 0)
            _announcement.Hasten(now + _settings.JoinWithin);
    }

    private void OnChanged(MembershipInput.Changed changed, MonotonicTime now, IOutbox<MembershipOutput> outbox)
    {
        foreach (var entry in changed.Entries)
            Take(entry, now, outbox);
        foreach (var entry in changed.Expired)
        {
            if (!MemberEntry.TryParseKey(entry.Key, out var node))
                continue;
            if (node == _self)
                TakeMine(null, now, outbox);
            else
                Drop(node, MemberEventKind.Expired, now, outbox);
        }
    }

    private void Take(StateEntry entry, MonotonicTime now, IOutbox<MembershipOutput> outbox)
    {
        if (!MemberEntry.TryParseKey(entry.Key, out var node))
            outbox.Put(new MembershipOutput.Trouble(MemberEntry.Read(entry, _settings).Error!));
        else if (node == _self)
            TakeMine(entry, now, outbox);
        else if (entry.IsTombstone)
            Drop(node, entry.Stamp.Node == node ? MemberEventKind.Left : MemberEventKind.Removed, now, outbox);
        else if (MemberEntry.Read(entry, _settings).TryGet(out var member, out var error))
            Take(member, now, outbox);
        else
        {
            outbox.Put(new MembershipOutput.Trouble(error));
            Drop(node, MemberEventKind.Removed, now, outbox);
        }
    }

    private void Take(Member member, MonotonicTime now, IOutbox<MembershipOutput> outbox)
    {
        _announcement.OnOther(now);
        _links.Forget(member.Node);
        if (!_others.TryGetValue(member.Node, out var known))
        {
            // One that was never linked has some time before its silence counts.
            known = new MemberWatch(member with { Reach = MemberReach.Unreachable }, now, _settings);
            known.Expect(now + _settings.AliveWithin);
            _others.Add(member.Node, known);
            _announcement.Hasten(now);
            _isChanged = true;
            outbox.Put(new MembershipOutput.Event(MemberEventKind.Joined, known.Member));
            ComparePlacement(member, before: "", outbox);
        }
        else if (known.Member != (member with { Reach = known.Member.Reach }))
        {
            ComparePlacement(member, known.Member.Placement, outbox);
            known.Announced(member);
            _isChanged = true;
            outbox.Put(new MembershipOutput.Event(MemberEventKind.Announced, known.Member));
        }
    }

    // Two that place graphs otherwise wait for each other's answers for ever, and hold too few copies or too many. Said once
    // of each member, and again when it changes its mind.
    private void ComparePlacement(Member member, string before, IOutbox<MembershipOutput> outbox)
    {
        if (_placement.Length == 0 || member.Placement.Length == 0 || member.Placement == _placement || member.Placement == before)
            return;
        outbox.Put(new MembershipOutput.Trouble(new SyncError(
            SyncErrorKind.InvalidRequest,
            $"the member {member} places graphs by {member.Placement}, and this node by {_placement}: set actorsync.mesh alike on all members, or graphs are not held as configured")));
    }

    private void Drop(NodeId node, MemberEventKind why, MonotonicTime now, IOutbox<MembershipOutput> outbox)
    {
        if (!_others.Remove(node, out var known))
            return;
        _isChanged = true;
        _links.Forget(node);
        _links.OnGone(known.Member, now + (why == MemberEventKind.Left ? _settings.PartWithin : _settings.GoneFor));
        outbox.Put(new MembershipOutput.Event(why, known.Member));
    }

    private void TakeMine(StateEntry? entry, MonotonicTime now, IOutbox<MembershipOutput> outbox)
    {
        var held = entry is { IsTombstone: false } && MemberEntry.Read(entry, _settings).TryGet(out var member, out _) ? member : null;
        _isChanged |= held != _me;
        _me = held;
        if (_isStarted && _announcement.OnHeld(entry, now) && held is not null)
            outbox.Put(new MembershipOutput.Trouble(new SyncError(
                SyncErrorKind.InvalidRequest, $"another process announces itself under this node's id: {held}; a store must not be copied")));
    }

    private void OnWritten(MembershipInput.Written written, MonotonicTime now, IOutbox<MembershipOutput> outbox)
    {
        if (written.Error is { } error)
            outbox.Put(new MembershipOutput.Trouble(error));
        if (written.Token == _announcement.Token && _announcement.OnWritten(written.Error, now))
            outbox.Put(new MembershipOutput.Left());
    }

    private void Announce(WallTime wall, MonotonicTime now, IOutbox<MembershipOutput> outbox)
    {
        if (!_isStarted || now < _announcement.DueAt)
            return;
        if (!_announcement.IsLeaving && _me is null && _others.Count >= _settings.MembersMost)
        {
            _announcement.Postpone(now);
            outbox.Put(new MembershipOutput.Trouble(new SyncError(
                SyncErrorKind.LimitExceeded, $"the mesh has {_others.Count} members and may have {_settings.MembersMost}: this node does not join it")));
            return;
        }
        outbox.Put(new MembershipOutput.Write(++_tokens, _announcement.Write(_tokens, wall, now)));
    }

    private void Delete(NodeId node, IOutbox<MembershipOutput> outbox) =>
        outbox.Put(new MembershipOutput.Write(++_tokens, StateSet.Delete(MemberEntry.KeyOf(node))));

    private void Settle(MonotonicTime now, IOutbox<MembershipOutput> outbox)
    {
        if (_isStarted && !_announcement.IsLeaving)
            _links.Settle(_others.Values, node => IsHeard(node, now), now, outbox);
        if (_isChanged)
        {
            _isChanged = false;
            View = new MembershipView(_self, _others.Values.Select(other => other.Member).Concat(_me is null ? [] : [_me]));
            outbox.Put(new MembershipOutput.View(View));
        }
        var first = MonotonicTime.Min(MonotonicTime.Min(_announcement.DueAt, _links.Deadline), _joining.RemindAt);
        if (!_announcement.IsLeaving)
        {
            foreach (var other in _others.Values)
                first = MonotonicTime.Min(first, other.LookAt);
        }
        if (first == _timer)
            return;
        _timer = first;
        outbox.Put(new MembershipOutput.StartTimer(first));
    }
}

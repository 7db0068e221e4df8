using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.States;

namespace ActorSync.Membership;

/// <summary>
/// This node's own entry: announced at the start under a greater incarnation than any before, renewed long before it
/// expires, announced anew whenever the state holds something else under its key, and deleted when the node leaves.
/// <code>
/// Begin ──mesh found──> Announcing ──held──> Standing ──renewal──> Renewing ──held──> Standing
/// Standing, Renewing ──another's entry, a tombstone, expired──> Announcing, after a wait that doubles
/// any ──Leave──> Leaving ──durable──> Left
/// </code>
/// </summary>
internal sealed class Announcement(NodeId self, IReadOnlyList<string> endpoints, IReadOnlyList<string> roles, string placement, MembershipSettings settings)
{
    private readonly string _key = MemberEntry.KeyOf(self);
    private long _incarnation;
    private long _token;
    private bool _isLeaving;
    private bool _renews;
    private int _inVain;
    private MonotonicTime _writtenAt;

    /// <summary>When something is to be written; never while a write is under way.</summary>
    public MonotonicTime DueAt { get; private set; } = MonotonicTime.Never;

    public bool IsLeaving => _isLeaving;

    /// <summary>The write under way, or the last one.</summary>
    public long Token => _token;

    /// <summary>What was found under this node's key when it started; null when nothing was.</summary>
    public void Begin(StateEntry? held, MonotonicTime due)
    {
        Note(held);
        DueAt = due;
    }

    /// <summary>The first announcement, which waited for a mesh to be found, is due then.</summary>
    public void Hasten(MonotonicTime due)
    {
        if (_token == 0 && !_isLeaving)
            DueAt = MonotonicTime.Min(DueAt, due);
    }

    /// <summary>
    /// Another member announced itself, or renewed its entry: a change that all members are told of costs little more when
    /// they renew theirs with it, each at its own time would cost it once for each.
    /// </summary>
    public void OnOther(MonotonicTime now)
    {
        if (_renews && !_isLeaving && DueAt != MonotonicTime.Never && DueAt - now < settings.RenewEvery / 2)
            DueAt = now;
    }

    /// <summary>The state holds this under this node's key now; null when what was there expired. True when it is not what was announced.</summary>
    public bool OnHeld(StateEntry? held, MonotonicTime now)
    {
        var isMine = held is { IsTombstone: false } && MemberEntry.Read(held, settings).TryGet(out var member, out _)
            && member.Incarnation == _incarnation && held.Stamp.Node == self;
        if (isMine || _isLeaving)
            return false;
        Note(held);
        _inVain = now - _writtenAt > settings.AnnounceMost * 2 ? 0 : _inVain + 1;
        _renews = false;
        DueAt = MonotonicTime.Max(now, _writtenAt + Wait(_inVain));
        return true;
    }

    public void Leave(MonotonicTime now)
    {
        (_isLeaving, DueAt) = (true, now);
    }

    /// <summary>What is to be written now.</summary>
    public StateSet Write(long token, WallTime wall, MonotonicTime now)
    {
        (_token, _writtenAt, DueAt) = (token, now, MonotonicTime.Never);
        if (_isLeaving)
            return StateSet.Delete(_key);
        if (!_renews)
            _incarnation = Math.Max(_incarnation + 1, wall.Milliseconds);
        var value = MemberEntry.ValueOf(new Member(self, _incarnation, endpoints, roles) { Placement = placement });
        return StateSet.To(_key, value, (long)settings.Ttl.TotalMilliseconds);
    }

    /// <summary>The write under way is durable, or failed. True when this node has left by it.</summary>
    public bool OnWritten(SyncError? error, MonotonicTime now)
    {
        if (error is not null)
            DueAt = now + Wait(++_inVain);
        else if (!_isLeaving && DueAt == MonotonicTime.Never)
            (_renews, DueAt) = (true, now + settings.RenewEvery);
        return error is null && _isLeaving;
    }

    /// <summary>The mesh is full, or something else forbids it for now.</summary>
    public void Postpone(MonotonicTime now) => DueAt = now + settings.AnnounceMost;

    // A tombstone does not say which incarnation it deleted; but that was no later than the tombstone is.
    private void Note(StateEntry? held)
    {
        if (held is { IsTombstone: true })
            _incarnation = Math.Max(_incarnation, held.Stamp.Milliseconds);
        else if (held is not null && MemberEntry.Read(held, settings).TryGet(out var member, out _))
            _incarnation = Math.Max(_incarnation, member.Incarnation);
    }

    private TimeSpan Wait(int inVain)
    {
        var wait = settings.AnnounceEvery * Math.Pow(2, Math.Min(inVain, 16));
        return wait < settings.AnnounceMost ? wait : settings.AnnounceMost;
    }
}

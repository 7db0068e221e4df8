using ActorSync.Machines;

namespace ActorSync.Membership;

/// <summary>
/// Says that a node, which was given endpoints of a mesh to join, has met no member yet: soon after the start, then more
/// and more seldom, until it has met one. A node that waits in silence looks like one that works.
/// </summary>
internal sealed class JoinReminder(IReadOnlyList<string> seeds, MembershipSettings settings)
{
    private MonotonicTime _began;
    private TimeSpan _wait;

    /// <summary>Whether there is anyone to join.</summary>
    public bool HasSeeds => seeds.Count > 0;

    /// <summary>Whether there was no one to join, or someone has been met. It stays so, whoever leaves.</summary>
    public bool IsOver { get; private set; } = seeds.Count == 0;

    /// <summary>When to say it next.</summary>
    public MonotonicTime RemindAt { get; private set; } = MonotonicTime.Never;

    public void Begin(MonotonicTime now) => (_began, _wait, RemindAt) = (now, settings.RemindAfter, now + settings.RemindAfter);

    public void End() => (IsOver, RemindAt) = (true, MonotonicTime.Never);

    public void Remind(MonotonicTime now, IOutbox<MembershipOutput> outbox)
    {
        if (now < RemindAt)
            return;
        outbox.Put(new MembershipOutput.NotJoined(seeds, now - _began, _wait == settings.RemindAfter));
        _wait = _wait < settings.RemindMost / 2 ? 2 * _wait : settings.RemindMost;
        RemindAt = now + _wait;
    }
}

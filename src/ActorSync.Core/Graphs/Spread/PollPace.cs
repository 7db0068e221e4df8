using ActorSync.Machines;

namespace ActorSync.Graphs.Spread;

/// <summary>
/// When a member that is no neighbour is polled. Polls find what every neighbour lacks; there can be such a thing only
/// after something happened: other members, a link that came or went, a commit. From then on there are polls, more and
/// more seldom, until one of the most seldom finds nothing and nothing has happened meanwhile. An idle mesh polls nobody.
/// <code>
/// at rest ──something happened──> every PollEvery, doubled each time, up to PollAtMost ──nothing found, nothing happened──> at rest
/// </code>
/// </summary>
internal sealed class PollPace(SpreadSettings settings, Random random)
{
    private TimeSpan _every = settings.PollEvery;
    private bool _hasHappened;
    private bool _isLast;

    /// <summary>When the next poll is due; never, at rest.</summary>
    public MonotonicTime At { get; private set; } = MonotonicTime.Never;

    /// <summary>Begins anew, with a poll within about so long.</summary>
    public void Within(TimeSpan wait, MonotonicTime now)
    {
        (_every, _isLast) = (settings.PollEvery, false);
        At = MonotonicTime.Min(At, now + Jittered(wait));
    }

    /// <summary>Something happened that might not have come everywhere.</summary>
    public void OnHappened(MonotonicTime now)
    {
        _hasHappened = true;
        if (At == MonotonicTime.Never)
            Within(settings.PollEvery, now);
    }

    /// <summary>Whether one is due; the time of the next one is drawn then.</summary>
    public bool IsDue(MonotonicTime now)
    {
        if (now < At)
            return false;
        (_isLast, _hasHappened) = (_every >= settings.PollAtMost && !_hasHappened, false);
        _every = _every < settings.PollAtMost / 2 ? 2 * _every : settings.PollAtMost;
        At = now + Jittered(_every);
        return true;
    }

    /// <summary>A poll was answered.</summary>
    /// <param name="hasFound">Whether it brought something.</param>
    /// <param name="mayRest">Whether all members that are to be reached are.</param>
    /// <param name="now">The time.</param>
    public void OnEnded(bool hasFound, bool mayRest, MonotonicTime now)
    {
        if (hasFound)
            Within(settings.PollEvery, now);
        else if (_isLast && mayRest && !_hasHappened)
            At = MonotonicTime.Never;
    }

    private TimeSpan Jittered(TimeSpan wait) => wait * (0.5 + random.NextDouble());
}

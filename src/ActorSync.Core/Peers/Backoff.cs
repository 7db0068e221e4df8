namespace ActorSync.Peers;

/// <summary>How long to wait before connecting again.</summary>
public sealed record BackoffSettings
{
    /// <summary>The ceiling of the first wait.</summary>
    public TimeSpan First { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The ceiling of every wait: doubling stops here.</summary>
    public TimeSpan Max { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A link that lived this long was a good one: the next wait starts from <see cref="First"/> again.</summary>
    public TimeSpan ResetAfter { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>
/// The waits between attempts to connect: exponential, with full jitter. Each wait is drawn evenly between nothing and
/// a ceiling that doubles, so that the peers of a node that was restarted do not come back all at once.
/// </summary>
public sealed class Backoff(BackoffSettings settings, Random random)
{
    private TimeSpan _ceiling = settings.First;

    /// <summary>The wait before the next attempt. Each call doubles the ceiling of the following one.</summary>
    public TimeSpan Next()
    {
        var wait = _ceiling * random.NextDouble();
        _ceiling = _ceiling >= settings.Max / 2 ? settings.Max : _ceiling * 2;
        return wait;
    }

    /// <summary>A link has ended that lived this long. One that fails at once changes nothing: it would be retried in a tight loop.</summary>
    public void LinkEnded(TimeSpan lived)
    {
        if (lived >= settings.ResetAfter)
            _ceiling = settings.First;
    }
}

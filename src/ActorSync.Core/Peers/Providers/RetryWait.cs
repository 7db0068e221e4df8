namespace ActorSync.Peers.Providers;

/// <summary>
/// The waits between attempts to find peers, doubled after each failure. A wait is drawn from the upper half of its
/// ceiling: never nothing, for whom a provider asks is not asked in a tight loop, and never the same for all nodes.
/// </summary>
public sealed class RetryWait(TimeSpan first, TimeSpan most, Random random)
{
    private TimeSpan? _doubled;

    /// <summary>The wait before the next attempt.</summary>
    public TimeSpan Next()
    {
        var ceiling = _doubled ?? first;
        _doubled = ceiling >= most / 2 ? most : ceiling * 2;
        return ceiling * (0.5 + random.NextDouble() / 2);
    }

    /// <summary>An attempt went well: the next wait is a short one again.</summary>
    public void Reset() => _doubled = null;
}

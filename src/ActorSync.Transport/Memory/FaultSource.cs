namespace ActorSync.Transport.Memory;

/// <summary>What becomes of one payload.</summary>
internal readonly record struct Fate(bool Dropped, bool Duplicated, bool HeldBack, TimeSpan Delay)
{
    /// <summary>No fault at all.</summary>
    public static readonly Fate Arrives;
}

/// <summary>
/// Draws the fate of each payload. Every payload costs the same number of draws, so that another probability for one
/// fault leaves the others where they were.
/// </summary>
internal sealed class FaultSource(MemoryLinkFaults faults, int seed)
{
    private readonly Random _random = new(seed);

    public Fate Next()
    {
        var dropped = _random.NextDouble() < faults.Drop;
        var duplicated = _random.NextDouble() < faults.Duplicate;
        var heldBack = _random.NextDouble() < faults.Reorder;
        var delayed = _random.NextDouble() < faults.Delay;
        var delay = faults.MaxDelay * _random.NextDouble();
        return new Fate(dropped, duplicated, heldBack, delayed ? delay : TimeSpan.Zero);
    }
}

namespace ActorSync.Transport.Memory;

/// <summary>Limits of links in memory, and the faults they are to have.</summary>
public sealed record MemoryLinkSettings
{
    /// <summary>Bytes that may wait in each direction; senders wait beyond that. An empty queue takes any payload.</summary>
    public int MaxQueueBytes { get; init; } = 4 << 20;

    /// <summary>Links that a listener's owner has not taken yet; one more is refused.</summary>
    public int MaxUnclaimedLinks { get; init; } = 64;

    /// <summary>The faults, or null for none.</summary>
    public MemoryLinkFaults? Faults { get; init; }
}

/// <summary>
/// What goes wrong on a link, by chance: each is the probability, 0 to 1, that it happens to a payload. The same seed,
/// the same payloads and the same steps of the clock give the same faults.
/// </summary>
public sealed record MemoryLinkFaults
{
    /// <summary>The seed of the first link that is made; every further one, and each direction, draws from its own.</summary>
    public int Seed { get; init; }

    /// <summary>The payload never arrives. Its sender is not told.</summary>
    public double Drop { get; init; }

    /// <summary>The payload arrives twice.</summary>
    public double Duplicate { get; init; }

    /// <summary>The payload is held back until the next one has passed it, or the link closes.</summary>
    public double Reorder { get; init; }

    /// <summary>The payload arrives after a wait drawn evenly up to <see cref="MaxDelay"/>; others overtake it.</summary>
    public double Delay { get; init; }

    /// <summary>The longest wait of a delayed payload, by the network's clock.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMilliseconds(100);
}

namespace ActorSync.Wire;

/// <summary>What a payload may hold. A list is checked against its limit before anything is allocated for it.</summary>
public sealed record WireLimits
{
    /// <summary>The version of the protocol that is written and read: the first byte of every payload.</summary>
    public const byte Version = 1;

    /// <summary>Addresses in a sample, and heads in an acknowledgement.</summary>
    public const int SampleAddresses = 100;

    /// <summary>Graphs in one Subscribe or Unsubscribe.</summary>
    public const int GraphsPerSubscribe = 64;

    /// <summary>Indexes in one RequestMissing.</summary>
    public const int MissingIndexes = 128;

    /// <summary>Short ids in one <see cref="Narrowed"/>: with them it takes no more than every link does.</summary>
    public const int ShortIds = 800;

    /// <summary>Bytes of a key of a state.</summary>
    public const int StateKeyBytes = 1024;

    /// <summary>Digests of ranges in one message: a power of two.</summary>
    public const int StateDigests = 1 << 14;

    /// <summary>Ranges in one StateCompare.</summary>
    public const int StateRanges = 1 << 12;

    /// <summary>Fingerprints of entries in one StateCompare, all its ranges together.</summary>
    public const int StateFingerprints = 1 << 14;

    /// <summary>Entries in one message.</summary>
    public const int StateEntriesPerMessage = 4096;

    /// <summary>Bytes of an error's sentence.</summary>
    public const int SentenceBytes = 1024;

    /// <summary>
    /// Bytes of a payload that every link takes: each message fits into it, whatever its lists hold, but those whose
    /// sender fills them to what the link takes, a Subscribe of many graphs and what carries commands.
    /// </summary>
    public const int SmallestPayloadBytes = 4096;

    public static readonly WireLimits Default = new();

    /// <summary>Bytes of one payload; a link may agree on less.</summary>
    public int PayloadBytes { get; init; } = 1 << 20;

    /// <summary>Commands in one message.</summary>
    public int CommandsPerMessage { get; init; } = 4096;
}

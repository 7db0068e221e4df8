namespace ActorSync;

/// <summary>What went wrong, as a peer, a log and a counter name it. The numbers are on the wire: never reuse one.</summary>
public enum SyncErrorKind
{
    /// <summary>The payload ends before its fields do, or has bytes after them.</summary>
    MalformedPayload = 1,

    /// <summary>The payload is of a protocol version that this node does not speak.</summary>
    UnknownVersion = 2,

    /// <summary>The payload is of a type that this node does not know.</summary>
    UnknownType = 3,

    /// <summary>The payload, or a list in it, is longer than its limit.</summary>
    LimitExceeded = 4,

    /// <summary>The ids that follow from the bytes are not those the sender computed.</summary>
    WrongId = 5,

    /// <summary>A max cut does not follow from the command's priors.</summary>
    WrongMaxCut = 6,

    /// <summary>A command names a prior that this node does not hold.</summary>
    MissingPrior = 7,

    /// <summary>One message carries the same command twice.</summary>
    Duplicate = 8,

    /// <summary>A command breaks a rule of the graph: a second init, a merge of a command with its own ancestor.</summary>
    InvalidCommand = 9,

    /// <summary>This node does not hold the graph.</summary>
    UnknownGraph = 10,

    /// <summary>The peer may not do that here.</summary>
    NotAllowed = 11,

    /// <summary>The node has as many open subscriptions as it may have.</summary>
    MaximumSubscriptionsExceeded = 12,

    /// <summary>The session is not, or no longer, known.</summary>
    UnknownSession = 13,

    /// <summary>The node has as many sessions, or links, as it may have; try again later.</summary>
    Busy = 14,

    /// <summary>One command is larger than the byte limit of the request, so that no progress is possible.</summary>
    CommandTooLarge = 15,

    /// <summary>The store could not commit: a full disk, a failed write.</summary>
    StoreFailed = 16,

    /// <summary>The store is damaged at the place named; nothing of it is served.</summary>
    StoreDamaged = 17,

    /// <summary>The store is held by another process.</summary>
    StoreLocked = 18,

    /// <summary>The peer could not be reached, or did not answer in time.</summary>
    Unreachable = 19,

    /// <summary>The two nodes share no protocol version.</summary>
    VersionMismatch = 20,

    /// <summary>The policy of the graph rejected the command.</summary>
    Rejected = 21,

    /// <summary>The node, or the part asked, is shutting down.</summary>
    ShuttingDown = 22,

    /// <summary>The request makes no sense: a bad argument, a setting out of range.</summary>
    InvalidRequest = 23,

    /// <summary>The policy of the graph failed while it evaluated a command: a bug in it, nothing was applied.</summary>
    PolicyFailed = 24,

    /// <summary>Two finalize commands stand on parallel strands: such a graph has no order, now or later.</summary>
    ParallelFinalize = 25,

    /// <summary>This node does not share the state.</summary>
    UnknownState = 30,

    /// <summary>An entry's time lies further ahead of this node's clock than it may: one of the two clocks is wrong.</summary>
    ClockAhead = 31,

    /// <summary>What was asked is durable in one store, but not, or not yet as far as is known, in as many as it was to be.</summary>
    NotReplicated = 40,

    /// <summary>This node does not serve the graph now: another member holds it, or this one takes it over still.</summary>
    NotHolder = 41,
}

/// <summary>An expected failure: its kind, and a sentence that says what was wrong, where, and what to do.</summary>
public sealed record SyncError(SyncErrorKind Kind, string Message)
{
    public override string ToString() => $"{Kind}: {Message}";
}

/// <summary>A <see cref="SyncError"/> that crosses an API whose callers expect exceptions.</summary>
public sealed class SyncException(SyncError error, Exception? inner = null) : Exception(error.Message, inner)
{
    public SyncError Error { get; } = error;
}

namespace ActorSync.Peers.Providers.Kubernetes;

/// <summary>What a line of a watch, or a page of a list, asks of whoever reads it.</summary>
public enum SliceStep
{
    /// <summary>Go on.</summary>
    Continue,

    /// <summary>The version that the watch began from is too old, or what it said cannot be trusted: list everything anew.</summary>
    ListAgain,

    /// <summary>The server ended the watch with an error: begin another from the last version, after a while.</summary>
    WatchAgain,
}

/// <summary>What became of a line: the step to take, and why when something is wrong.</summary>
public readonly record struct SliceOutcome(SliceStep Step, SyncError? Error = null);

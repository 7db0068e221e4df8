namespace ActorSync.Node.Cli;

/// <summary>What the command line's exit codes mean.</summary>
public static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>It was tried and failed.</summary>
    public const int Failure = 1;

    /// <summary>What was asked, or the configuration, makes no sense; nothing was tried.</summary>
    public const int Usage = 2;

    /// <summary>No node, no store or no peer can be reached.</summary>
    public const int Unreachable = 3;

    /// <summary>Not level in time.</summary>
    public const int NotLevel = 4;

    /// <summary>The exit code of a command that ended with an error.</summary>
    public static int Of(SyncErrorKind kind) => kind switch
    {
        SyncErrorKind.InvalidRequest => Usage,
        SyncErrorKind.Unreachable => Unreachable,
        _ => Failure,
    };

    /// <summary>The exit code of a node that could not start: there is nobody to reach yet, and what is not allowed is its own certificate.</summary>
    public static int OfStart(SyncErrorKind kind) => kind is SyncErrorKind.InvalidRequest or SyncErrorKind.NotAllowed ? Usage : Failure;
}

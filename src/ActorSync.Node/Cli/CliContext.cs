using ActorSync.Node.Control;
using ActorSync.Node.Hosting;
using ActorSync.Node.Output;

namespace ActorSync.Node.Cli;

/// <summary>What the commands work with.</summary>
public sealed record CliContext
{
    public required CommandOutput Output { get; init; }

    /// <summary>The standard input.</summary>
    public required Stream Input { get; init; }

    /// <summary>Makes nodes.</summary>
    public required NodeFactory Factory { get; init; }

    public required IHistoryImporter Importer { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Prints an error; its exit code.</summary>
    public int Fail(SyncError error)
    {
        Output.Fail(error.Message);
        return ExitCodes.Of(error.Kind);
    }
}

using ActorSync.Graphs.Clients;
using ActorSync.Machines;

namespace ActorSync.Graphs;

/// <summary>What the only writer of a graph wants done.</summary>
public abstract record GraphOutput
{
    private GraphOutput()
    {
    }

    /// <summary>Append these commands, which begin at that ordinal; the fate comes back under this number.</summary>
    public sealed record Append(long Number, int First, IReadOnlyList<Command> Commands) : GraphOutput;

    /// <summary>The action is durable, or why not.</summary>
    public sealed record Acted(long Token, Result<Address> Result) : GraphOutput;

    /// <summary>The batch is durable as far as it was kept, or the store failed.</summary>
    public sealed record Received(long Token, Result<ReceiveResult> Result) : GraphOutput;

    /// <summary>Call again then, in place of any time named before: there are more heads than there should be.</summary>
    public sealed record StartTimer(MonotonicTime At) : GraphOutput;

    /// <summary>A new version is committed.</summary>
    /// <param name="Snapshot">The version.</param>
    /// <param name="Commits">What led to it from the version before, in order.</param>
    public sealed record Changed(GraphSnapshot Snapshot, IReadOnlyList<GraphCommit> Commits) : GraphOutput;
}

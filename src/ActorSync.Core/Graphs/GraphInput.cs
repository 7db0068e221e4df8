namespace ActorSync.Graphs;

/// <summary>What reaches the only writer of a graph.</summary>
public abstract record GraphInput
{
    private GraphInput()
    {
    }

    /// <summary>A local action: one command after all that is here.</summary>
    public sealed record Act(long Token, Priority Priority, ReadOnlyMemory<byte> Payload) : GraphInput;

    /// <summary>Commands of a peer, or of an import, with the priors they have.</summary>
    /// <param name="Token">Comes back with the answer.</param>
    /// <param name="Commands">The commands, priors first.</param>
    /// <param name="MayFinalize">Whether the sender may give finalize commands.</param>
    public sealed record Receive(long Token, IReadOnlyList<Command> Commands, bool MayFinalize = true) : GraphInput;

    /// <summary>The store committed an append.</summary>
    public sealed record Committed(long Append) : GraphInput;

    /// <summary>The store did not commit an append, nor any after it that was begun before this.</summary>
    public sealed record CommitFailed(long Append, SyncError Error) : GraphInput;

    /// <summary>The timer ran out.</summary>
    public sealed record Tick : GraphInput;
}

using ActorSync.Graphs.Policies;

namespace ActorSync.Graphs.Stores;

/// <summary>
/// The facts of a graph at one of its versions, so that opening it does not evaluate its commands again; immutable. It
/// fits only the version that it was taken of, under the policy that made it: whoever opens the graph checks that, and
/// weaves and evaluates what came later. The weave is not in it, since that follows from the graph alone.
/// </summary>
public sealed class FactSnapshot
{
    private readonly FactVersion _facts;

    internal FactSnapshot(GraphId graph, string policy, int commands, CommandId headsDigest, FactVersion facts, FactRun recent)
    {
        Graph = graph;
        Policy = policy;
        Commands = commands;
        HeadsDigest = headsDigest;
        _facts = facts;
        Recent = recent;
    }

    /// <summary>The graph.</summary>
    public GraphId Graph { get; }

    /// <summary>The policy, the version of its meaning, and its limits.</summary>
    public string Policy { get; }

    /// <summary>Commands of the graph in that version, which are its first in the order of arrival.</summary>
    public int Commands { get; }

    /// <summary>The digest of that version's heads.</summary>
    public CommandId HeadsDigest { get; }

    /// <summary>How many facts there are.</summary>
    public int FactCount => _facts.Count;

    // Put together by whoever writes it.
    internal FactTree Facts => _facts.Tree;

    /// <summary>
    /// What the commands at the last places of the weave touched: as long as new ones take no place before those, the
    /// history need not be rebuilt.
    /// </summary>
    internal FactRun Recent { get; }
}

/// <summary>
/// Keeps one snapshot of a graph's facts. It is no part of what is durable: losing it, at any time, costs an evaluation of
/// the graph and nothing else.
/// </summary>
public interface IFactStore
{
    /// <summary>The latest snapshot; null when there is none that is intact and of this incarnation of the store.</summary>
    FactSnapshot? Read();

    /// <summary>
    /// Puts a snapshot in place of the one that is there. It is written elsewhere, never on the caller's thread when that
    /// takes time; one after the other.
    /// </summary>
    /// <returns>Null, or why the one before is still there: StoreFailed, LimitExceeded, ShuttingDown.</returns>
    Task<SyncError?> WriteAsync(FactSnapshot snapshot);
}

/// <summary>Keeps the snapshot in memory.</summary>
internal sealed class MemoryFactStore : IFactStore
{
    private FactSnapshot? _snapshot;

    public FactSnapshot? Read() => Volatile.Read(ref _snapshot);

    public Task<SyncError?> WriteAsync(FactSnapshot snapshot)
    {
        Volatile.Write(ref _snapshot, snapshot);
        return Task.FromResult<SyncError?>(null);
    }
}

/// <summary>Keeps none.</summary>
internal sealed class NoFactStore : IFactStore
{
    public static readonly NoFactStore Instance = new();

    public FactSnapshot? Read() => null;

    public Task<SyncError?> WriteAsync(FactSnapshot snapshot) => Task.FromResult<SyncError?>(null);
}

namespace ActorSync.States.Stores;

/// <summary>The durable entries of one state. One writer.</summary>
public interface IStateStore : IAsyncDisposable
{
    StateName Name { get; }

    /// <summary>
    /// Starts to append entries, all or nothing. The task ends when they are durable, as the store's settings mean that;
    /// concurrent appends share one flush. Which entry of a key counts is told by the entries, not by their order.
    /// </summary>
    /// <returns>Null when all are committed, else why not one of them is.</returns>
    Task<SyncError?> AppendAsync(IReadOnlyList<StateEntry> entries);
}

/// <summary>A state as it was found.</summary>
/// <param name="Store">Its store.</param>
/// <param name="Entries">All that was committed and is not past, tombstones included: of each key the latest.</param>
/// <param name="Clock">The latest stamp that was ever committed.</param>
public sealed record OpenedState(IStateStore Store, IReadOnlyCollection<StateEntry> Entries, StateStamp Clock)
{
    /// <summary>The table and the clock to go on with.</summary>
    public (StateTable Table, HybridClock Clock) Begin(Peers.NodeId self, StateSettings settings, WallTime wall)
    {
        var table = new StateTable(settings);
        var clock = new HybridClock(self, settings.Limits.Ahead);
        clock.Observe(Clock, wall);
        foreach (var entry in Entries)
        {
            clock.Observe(entry.Stamp, wall);
            table.Merge(entry, self, wall);
        }
        return (table, clock);
    }
}

/// <summary>Where the states of a node are kept.</summary>
public interface IStateStores
{
    /// <summary>The states that were there when the store was opened, in the order of their names.</summary>
    IReadOnlyList<StateName> Found { get; }

    /// <summary>
    /// Opens a state, or makes it. The error is InvalidRequest when it is open already, StoreDamaged or StoreFailed.
    /// </summary>
    Task<Result<OpenedState>> OpenStateAsync(StateName name, StateSettings settings);
}

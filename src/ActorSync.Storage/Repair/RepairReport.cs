using ActorSync.States;

namespace ActorSync.Storage;

/// <summary>What was found of a store's replicas, and done.</summary>
public sealed record StoreReport(IReadOnlyList<RepairReport> Graphs, IReadOnlyList<StateRepairReport> States);

/// <summary>What was found of a graph, and done.</summary>
/// <param name="Found">What verifying it found.</param>
/// <param name="Kept">Commands that the graph holds now.</param>
/// <param name="SetAside">The folder that holds it as it was; null when nothing was done.</param>
public sealed record RepairReport(VerifyReport Found, long Kept, string? SetAside)
{
    /// <summary>Commands that are known to be missing. There may be more: the newest of a graph leave no other trace than its log.</summary>
    public long Missing => Math.Max(0, Found.Known - Kept);

    /// <summary>Whether all is as it was left.</summary>
    public bool IsSound => Found.IsSound && SetAside is null;
}

/// <summary>What was found of a shared state, and done.</summary>
/// <param name="State">The state.</param>
/// <param name="Found">What verifying its log found.</param>
/// <param name="Entries">Entries in its intact records, those that later ones replace included.</param>
/// <param name="Kept">Entries that its log holds now.</param>
/// <param name="SetAside">The folder that holds it as it was; null when nothing was done.</param>
public sealed record StateRepairReport(StateName State, LogFindings Found, long Entries, long Kept, string? SetAside)
{
    /// <summary>Whether all is as it was left.</summary>
    public bool IsSound => Found.Damage is null && SetAside is null;
}

/// <summary>How far the look at one replica of a store is.</summary>
/// <param name="What">The replica, in a few words.</param>
/// <param name="Verified">How far.</param>
public sealed record RepairProgress(string What, VerifyProgress Verified);

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
    /// <summary>Those of the commands kept that came back this time from what earlier repairs set aside.</summary>
    public long Returned { get; init; }

    /// <summary>
    /// Intact commands of what is set aside that the graph does not hold: a repair brings them as soon as their priors are there.
    /// </summary>
    public long Waiting { get; init; }

    /// <summary>The folders in which they are, and all else that was set aside of the graph.</summary>
    public IReadOnlyList<string> Aside { get; init; } = [];

    /// <summary>Commands that the graph is known to have had.</summary>
    public long Known { get; init; } = Found.Known;

    /// <summary>Commands that are known to be missing. There may be more: the newest of a graph leave no other trace than its log.</summary>
    public long Missing => Math.Max(Waiting, Known - Kept);

    /// <summary>What was wrong, in words, and what was done; null when nothing was.</summary>
    public string? Damage => StoreErrors.Told(Found.Damage, Found.DamagedFile, SetAside);

    /// <summary>Where the file lies by now that the damage is in; null when there is none.</summary>
    public string? DamagedFile => StoreErrors.Moved(Found.DamagedFile, SetAside);

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
    /// <summary>What was wrong, in words, and what was done; null when nothing was.</summary>
    public string? Damage => StoreErrors.Told(Found.Damage, Found.DamagedFile, SetAside);

    /// <summary>Where the file lies by now that the damage is in; null when there is none.</summary>
    public string? DamagedFile => StoreErrors.Moved(Found.DamagedFile, SetAside);

    /// <summary>Whether all is as it was left.</summary>
    public bool IsSound => Found.Damage is null && SetAside is null;
}

/// <summary>How far the look at one replica of a store is.</summary>
/// <param name="What">The replica, in a few words.</param>
/// <param name="Verified">How far.</param>
public sealed record RepairProgress(string What, VerifyProgress Verified);

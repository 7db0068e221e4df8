using ActorSync.States;

namespace ActorSync.Storage;

/// <summary>What was found of a store's files, and done.</summary>
public sealed record StoreReport(IReadOnlyList<RepairReport> Graphs, IReadOnlyList<StateRepairReport> States)
{
    /// <summary>What was found of the files beside them: who the node is, and the catalog. Only those of which there is something to say.</summary>
    public IReadOnlyList<FileReport> Files { get; init; } = [];

    /// <summary>Whether nothing is damaged, missing or waiting, and nothing lost of which nobody knows that it is back.</summary>
    public bool IsWell => Graphs.All(graph => graph.IsWell) && States.All(state => state.IsWell) && Files.All(file => file.IsWell);
}

/// <summary>What was found of a file beside graphs and states, and done.</summary>
/// <param name="File">Its path.</param>
/// <param name="Damage">What is wrong with it, in words.</param>
/// <param name="Repaired">What was done, and what that means; null when nothing was.</param>
/// <param name="IsWell">Nothing is lost with it, or not any more.</param>
public sealed record FileReport(string File, string Damage, string? Repaired, bool IsWell);

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

    /// <summary>
    /// What was lost, now or earlier, and of which nobody knows that it is back, in words; null for nothing. Only a peer that
    /// has sent all that it holds, or who accepts it, ends it.
    /// </summary>
    public string? Loss { get; init; }

    /// <summary>Commands that are known to be missing. There may be more: the newest of a graph leave no other trace than its log.</summary>
    public long Missing => Math.Max(Waiting, Known - Kept);

    /// <summary>What was wrong, in words, and what was done; null when nothing was.</summary>
    public string? Damage => StoreErrors.Told(Found.Damage, Found.DamagedFile, SetAside);

    /// <summary>Where the file lies by now that the damage is in; null when there is none.</summary>
    public string? DamagedFile => StoreErrors.Moved(Found.DamagedFile, SetAside);

    /// <summary>Whether all is as it was left.</summary>
    public bool IsSound => Found.IsSound && SetAside is null && Loss is null;

    /// <summary>Whether nothing of it is damaged any more, and nothing known to be missing, or unknown whether it is.</summary>
    public bool IsWell => Loss is null && Missing == 0 && (Found.IsSound || SetAside is not null);
}

/// <summary>What was found of a shared state, and done.</summary>
/// <param name="State">The state.</param>
/// <param name="Found">What verifying its log found.</param>
/// <param name="Entries">Entries in its intact records, those that later ones replace included.</param>
/// <param name="Kept">Entries that its log holds now.</param>
/// <param name="SetAside">The folder that holds it as it was; null when nothing was done.</param>
public sealed record StateRepairReport(StateName State, LogFindings Found, long Entries, long Kept, string? SetAside)
{
    /// <summary>As of a graph; what a state lacks its pulls bring, and that is not noted here.</summary>
    public string? Loss { get; init; }

    /// <summary>What was wrong, in words, and what was done; null when nothing was.</summary>
    public string? Damage => StoreErrors.Told(Found.Damage, Found.DamagedFile, SetAside);

    /// <summary>Where the file lies by now that the damage is in; null when there is none.</summary>
    public string? DamagedFile => StoreErrors.Moved(Found.DamagedFile, SetAside);

    /// <summary>Whether all is as it was left.</summary>
    public bool IsSound => Found.Damage is null && SetAside is null && Loss is null;

    /// <summary>Whether nothing of it is damaged any more, and nothing lost.</summary>
    public bool IsWell => Loss is null && (Found.Damage is null || SetAside is not null);
}

/// <summary>How far the look at one replica of a store is.</summary>
/// <param name="What">The replica, in a few words.</param>
/// <param name="Verified">How far.</param>
public sealed record RepairProgress(string What, VerifyProgress Verified);

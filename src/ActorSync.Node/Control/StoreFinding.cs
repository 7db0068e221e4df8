using System.Text.Json.Serialization;
using ActorSync.Storage;

namespace ActorSync.Node.Control;

/// <summary>What <c>store verify</c> and <c>store repair</c> found of a graph, a shared state or a file beside them, and did.</summary>
/// <param name="Records">Intact records.</param>
/// <param name="Bytes">Bytes of files that were read.</param>
/// <param name="TornBytes">Bytes at the end that are no whole record.</param>
/// <param name="Kept">Commands that the graph, or entries that the state's log holds now.</param>
/// <param name="SetAside">The folder that holds it as it was; null when nothing was done.</param>
/// <param name="Damage">The first damage in words, or null.</param>
/// <param name="LostEnd">The damage is that the end, which was there when the store was closed, is not there any more.</param>
/// <param name="File">The file that the damage is in.</param>
/// <param name="Offset">The byte of that file from which on nothing can be trusted.</param>
public sealed record StoreFinding(long Records, long Bytes, long TornBytes, long Kept, string? SetAside, string? Damage, bool LostEnd, string? File, long? Offset)
{
    /// <summary>The graph's 64 digits; left out of all else.</summary>
    [JsonPropertyOrder(-2), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Graph { get; init; }

    /// <summary>The state's name; left out of all else.</summary>
    [JsonPropertyOrder(-2), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? State { get; init; }

    /// <summary>The name of a file of the store that is neither: node or catalog. Such a file is told of only when something is wrong with it.</summary>
    [JsonPropertyOrder(-2), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Store { get; init; }

    /// <summary>
    /// Nothing is damaged, missing or waiting, and nothing was lost of which nobody knows that it is back. The exit code is 0 when
    /// this is so of all.
    /// </summary>
    public bool Well { get; init; }

    /// <summary>What was lost, now or earlier, and of which nobody knows that it is back, in words; left out when there is nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Loss { get; init; }

    /// <summary>Bytes behind the closing mark, which no run of the store has written; opening the store cuts them.</summary>
    public long StrayBytes { get; init; }

    /// <summary>What is wrong with the index beside the log, in words: harmless, it is made anew. Left out when nothing is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Index { get; init; }

    /// <summary>What a repair did about a file of the store, and what that means; left out of all else.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Repaired { get; init; }

    /// <summary>Intact commands; left out of a state.</summary>
    [JsonPropertyOrder(-1), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Commands { get; init; }

    /// <summary>Commands that are known to be missing from the graph here; there may be more. Left out of a state.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? MissingAtLeast { get; init; }

    /// <summary>
    /// Intact commands of what was set aside that the graph does not hold, since their priors are not here; left out of a state.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Waiting { get; init; }

    /// <summary>Commands that came back from what earlier repairs set aside, or once a peer had sent their priors; left out of a state.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Returned { get; init; }

    /// <summary>All folders that were ever set aside of the graph and are there; left out when there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Aside { get; init; }

    /// <summary>Entries in intact records, those that later ones replace included; left out of a graph.</summary>
    [JsonPropertyOrder(-1), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Entries { get; init; }

    /// <summary>What a peer sent again of the graph; left out when none was asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StoreFetch? Fetched { get; init; }

    /// <summary>What became of it by the time that peers had been asked.</summary>
    public StoreFinding After(RepairReport report) =>
        this with { Returned = Returned + report.Returned, Waiting = report.Waiting, MissingAtLeast = report.Missing, Damage = Damage ?? report.Damage, Loss = report.Loss, Well = report.IsWell };

    public static StoreFinding Of(FileReport report) => new(0, 0, 0, 0, null, report.Damage, false, report.File, null)
    {
        Store = Path.GetFileName(report.File),
        Well = report.IsWell,
        Repaired = report.Repaired,
    };

    public static StoreFinding Of(RepairReport report)
    {
        var found = report.Found;
        return new StoreFinding(
            found.Records, found.Bytes, found.TornBytes, report.Kept, report.SetAside, report.Damage, found.HasLostEnd, report.DamagedFile, found.IsSound ? null : found.DamagedOffset)
        {
            Graph = found.Graph.ToString(),
            Commands = found.Commands,
            MissingAtLeast = report.Missing,
            Waiting = report.Waiting,
            Returned = report.Returned,
            Aside = report.Aside.Count > 0 ? report.Aside : null,
            Well = report.IsWell,
            Loss = report.Loss,
            StrayBytes = found.StrayBytes,
            Index = found.IndexFault,
        };
    }

    public static StoreFinding Of(StateRepairReport report)
    {
        var found = report.Found;
        return new StoreFinding(
            found.Records, found.Bytes, found.TornBytes, report.Kept, report.SetAside, report.Damage, found.HasLostEnd, report.DamagedFile, found.Damage is null ? null : found.DamagedOffset)
        {
            State = report.State.Value,
            Entries = report.Entries,
            Well = report.IsWell,
            Loss = report.Loss,
            StrayBytes = found.StrayBytes,
        };
    }
}

/// <summary>What a peer sent again of a graph that was repaired.</summary>
/// <param name="Peer">The peer that was asked last.</param>
/// <param name="Commands">Commands that came, of all peers that were asked.</param>
/// <param name="Complete">All that the peer holds of the graph is here now.</param>
/// <param name="Error">Why not, in words; null when it is.</param>
public sealed record StoreFetch(string Peer, long Commands, bool Complete, string? Error);

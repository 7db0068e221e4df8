using System.Text.Json.Serialization;
using ActorSync.Storage;

namespace ActorSync.Node.Control;

/// <summary>What <c>store verify</c> and <c>store repair</c> found of a graph or a shared state, and did.</summary>
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
    /// <summary>The graph's 64 digits; left out of a state.</summary>
    [JsonPropertyOrder(-2), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Graph { get; init; }

    /// <summary>The state's name; left out of a graph.</summary>
    [JsonPropertyOrder(-2), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? State { get; init; }

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
        this with { Returned = Returned + report.Returned, Waiting = report.Waiting, MissingAtLeast = report.Missing, Damage = Damage ?? report.Damage };

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
        };
    }
}

/// <summary>What a peer sent again of a graph that was repaired.</summary>
/// <param name="Peer">The peer that was asked last.</param>
/// <param name="Commands">Commands that came, of all peers that were asked.</param>
/// <param name="Complete">All that the peer holds of the graph is here now.</param>
/// <param name="Error">Why not, in words; null when it is.</param>
public sealed record StoreFetch(string Peer, long Commands, bool Complete, string? Error);

using System.Globalization;
using ActorSync.Node.Control;
using ActorSync.Node.Output;

namespace ActorSync.Node.Cli;

/// <summary>What was found of a store's files, as tables and in sentences.</summary>
internal static class StoreTelling
{
    private static readonly string[] GraphColumns =
        ["graph", "records", "commands", "bytes", "torn-bytes", "stray-bytes", "kept", "missing-at-least", "waiting", "set-aside", "index", "loss", "damage"];

    private static readonly string[] StateColumns = ["state", "records", "entries", "bytes", "torn-bytes", "stray-bytes", "kept", "set-aside", "loss", "damage"];
    private static readonly string[] FileColumns = ["store", "file", "damage"];

    public static void Print(CommandOutput output, List<StoreFinding> findings)
    {
        if (findings.Where(finding => finding.Store is not null).ToList() is { Count: > 0 } files)
            output.Table(FileColumns, files.Select(file => (IReadOnlyList<string>)[file.Store!, file.File!, file.Damage!]));
        if (findings.Where(finding => finding.Graph is not null).ToList() is { Count: > 0 } graphs)
            output.Table(GraphColumns, graphs.Select(graph => Row(output, graph)));
        if (findings.Where(finding => finding.State is not null).ToList() is { Count: > 0 } states)
            output.Table(StateColumns, states.Select(Row));
    }

    /// <summary>What happened to a replica or a file that was repaired, or is missed, in a sentence.</summary>
    public static string Tell(StoreFinding finding)
    {
        if (finding.Store is not null)
            return $"{finding.File}: {finding.Repaired ?? finding.Damage}";
        var lost = finding.LostEnd ? $"what stood behind byte {finding.Offset} of {finding.File} is lost here" : "what was damaged is lost here";
        if (finding.State is { } state)
        {
            return finding.Damage is null
                ? $"state {state}: {finding.Loss}"
                : $"state {state}: {Are(finding.Kept, "entry", "entries")} kept, {lost}; when the node runs, its pulls bring what peers hold; a key that no peer has keeps the newest value that could be read";
        }
        return $"graph {finding.Graph}: {What(finding, lost)}{Returned(finding)}{Waiting(finding)}";
    }

    private static string What(StoreFinding finding, string lost)
    {
        var fetched = finding.Fetched switch
        {
            null => null,
            { Error: { } error } => $"{Commands(finding.Fetched.Commands)} came from {finding.Fetched.Peer}, and not all: {error}",
            _ => $"{Commands(finding.Fetched.Commands)} came from {finding.Fetched.Peer}, all that it holds",
        };
        if (finding.SetAside is not null)
        {
            var missing = finding.MissingAtLeast > 0 ? $", at least {Commands(finding.MissingAtLeast.Value)}" : ", how many commands is not known";
            return $"{Are(finding.Kept, "command", "commands")} kept, {lost}{missing}; {fetched ?? "a peer sends it when the node runs, or at once with --peer HOST:PORT; what no peer holds is gone"}";
        }
        var known = finding.MissingAtLeast > 0 ? $"what was set aside by an earlier repair: at least {Are(finding.MissingAtLeast.Value, "command", "commands")} missing" : finding.Loss ?? finding.Damage;
        return string.Join("; ", new[] { known, fetched }.Where(part => part is not null));
    }

    private static string Returned(StoreFinding finding) => finding.Returned switch
    {
        null or 0 => "",
        1 => "; 1 intact command of what was set aside is back",
        var count => $"; {count} intact commands of what was set aside are back",
    };

    private static string Waiting(StoreFinding finding) => finding.Waiting is null or 0
        ? ""
        : $"; {(finding.Waiting == 1 ? "1 intact command waits for its priors" : $"{finding.Waiting} intact commands wait for their priors")}: repair again with a peer that has them, or give them up with --accept";

    private static IReadOnlyList<string> Row(CommandOutput output, StoreFinding graph) =>
    [
        output.Id(graph.Graph!),
        Number(graph.Records),
        Number(graph.Commands),
        Number(graph.Bytes),
        Number(graph.TornBytes),
        Number(graph.StrayBytes),
        Number(graph.Kept),
        Number(graph.MissingAtLeast),
        Number(graph.Waiting),
        graph.SetAside ?? "none",
        graph.Index ?? "ok",
        graph.Loss ?? "none",
        graph.Damage ?? "none",
    ];

    private static IReadOnlyList<string> Row(StoreFinding state) =>
    [
        state.State!,
        Number(state.Records),
        Number(state.Entries),
        Number(state.Bytes),
        Number(state.TornBytes),
        Number(state.StrayBytes),
        Number(state.Kept),
        state.SetAside ?? "none",
        state.Loss ?? "none",
        state.Damage ?? "none",
    ];

    private static string Commands(long count) => count == 1 ? "1 command" : $"{Number(count)} commands";

    private static string Are(long count, string one, string many) => count == 1 ? $"1 {one} is" : $"{Number(count)} {many} are";

    private static string Number(long? number) => (number ?? 0).ToString(CultureInfo.InvariantCulture);
}

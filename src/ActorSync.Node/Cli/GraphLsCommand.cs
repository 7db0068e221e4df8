using System.CommandLine;
using System.Globalization;
using ActorSync.Node.Control;
using ActorSync.Node.Output;

namespace ActorSync.Node.Cli;

/// <summary><c>actorsync graph ls</c>: the graphs that are here.</summary>
internal static class GraphLsCommand
{
    private static readonly string[] Columns = ["graph", "commands", "heads", "max-cut", "digest", "error"];
    private static readonly string[] MeshColumns = ["here", "holders"];
    private static readonly string[] ClusterColumns = ["shard"];

    public static Command Create(CliContext context, CommonOptions options)
    {
        var json = CommonOptions.Json();
        var command = new Command("ls", "List the graphs that are here; exit code 1 if one of them cannot be read.") { json };
        command.SetAction((parse, stop) => context.WithControlAsync(options, parse, StoreUse.Open, async control =>
        {
            if (!(await control.StatusAsync(stop)).TryGet(out var status, out var error))
                return error;
            if (parse.GetValue(json))
                context.Output.Json(status.Graphs, ControlJson.Page.IReadOnlyListGraphStatus);
            else
                Print(context.Output, status.Graphs);
            return status.Graphs.Any(graph => graph.Error is not null) ? ExitCodes.Failure : ExitCodes.Ok;
        }, stop));
        return command;
    }

    /// <summary>The graphs; in a mesh with what the node is to them, and who holds them.</summary>
    public static void Print(CommandOutput output, IReadOnlyList<GraphStatus> graphs)
    {
        var inMesh = graphs.Any(graph => graph.Holding is not null);
        var inCluster = graphs.Any(graph => graph.Holding?.Shard is not null);
        output.Table([.. Columns, .. inMesh ? MeshColumns : [], .. inCluster ? ClusterColumns : []], graphs.Select(graph => Row(output, graph, inMesh, inCluster)));
    }

    private static IReadOnlyList<string> Row(CommandOutput output, GraphStatus graph, bool inMesh, bool inCluster) =>
    [
        output.Id(graph.Graph),
        graph.Commands.ToString(CultureInfo.InvariantCulture),
        graph.Heads.ToString(CultureInfo.InvariantCulture),
        graph.MaxCut.ToString(CultureInfo.InvariantCulture),
        output.Id(graph.Digest),
        graph.Error ?? "none",
        .. inMesh ? Mesh(output, graph.Holding) : [],
        .. inCluster ? [graph.Holding?.Shard?.ToString(CultureInfo.InvariantCulture) ?? "unknown"] : Array.Empty<string>(),
    ];

    private static IReadOnlyList<string> Mesh(CommandOutput output, HoldingStatus? holding) =>
        holding is null ? ["unknown", "unknown"] : [holding.State, holding.Holders.Count == 0 ? "none" : string.Join(',', holding.Holders.Select(output.Id))];
}

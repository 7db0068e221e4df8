using System.CommandLine;
using System.Globalization;
using ActorSync.Node.Control;
using ActorSync.Node.Output;

namespace ActorSync.Node.Cli;

/// <summary><c>actorsync graph ls</c>: the graphs that are here.</summary>
internal static class GraphLsCommand
{
    public static readonly string[] Columns = ["graph", "commands", "heads", "max-cut", "digest", "error"];

    public static Command Create(CliContext context, CommonOptions options)
    {
        var json = CommonOptions.Json();
        var command = new Command("ls", "List the graphs that are here.") { json };
        command.SetAction((parse, stop) => context.WithControlAsync(options, parse, StoreUse.Open, async control =>
        {
            if (!(await control.StatusAsync(stop)).TryGet(out var status, out var error))
                return error;
            if (parse.GetValue(json))
                context.Output.Json(status.Graphs, ControlJson.Page.IReadOnlyListGraphStatus);
            else
                context.Output.Table(Columns, status.Graphs.Select(graph => Row(context.Output, graph)));
            return ExitCodes.Ok;
        }, stop));
        return command;
    }

    public static IReadOnlyList<string> Row(CommandOutput output, GraphStatus graph) =>
    [
        output.Id(graph.Graph),
        graph.Commands.ToString(CultureInfo.InvariantCulture),
        graph.Heads.ToString(CultureInfo.InvariantCulture),
        graph.MaxCut.ToString(CultureInfo.InvariantCulture),
        output.Id(graph.Digest),
        graph.Error ?? "none",
    ];
}

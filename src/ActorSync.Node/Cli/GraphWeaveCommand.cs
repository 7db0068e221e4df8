using System.CommandLine;
using System.Globalization;
using ActorSync.Node.Control;
using ActorSync.Node.Output;

namespace ActorSync.Node.Cli;

/// <summary><c>actorsync graph weave</c>: a graph's commands in the one order that every peer sees.</summary>
internal static class GraphWeaveCommand
{
    private const int TerminalCharacters = 72;
    private const int PlainCharacters = 256;

    private static readonly string[] Columns = ["place", "id", "max-cut", "priority", "size", "payload"];

    public static Command Create(CliContext context, CommonOptions options)
    {
        var graph = GraphArgument.Create();
        var json = CommonOptions.Json();
        var command = new Command("weave", "Show a graph's commands in the order of its weave, oldest first.") { graph, json };
        command.SetAction((parse, stop) => context.WithControlAsync(options, parse, StoreUse.Open, async control =>
        {
            if (!(await GraphName.ResolveAsync(control, parse.GetRequiredValue(graph), stop)).TryGet(out var id, out var error) ||
                !(await control.WeaveAsync(id, stop)).TryGet(out var list, out error))
            {
                return error;
            }
            return parse.GetValue(json)
                ? await ListOutput.LinesAsync(context.Output, list.Entries, ControlJson.Line.WeaveEntry, stop)
                : await ListOutput.RowsAsync(context.Output, list.Entries, Columns, entry => Row(context.Output, entry), stop);
        }, stop));
        return command;
    }

    private static IReadOnlyList<string> Row(CommandOutput output, WeaveEntry entry) =>
    [
        entry.Place.ToString(CultureInfo.InvariantCulture),
        output.Id(entry.Id),
        entry.MaxCut.ToString(CultureInfo.InvariantCulture),
        entry.Priority,
        entry.Size.ToString(CultureInfo.InvariantCulture),
        PayloadText.Of(entry.Payload, output.OutIsTerminal ? TerminalCharacters : PlainCharacters),
    ];
}

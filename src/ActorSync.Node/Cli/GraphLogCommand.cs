using System.CommandLine;
using System.Globalization;
using ActorSync.Graphs;
using ActorSync.Node.Control;
using ActorSync.Node.Output;
using Command = System.CommandLine.Command;

namespace ActorSync.Node.Cli;

/// <summary><c>actorsync graph log</c>: a graph's commands, newest first.</summary>
internal static class GraphLogCommand
{
    private const int TerminalCharacters = 72;
    private const int PlainCharacters = 256;

    private static readonly string[] Columns = ["ordinal", "id", "max-cut", "priority", "size", "payload"];

    public static Command Create(CliContext context, CommonOptions options)
    {
        var graph = GraphArgument.Create();
        var limit = new Option<int>("--limit", "-n") { Description = "Commands to show; 0 for all.", DefaultValueFactory = _ => 20 };
        var json = CommonOptions.Json();
        limit.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var count) && count < 0)
                result.AddError("--limit is 0 (all) or more");
        });
        var command = new Command("log", "Show a graph's commands, newest first.") { graph, limit, json };
        command.SetAction((parse, stop) => context.WithControlAsync(options, parse, StoreUse.Open, async control =>
        {
            if (!(await GraphName.ResolveAsync(control, parse.GetRequiredValue(graph), stop)).TryGet(out var id, out var error))
                return error;
            var wanted = parse.GetValue(limit) is > 0 and var some ? some : int.MaxValue;
            return parse.GetValue(json)
                ? await PrintJsonAsync(context, control, id, wanted, stop)
                : await PrintAsync(context, control, id, wanted, stop);
        }, stop));
        return command;
    }

    private static async Task<Result<int>> PrintAsync(CliContext context, INodeControl control, GraphId graph, int wanted, CancellationToken stop)
    {
        var rows = 0;
        int? before = null;
        while (true)
        {
            if (!(await control.LogAsync(graph, before, Math.Min(wanted - rows, GraphLog.MaximumEntries), stop)).TryGet(out var page, out var error))
                return error;
            context.Output.Table(Columns, page.Entries.Select(entry => Row(context.Output, entry)));
            rows += page.Entries.Count;
            before = page.Next;
            if (before is null)
                return ExitCodes.Ok;
            if (rows >= wanted)
            {
                context.Output.Error.WriteLine($"{before} earlier commands: --limit 0 shows all");
                return ExitCodes.Ok;
            }
        }
    }

    // One document whatever the number of pages.
    private static async Task<Result<int>> PrintJsonAsync(CliContext context, INodeControl control, GraphId graph, int wanted, CancellationToken stop)
    {
        var entries = new List<LogEntry>();
        LogPage? page = null;
        do
        {
            if (!(await control.LogAsync(graph, page?.Next, Math.Min(wanted - entries.Count, GraphLog.MaximumEntries), stop)).TryGet(out page, out var error))
                return error;
            entries.AddRange(page.Entries);
        }
        while (page.Next is not null && entries.Count < wanted);
        context.Output.Json(page with { Entries = entries }, ControlJson.Page.LogPage);
        return ExitCodes.Ok;
    }

    private static IReadOnlyList<string> Row(CommandOutput output, LogEntry entry) =>
    [
        entry.Ordinal.ToString(CultureInfo.InvariantCulture),
        output.Id(entry.Id),
        entry.MaxCut.ToString(CultureInfo.InvariantCulture),
        entry.Priority,
        entry.Size.ToString(CultureInfo.InvariantCulture),
        PayloadText.Of(entry.Payload, output.OutIsTerminal ? TerminalCharacters : PlainCharacters),
    ];
}

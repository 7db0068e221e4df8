using System.CommandLine;
using ActorSync.Node.Control;
using ActorSync.Node.Output;

namespace ActorSync.Node.Cli;

/// <summary><c>actorsync graph facts</c>: what a graph's commands have written, as its policy understands them.</summary>
internal static class GraphFactsCommand
{
    private const int Characters = 256;

    private static readonly string[] Columns = ["name", "key", "value"];

    public static Command Create(CliContext context, CommonOptions options)
    {
        var graph = GraphArgument.Create();
        var name = new Option<string?>("--name") { Description = "Facts of this name only; of a key-value graph all have the name map." };
        var prefix = new Option<string>("--prefix") { Description = "Facts whose keys begin so.", DefaultValueFactory = _ => "" };
        var json = CommonOptions.Json();
        var command = new Command("facts", "Show a graph's facts, in the order of their keys.") { graph, name, prefix, json };
        command.SetAction((parse, stop) => context.WithControlAsync(options, parse, StoreUse.Open, async control =>
        {
            var query = new FactQuery(parse.GetValue(name), parse.GetValue(prefix)!);
            if (!(await GraphName.ResolveAsync(control, parse.GetRequiredValue(graph), stop)).TryGet(out var id, out var error) ||
                !(await control.FactsAsync(id, query, stop)).TryGet(out var list, out error))
            {
                return error;
            }
            return parse.GetValue(json)
                ? await ListOutput.LinesAsync(context.Output, list.Facts, ControlJson.Line.FactEntry, stop)
                : await ListOutput.RowsAsync(context.Output, list.Facts, Columns, Row, stop);
        }, stop));
        return command;
    }

    private static IReadOnlyList<string> Row(FactEntry fact) => [fact.Name, PayloadText.Of(fact.Key, Characters), PayloadText.Of(fact.Value, Characters)];
}

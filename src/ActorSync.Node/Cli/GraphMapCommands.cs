using System.CommandLine;
using System.Text;
using ActorSync.Graphs;
using ActorSync.Graphs.Policies;
using ActorSync.Node.Control;
using Command = System.CommandLine.Command;

namespace ActorSync.Node.Cli;

/// <summary><c>actorsync graph set</c> and <c>graph delete</c>: write to a graph whose policy is key-value.</summary>
internal static class GraphMapCommands
{
    public static Command Set(CliContext context, CommonOptions options)
    {
        var value = new Argument<string>("VALUE") { Description = "The value, as text." };
        return Create(context, options, "set", "Set a key of a key-value graph.", value, parse => KeyValuePolicy.Set(Key(parse), Encoding.UTF8.GetBytes(parse.GetRequiredValue(value))));
    }

    public static Command Delete(CliContext context, CommonOptions options) =>
        Create(context, options, "delete", "Delete a key of a key-value graph.", null, parse => KeyValuePolicy.Delete(Key(parse)));

    private static byte[] Key(ParseResult parse) => Encoding.UTF8.GetBytes(parse.GetRequiredValue<string>("KEY"));

    private static Command Create(CliContext context, CommonOptions options, string name, string description, Argument<string>? value, Func<ParseResult, byte[]> payload)
    {
        var graph = GraphArgument.Create();
        var priority = new Option<uint>("--priority") { Description = "The command's place among concurrent ones: lower comes later, and has the last word." };
        var json = CommonOptions.Json();
        var command = new Command(name, description) { graph, new Argument<string>("KEY") { Description = "The key, as text." } };
        if (value is not null)
            command.Arguments.Add(value);
        command.Options.Add(priority);
        command.Options.Add(json);
        command.SetAction((parse, stop) => context.WithControlAsync(options, parse, StoreUse.Open, async control =>
        {
            if (!(await GraphName.ResolveAsync(control, parse.GetRequiredValue(graph), stop)).TryGet(out var id, out var error) ||
                !(await HasMapAsync(control, id, stop)).TryGet(out _, out error) ||
                !(await control.AddAsync(id, payload(parse), parse.GetValue(priority), stop)).TryGet(out var added, out error))
            {
                return error;
            }
            if (parse.GetValue(json))
                context.Output.Json(added, ControlJson.Page.CommandAdded);
            else
                context.Output.Line(added.Id);
            return ExitCodes.Ok;
        }, stop));
        return command;
    }

    // To a graph that is opaque here the command would be bytes that nobody here reads.
    private static async Task<Result<bool>> HasMapAsync(INodeControl control, GraphId graph, CancellationToken stop)
    {
        if (!(await control.FactsAsync(graph, new FactQuery(KeyValuePolicy.FactName, ""), stop)).TryGet(out var list, out var error))
            return error;
        await foreach (var _ in list.Facts.WithCancellation(stop))
            break;
        return true;
    }
}

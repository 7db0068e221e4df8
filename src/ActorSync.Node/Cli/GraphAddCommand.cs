using System.CommandLine;
using ActorSync.Node.Control;

namespace ActorSync.Node.Cli;

/// <summary><c>actorsync graph add</c>: commits one command, and prints its id once it is durable.</summary>
internal static class GraphAddCommand
{
    public static Command Create(CliContext context, CommonOptions options)
    {
        var graph = GraphArgument.Create();
        var source = new PayloadSource();
        var priority = new Option<uint>("--priority") { Description = "The command's place among concurrent ones: higher comes later in the weave." };
        var json = CommonOptions.Json();
        var command = new Command("add", "Commit one command to a graph.") { graph };
        source.AddTo(command);
        command.Options.Add(priority);
        command.Options.Add(json);
        command.SetAction(async (parse, stop) =>
        {
            var (payload, error) = await source.ReadAsync(parse, options, context, stop);
            if (error is null && payload is null)
                error = new SyncError(SyncErrorKind.InvalidRequest, "there is no payload: give it as an argument, with --file, or - for the standard input");
            if (error is not null)
                return context.Fail(error);
            return await context.WithControlAsync(options, parse, StoreUse.Open, control => RunAsync(control, payload!.Value, parse, stop), stop);
        });
        return command;

        async Task<Result<int>> RunAsync(INodeControl control, ReadOnlyMemory<byte> payload, ParseResult parse, CancellationToken stop)
        {
            if (!(await GraphName.ResolveAsync(control, parse.GetRequiredValue(graph), stop)).TryGet(out var id, out var error) ||
                !(await control.AddAsync(id, payload, parse.GetValue(priority), stop)).TryGet(out var added, out error))
            {
                return error;
            }
            if (parse.GetValue(json))
                context.Output.Json(added, ControlJson.Page.CommandAdded);
            else
                context.Output.Line(added.Id);
            return ExitCodes.Ok;
        }
    }
}

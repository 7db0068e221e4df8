using System.CommandLine;
using ActorSync.Graphs;
using ActorSync.Node.Control;
using ActorSync.Placement;
using Command = System.CommandLine.Command;

namespace ActorSync.Node.Cli;

/// <summary><c>actorsync graph add</c>: commits one command, and prints its id once it is durable.</summary>
internal static class GraphAddCommand
{
    public static Command Create(CliContext context, CommonOptions options)
    {
        var graph = GraphArgument.Create();
        var source = new PayloadSource();
        var priority = new Option<uint>("--priority") { Description = "The command's place among concurrent ones: lower comes later in the weave, and has the last word." };
        var finalize = new Option<bool>("--finalize") { Description = "Of finalize priority: in the weave before all that does not come before it in the graph." };
        var ack = new Option<AckMode?>("--ack") { Description = "In a mesh, when it counts as done: local, durable in one store; replicated, in as many as the mesh says.", HelpName = "local|replicated" };
        var json = CommonOptions.Json();
        var command = new Command("add", "Commit one command to a graph.") { graph };
        source.AddTo(command);
        command.Options.Add(priority);
        command.Options.Add(finalize);
        command.Options.Add(ack);
        command.Options.Add(json);
        command.SetAction(async (parse, stop) =>
        {
            var (payload, error) = await source.ReadAsync(parse, options, context, stop);
            if (error is null && payload is null)
                error = new SyncError(SyncErrorKind.InvalidRequest, "there is no payload: give it as an argument, with --file, or - for the standard input");
            if (error is null && parse.GetValue(finalize) && parse.GetResult(priority) is { Implicit: false })
                error = new SyncError(SyncErrorKind.InvalidRequest, "a command is of --finalize priority, or of a --priority: not both");
            if (error is not null)
                return context.Fail(error);
            return await context.WithControlAsync(options, parse, StoreUse.Open, control => RunAsync(control, payload!.Value, parse, stop), stop);
        });
        return command;

        Task<Result<CommandAdded>> AddAsync(INodeControl control, GraphId id, ReadOnlyMemory<byte> payload, ParseResult parse, CancellationToken stop) => control.AddAsync(
            id, payload, new ActionOptions { Priority = parse.GetValue(priority), Finalize = parse.GetValue(finalize), Ack = parse.GetValue(ack) }, stop);

        async Task<Result<int>> RunAsync(INodeControl control, ReadOnlyMemory<byte> payload, ParseResult parse, CancellationToken stop)
        {
            if (!(await GraphName.ResolveAsync(control, parse.GetRequiredValue(graph), stop)).TryGet(out var id, out var error) ||
                !(await AddAsync(control, id, payload, parse, stop)).TryGet(out var added, out error))
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

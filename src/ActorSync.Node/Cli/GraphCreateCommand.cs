using System.CommandLine;
using System.Text;
using ActorSync.Node.Control;

namespace ActorSync.Node.Cli;

/// <summary><c>actorsync graph create</c>: begins a graph, and prints its name.</summary>
internal static class GraphCreateCommand
{
    public static Command Create(CliContext context, CommonOptions options)
    {
        var source = new PayloadSource();
        var json = CommonOptions.Json();
        var command = new Command("create", "Begin a graph; the same payload gives the same graph, no payload a new one.");
        source.AddTo(command);
        command.Options.Add(json);
        command.SetAction(async (parse, stop) =>
        {
            var (payload, error) = await source.ReadAsync(parse, options, context, stop);
            if (error is not null)
                return context.Fail(error);
            // Without a payload of its own, a graph is told from all others by a name drawn at random.
            var init = payload ?? Encoding.UTF8.GetBytes(Guid.NewGuid().ToString());
            return await context.WithControlAsync(options, parse, StoreUse.Make, control => RunAsync(context, control, init, parse.GetValue(json), stop), stop);
        });
        return command;
    }

    private static async Task<Result<int>> RunAsync(CliContext context, INodeControl control, ReadOnlyMemory<byte> payload, bool json, CancellationToken stop)
    {
        if (!(await control.CreateGraphAsync(payload, stop)).TryGet(out var created, out var error))
            return error;
        if (json)
            context.Output.Json(created, ControlJson.Page.GraphCreated);
        else
            context.Output.Line(created.Graph);
        return ExitCodes.Ok;
    }
}

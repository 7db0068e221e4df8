using System.CommandLine;
using System.Globalization;
using ActorSync.Node.Control;

namespace ActorSync.Node.Cli;

/// <summary><c>actorsync graph watch</c>: a line for each version of a graph as the running node commits it.</summary>
internal static class GraphWatchCommand
{
    public static Command Create(CliContext context, CommonOptions options)
    {
        var graph = GraphArgument.Create();
        var json = CommonOptions.Json();
        var command = new Command("watch", "Print a line for each version of a graph, until Ctrl-C.") { graph, json };
        command.SetAction((parse, stop) => context.WithControlAsync(options, parse, StoreUse.None, async control =>
        {
            if (!(await GraphName.ResolveAsync(control, parse.GetRequiredValue(graph), stop)).TryGet(out var id, out var error) ||
                !(await control.WatchAsync(id, stop)).TryGet(out var watch, out error))
            {
                return error;
            }
            try
            {
                await foreach (var version in watch.Versions.WithCancellation(stop))
                    Print(context, version, parse.GetValue(json));
                return new SyncError(SyncErrorKind.ShuttingDown, "the node stopped");
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return ExitCodes.Ok;
            }
        }, stop));
        return command;
    }

    private static void Print(CliContext context, GraphVersion version, bool json)
    {
        if (json)
            context.Output.Json(version, ControlJson.Line.GraphVersion);
        else
            context.Output.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"{version.Time.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'} commands={version.Commands} heads={version.Heads} max-cut={version.MaxCut} digest={version.Digest}"));
    }
}

using System.CommandLine;
using System.Globalization;
using ActorSync.Node.Control;
using ActorSync.Node.Output;

namespace ActorSync.Node.Cli;

/// <summary><c>actorsync sync</c>: one poll of one graph at one peer.</summary>
internal static class SyncCommand
{
    public static Command Create(CliContext context, CommonOptions options)
    {
        var peer = new Argument<string>("PEER") { Description = "HOST:PORT, or the digits of a node that was met." };
        var graph = GraphArgument.Create();
        var maxBytes = new Option<long>("--max-bytes") { Description = "The most bytes of payloads to take; 0 for all.", HelpName = "BYTES" };
        var json = CommonOptions.Json();
        var command = new Command("sync", "Poll one graph at one peer, once.") { peer, graph, maxBytes, json };
        command.SetAction((parse, stop) => context.WithControlAsync(options, parse, StoreUse.Make, async control =>
        {
            if (!(await GraphName.ResolveAsync(control, parse.GetRequiredValue(graph), stop)).TryGet(out var id, out var error))
                return error;
            var line = new ProgressLine(context.Output, $"polling {parse.GetRequiredValue(peer)}", "commands", context.Time);
            var request = new SyncRequest(parse.GetRequiredValue(peer), id.ToString(), parse.GetValue(maxBytes));
            var result = await control.SyncAsync(request, new ProgressTo<SyncProgress>(progress => line.Report(progress.Received, progress.Received + progress.Left)), stop);
            line.End();
            if (!result.TryGet(out var report, out error))
                return error;
            if (parse.GetValue(json))
                context.Output.Json(report, ControlJson.Page.SyncReport);
            else
                Print(context, report);
            return ExitCodes.Ok;
        }, stop));
        return command;
    }

    private static void Print(CliContext context, SyncReport report)
    {
        var rate = report.Seconds > 0 ? report.Received / report.Seconds : 0;
        context.Output.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"complete={(report.Complete ? "yes" : "no")} was-level={(report.WasLevel ? "yes" : "no")} received={report.Received} added={report.Added} remaining={(report.Remaining ? "yes" : "no")} round-trips={report.RoundTrips} seconds={report.Seconds:F2} commands/s={rate:F0}{(report.Rejected > 0 ? $" rejected={report.Rejected}" : "")}"));
    }
}

using System.CommandLine;
using System.Globalization;
using ActorSync.Node.Configuration;
using ActorSync.Node.Control;
using ActorSync.Node.Output;

namespace ActorSync.Node.Cli;

/// <summary><c>actorsync wait --converged</c>: returns once the node is level with its peers.</summary>
internal static class WaitCommand
{
    public static Command Create(CliContext context, CommonOptions options)
    {
        var converged = new Option<bool>("--converged") { Description = "Wait until every graph in common is level with every peer.", Required = true };
        var timeout = new Option<string>("--timeout", "-t") { Description = "How long to wait: a number and ms, s, m or h.", HelpName = "DURATION", DefaultValueFactory = _ => "30s" };
        var json = CommonOptions.Json();
        var command = new Command("wait", "Wait for a running node; exit code 4 if the time is over first.") { converged, timeout, json };
        command.SetAction(async (parse, stop) =>
        {
            if (!parse.GetValue(converged))
                return context.Fail(new SyncError(SyncErrorKind.InvalidRequest, "--converged is all that can be waited for"));
            if (!Duration.Parse(parse.GetRequiredValue(timeout)).TryGet(out var span, out var error))
                return context.Fail(error);
            return await context.WithControlAsync(options, parse, StoreUse.None, control => RunAsync(context, control, span, parse.GetValue(json), stop), stop);
        });
        return command;
    }

    private static async Task<Result<int>> RunAsync(CliContext context, INodeControl control, TimeSpan timeout, bool json, CancellationToken stop)
    {
        var line = new ProgressLine(context.Output, "waiting", "pairs level", context.Time);
        var result = await control.WaitConvergedAsync(
            new WaitRequest(timeout.TotalSeconds), new ProgressTo<WaitProgress>(progress => line.Report(progress.Level, progress.Pairs)), stop);
        line.End();
        if (!result.TryGet(out var report, out var error))
            return error;
        if (json)
            context.Output.Json(report, ControlJson.Page.WaitReport);
        else if (report.Level)
            context.Output.Line(string.Create(CultureInfo.InvariantCulture, $"level pairs={report.Pairs.Count} seconds={report.Seconds:F2}"));
        if (report.Level)
            return ExitCodes.Ok;
        foreach (var pair in report.Pairs.Where(pair => !pair.Level))
            context.Output.Fail($"not level: peer {pair.Peer}, graph {pair.Graph ?? "any"}: {pair.Why}");
        return ExitCodes.NotLevel;
    }
}

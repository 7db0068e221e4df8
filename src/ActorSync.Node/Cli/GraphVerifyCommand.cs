using System.Globalization;
using ActorSync.Graphs;
using ActorSync.Node.Control;
using ActorSync.Node.Output;
using Command = System.CommandLine.Command;

namespace ActorSync.Node.Cli;

/// <summary><c>actorsync graph verify</c>: checks every command of a graph, or of all graphs.</summary>
internal static class GraphVerifyCommand
{
    private static readonly string[] Columns = ["graph", "commands", "bytes", "heads", "digest", "problems"];

    public static Command Create(CliContext context, CommonOptions options)
    {
        var graph = GraphArgument.CreateOptional();
        var json = CommonOptions.Json();
        var command = new Command("verify", "Check every command's bytes, id, priors and max cut; exit code 1 if anything is wrong.") { graph, json };
        command.SetAction((parse, stop) => context.WithControlAsync(options, parse, StoreUse.Open, async control =>
        {
            var name = parse.GetValue(graph);
            if (!(await ChosenAsync(control, name, stop)).TryGet(out var chosen, out var error))
                return error;
            var reports = new List<VerifyReport>();
            foreach (var one in chosen)
            {
                if ((await VerifyAsync(context, control, one, stop)).TryGet(out var report, out error))
                    reports.Add(report);
                // One that cannot even be opened does not hide the others.
                else if (name is null && error.Kind is not (SyncErrorKind.Unreachable or SyncErrorKind.ShuttingDown))
                    reports.Add(new VerifyReport(one.ToString(), 0, 0, 0, "", 1, [error.Message]));
                else
                    return error;
            }
            if (parse.GetValue(json))
                context.Output.Json(reports, ControlJson.Page.IReadOnlyListVerifyReport);
            else
                Print(context, reports);
            return reports.TrueForAll(report => report.ProblemCount == 0) ? ExitCodes.Ok : ExitCodes.Failure;
        }, stop));
        return command;
    }

    private static async Task<Result<GraphId[]>> ChosenAsync(INodeControl control, string? name, CancellationToken stop)
    {
        if (name is not null)
            return (await GraphName.ResolveAsync(control, name, stop)).TryGet(out var graph, out var error) ? new[] { graph } : error;
        return (await control.StatusAsync(stop)).TryGet(out var status, out var failed)
            ? status.Graphs.Select(one => GraphId.TryParse(one.Graph, out var graph) ? graph : default).ToArray()
            : failed;
    }

    private static async Task<Result<VerifyReport>> VerifyAsync(CliContext context, INodeControl control, GraphId graph, CancellationToken stop)
    {
        var line = new ProgressLine(context.Output, $"verifying {graph.ToShortString()}", "commands", context.Time);
        var result = await control.VerifyAsync(graph, new ProgressTo<VerifyProgress>(progress => line.Report(progress.Checked, progress.Total)), stop);
        line.End();
        return result;
    }

    private static void Print(CliContext context, List<VerifyReport> reports)
    {
        context.Output.Table(Columns, reports.Select(report => (IReadOnlyList<string>)
        [
            context.Output.Id(report.Graph),
            report.Commands.ToString(CultureInfo.InvariantCulture),
            report.Bytes.ToString(CultureInfo.InvariantCulture),
            report.Heads.ToString(CultureInfo.InvariantCulture),
            context.Output.Id(report.Digest),
            report.ProblemCount.ToString(CultureInfo.InvariantCulture),
        ]));
        foreach (var report in reports)
        {
            foreach (var problem in report.Problems)
                context.Output.Fail($"graph {report.Graph}: {problem}");
        }
    }
}

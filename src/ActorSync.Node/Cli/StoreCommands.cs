using System.CommandLine;
using System.Globalization;
using ActorSync.Node.Control;
using ActorSync.Node.Hosting;
using ActorSync.Node.Output;
using ActorSync.Storage;

namespace ActorSync.Node.Cli;

/// <summary>
/// <c>actorsync store verify</c> and <c>actorsync store repair</c>: the files of a store that no process holds, from their
/// first byte to their last; also of graphs that a node cannot open.
/// </summary>
internal static class StoreCommands
{
    private static readonly string[] Columns = ["graph", "records", "commands", "bytes", "torn-bytes", "kept", "set-aside", "damage"];

    public static Command Verify(CliContext context, CommonOptions options) => Create(
        context, options, "verify", "Check every byte of every graph, and change nothing; exit code 1 if anything is damaged.",
        StoreRepair.VerifyAsync, report => report.Found.IsSound && report.SetAside is null);

    public static Command Repair(CliContext context, CommonOptions options) => Create(
        context, options, "repair", "Set damaged graphs aside and keep what can be read of them; peers send the rest again. Exit code 1 if nothing of one could be kept.",
        StoreRepair.RepairAsync, report => report.Kept > 0);

    private delegate Task<Result<IReadOnlyList<RepairReport>>> Work(
        StoreSettings settings, Graphs.ICommandIdentity? identity, IFileSystem? files, IProgress<RepairProgress>? progress, CancellationToken cancellation);

    private static Command Create(CliContext context, CommonOptions options, string name, string what, Work work, Func<RepairReport, bool> isWell)
    {
        var json = CommonOptions.Json();
        var command = new Command(name, what) { json };
        command.SetAction(async (parse, stop) =>
        {
            if (!options.Settings(parse).TryGet(out var settings, out var error))
                return context.Fail(error);
            var progress = new Progress(context);
            var result = await Task.Run(() => work(NodeComposition.StoreSettingsOf(settings), null, null, progress, stop), stop);
            progress.End();
            if (!result.TryGet(out var reports, out error))
                return context.Fail(error);
            if (parse.GetValue(json))
                context.Output.Json([.. reports.Select(StoreFinding.Of)], ControlJson.Page.IReadOnlyListStoreFinding);
            else
                context.Output.Table(Columns, reports.Select(report => Row(context, report)));
            return reports.All(isWell) ? ExitCodes.Ok : ExitCodes.Failure;
        });
        return command;
    }

    private static IReadOnlyList<string> Row(CliContext context, RepairReport report) =>
    [
        context.Output.Id(report.Found.Graph.ToString()),
        Number(report.Found.Records),
        Number(report.Found.Commands),
        Number(report.Found.Bytes),
        Number(report.Found.TornBytes),
        Number(report.Kept),
        report.SetAside ?? "none",
        report.Found.Damage?.Message ?? "none",
    ];

    // A line for each graph that takes its time.
    private sealed class Progress(CliContext context) : IProgress<RepairProgress>
    {
        private ProgressLine? _line;
        private Graphs.GraphId _graph;

        public void Report(RepairProgress value)
        {
            if (_line is null || _graph != value.Graph)
            {
                End();
                _graph = value.Graph;
                _line = new ProgressLine(context.Output, $"reading graph {_graph.ToShortString()}", "bytes", context.Time);
            }
            _line.Report(value.Verified.DoneBytes, value.Verified.TotalBytes);
        }

        public void End() => _line?.End();
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

using System.CommandLine;
using System.Globalization;
using ActorSync.Node.Hosting;
using ActorSync.Storage;

namespace ActorSync.Node.Cli;

/// <summary>
/// <c>actorsync store verify</c> and <c>actorsync store repair</c>: the files of a store that no process holds, from their
/// first byte to their last; also of graphs that a node cannot open.
/// </summary>
internal static class StoreCommands
{
    private static readonly string[] Columns = ["graph", "records", "commands", "bytes", "torn-bytes", "kept", "set-aside", "damage"];

    public static Command Verify(CliContext context, CommonOptions options)
    {
        var command = new Command("verify", "Check every byte of every graph, and change nothing; exit code 1 if anything is damaged.");
        command.SetAction((parse, stop) => RunAsync(context, options, parse, StoreRepair.VerifyAsync,
            report => report.Found.IsSound && report.SetAside is null, stop));
        return command;
    }

    public static Command Repair(CliContext context, CommonOptions options)
    {
        var command = new Command("repair", "Set damaged graphs aside and keep what can be read of them; peers send the rest again. Exit code 1 if nothing of one could be kept.");
        command.SetAction((parse, stop) => RunAsync(context, options, parse, StoreRepair.RepairAsync, report => report.Kept > 0, stop));
        return command;
    }

    private delegate Task<Result<IReadOnlyList<RepairReport>>> Work(
        StoreSettings settings, Graphs.ICommandIdentity? identity, IFileSystem? files, CancellationToken cancellation);

    private static async Task<int> RunAsync(
        CliContext context, CommonOptions options, ParseResult parse, Work work, Func<RepairReport, bool> isWell, CancellationToken stop)
    {
        if (!options.Settings(parse).TryGet(out var settings, out var error))
            return context.Fail(error);
        if (!(await Task.Run(() => work(NodeComposition.StoreSettingsOf(settings), null, null, stop), stop)).TryGet(out var reports, out error))
            return context.Fail(error);
        context.Output.Table(Columns, reports.Select(report => Row(context, report)));
        return reports.All(isWell) ? ExitCodes.Ok : ExitCodes.Failure;
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

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

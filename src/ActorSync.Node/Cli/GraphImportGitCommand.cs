using System.CommandLine;
using System.Globalization;
using ActorSync.Node.Control;
using ActorSync.Node.Output;

namespace ActorSync.Node.Cli;

/// <summary><c>actorsync graph import-git</c>: makes the history of a git repository a graph, and prints its name.</summary>
internal static class GraphImportGitCommand
{
    public static Command Create(CliContext context, CommonOptions options)
    {
        var path = new Argument<string>("PATH") { Description = "The folder of the repository.", DefaultValueFactory = _ => "." };
        var all = AllReferences();
        var json = CommonOptions.Json();
        var command = new Command("import-git", "Import the commit history of a git repository as a graph.") { path, all, json };
        command.SetAction((parse, stop) => context.WithControlAsync(options, parse, StoreUse.Make, async control =>
        {
            var line = new ProgressLine(context.Output, "importing", "commits", context.Time);
            // The node may run in another folder than this one.
            var request = new ImportRequest(Path.GetFullPath(parse.GetRequiredValue(path)), parse.GetValue(all));
            var result = await control.ImportGitAsync(request, new ProgressTo<ImportProgress>(progress => line.Report(progress.Commits, progress.Total)), stop);
            line.End();
            if (!result.TryGet(out var report, out var error))
                return error;
            if (parse.GetValue(json))
                context.Output.Json(report, ControlJson.Page.ImportReport);
            else
                context.Output.Line(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{report.Graph} commits={report.Commits} commands={report.Commands} added={report.Added} seconds={report.Seconds:F2}"));
            return ExitCodes.Ok;
        }, stop));
        return command;
    }

    /// <summary>The option that widens what is read of a repository.</summary>
    public static Option<bool> AllReferences() => new("--all") { Description = "Read what any branch or tag reaches, not only HEAD." };
}

using ActorSync.Node.Cli;
using ActorSync.Node.Control;
using ActorSync.Node.Git;
using ActorSync.Node.Output;
using Spectre.Console;

namespace ActorSync.Node.Demo;

/// <summary>
/// <c>actorsync demo</c>: the main job on real input. Three nodes run as processes of their own on loopback TCP with
/// durable stores; a git history comes to all of them, then all commit. Then they are a mesh, to which hosts come and of which
/// one dies. Nothing is used that is not there for everybody: what is asked of the nodes, the command line can ask as well.
/// </summary>
internal sealed class Demonstration(CommandOutput output, TimeProvider time)
{
    /// <summary>Where a clone is looked for when no repository is named.</summary>
    public string Around { get; init; } = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);

    /// <summary>The git program; null when there is none.</summary>
    public string? Git { get; init; } = GitExecutable.Find();

    /// <summary>What the nodes are.</summary>
    public NodeProgram Program { get; init; } = NodeProgram.Own();

    /// <summary>Runs it, and prints the report; the exit code is 0 only if all nodes are level, and nothing is missing.</summary>
    /// <exception cref="SyncException">It failed on the way; nothing is left running.</exception>
    public async Task<int> RunAsync(DemoOptions options, bool json, CancellationToken cancellation)
    {
        DemoReport report;
        await using (var display = Display(json))
        {
            display.Say($"actorsync {SyncNode.Version} on the engine {SyncNode.Engine}");
            var scope = options.All ? GitScope.All : GitScope.Head;
            var history = (await DemoHistory.ChooseAsync(options.Repository, Around, Git, scope, cancellation)).Value;
            if (history.Why is { } why)
                display.Say($"{why}: the history packaged under samples/data is used");
            display.Say($"history: {Units.Count(history.Commits)} commits of {history.Path}");
            report = await RunAsync(options, history, display, cancellation);
        }
        if (json)
            output.Json(report, ControlJson.Page.DemoReport);
        else
            new ReportText(report).Print(output);
        return report.Holds ? ExitCodes.Ok : ExitCodes.NotLevel;
    }

    private async Task<DemoReport> RunAsync(DemoOptions options, DemoHistory history, IDemoDisplay display, CancellationToken cancellation)
    {
        await using var nodes = new DemoNodes(Program, options.Keep);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var monitor = new DemoMonitor(nodes, display);
        var watching = monitor.RunAsync(stop.Token);
        var run = RunAsync(options, history, nodes, monitor, display, stop.Token);
        try
        {
            var first = await Task.WhenAny(run, nodes.Died);
            cancellation.ThrowIfCancellationRequested();
            // The others may take long to find out that one is gone, and do not know why.
            return first == run ? await run : throw new SyncException(await nodes.Died);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(run, watching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<DemoReport> RunAsync(
        DemoOptions options, DemoHistory history, DemoNodes nodes, DemoMonitor monitor, IDemoDisplay display, CancellationToken cancellation)
    {
        var three = await nodes.StartAsync(Enumerable.Range(1, DemoRun.Nodes), DemoRole.Alone, cancellation);
        display.Say($"nodes: processes {string.Join(", ", three.Select(node => node.ProcessId))}; ports {string.Join(", ", three.Select(node => node.Port))} of 127.0.0.1");
        display.Say($"stores: {nodes.Folder}{(options.Keep ? "" : ", deleted at the end")}");
        var run = new DemoRun(options, history, three, monitor, display);
        var report = await run.RunAsync(cancellation);
        return report.Level ? report with { Mesh = await new MeshRun(options, run.Graph, run.Pushed, nodes, monitor, display).RunAsync(cancellation) } : report;
    }

    // With --json the standard output belongs to the document.
    private IDemoDisplay Display(bool json)
    {
        if (json)
            return new PlainDisplay(output.Error, time);
        if (!output.OutIsTerminal)
            return new PlainDisplay(output.Out, time);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output.Out) });
        return console.Profile.Capabilities.Ansi ? new TerminalDisplay(console) : new PlainDisplay(output.Out, time);
    }
}

using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using ActorSync.Node.Cli;
using ActorSync.Node.Demo;
using ActorSync.Node.Git;
using ActorSync.Node.Output;
using ActorSync.Node.Tests.Fakes;

namespace ActorSync.Node.Tests.Demo;

/// <summary>The demo with real processes, links and stores.</summary>
public sealed partial class DemonstrationTests : IDisposable
{
    private static readonly DemoOptions Small = new() { Repository = GitHistoryFile.Packaged, Commands = 12, Graphs = 4, Writes = 4 };

    private static readonly string[] Rows =
    [
        @"^import +\d+ +\d+ +[\d.]+ s +[\d,]+$",
        @"^poll +\d+ +[\d.]+ s +[\d,]+ +[\d.]+ kB +\d+ B$",
        @"^subscription +\d+ +[\d.]+ s +[\d,]+ +[\d.]+ kB +\d+ B$",
        @"^pushes +\d+ +[\d.]+ s +[\d,]+ +[\d.]+ kB +\d+ B$",
        @"^level +yes: all three hold \d+ commands, digest [0-9a-f]{8}$",
        @"^push latency +p50 [\d.]+ ms, p99 [\d.]+ ms",
        @"^one-second polling +[\d.]+ kB for the same time",
        @"^graph +3 nodes +\+node 4 +-node 1 +\+node 5 +before +level +after +level$",
        @"^history +\d \d +\d \d +\d \d +\d \d +\d+ +yes +\d+ +yes$",
        @"^on node 1 +\d +\d +- +- ",
        @"^on node 5 +- +- +- +\d ",
        @"^mesh level +yes, at each stage: 5 graphs, each on 2 members and no other$",
        @"^acknowledged +57 commands, none missing \(4\)$",
        @"^killed +node 1, after 1\d of 20 writes; \d+ not acknowledged \(5\)$",
    ];

    private readonly TemporaryFolder _folder = new();
    private readonly SignalWriter _out = new("nodes: processes ");
    private readonly StringWriter _error = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Three_processes_end_level_and_their_mesh_loses_nothing_and_nothing_is_left()
    {
        var code = await RunAsync(Small);

        var lines = _out.ToString().Split('\n');
        Assert.Equal((ExitCodes.Ok, ""), (code, _error.ToString()));
        Assert.Equal($"actorsync {SyncNode.Version} on the engine {SyncNode.Engine}", lines[0]);
        Assert.All(Rows, row => Assert.Single(lines, line => Regex.IsMatch(line, row)));
        AssertNothingIsLeft(processes: 8);
    }

    [Fact]
    public async Task The_report_as_json_is_all_that_the_standard_output_gets()
    {
        var code = await RunAsync(Small, json: true);

        using var json = JsonDocument.Parse(_out.ToString());
        var report = json.RootElement;
        var digests = report.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("digest").GetString()).Distinct();
        Assert.Equal((ExitCodes.Ok, true), (code, report.GetProperty("level").GetBoolean()));
        Assert.Single(digests);
        Assert.Equal(["import", "poll", "subscription", "pushes"], report.GetProperty("phases").EnumerateArray().Select(phase => phase.GetProperty("name").GetString()));
        Assert.Equal(2 * Small.Commands, report.GetProperty("latency").GetProperty("pairs").GetInt32());
        Assert.InRange(report.GetProperty("polling").GetProperty("levelPollBytes").GetInt64(), 50, 200);
        var mesh = report.GetProperty("mesh");
        var stages = mesh.GetProperty("stages").EnumerateArray().ToArray();
        Assert.Equal((true, true), (report.GetProperty("holds").GetBoolean(), mesh.GetProperty("holds").GetBoolean()));
        Assert.Equal(["3 nodes", "+node 4", "-node 1", "+node 5"], stages.Select(stage => stage.GetProperty("name").GetString()));
        Assert.Equal([3, 4, 3, 4], stages.Select(stage => stage.GetProperty("hosts").GetArrayLength()));
        Assert.All(stages.SelectMany(stage => stage.GetProperty("graphs").EnumerateArray()), graph => Assert.Equal(2, graph.GetProperty("holders").GetArrayLength()));
        Assert.Equal((45, 0), (mesh.GetProperty("writes").GetProperty("replicated").GetInt32(), mesh.GetProperty("writes").GetProperty("missing").GetArrayLength()));
    }

    [Fact]
    public async Task A_history_that_ends_early_ends_the_demo_and_its_processes()
    {
        File.WriteAllBytes(_folder.At("cut.history"), File.ReadAllBytes(GitHistoryFile.Packaged)[..^200]);

        var failed = await Assert.ThrowsAsync<SyncException>(() => RunAsync(Small with { Repository = _folder.At("cut.history") }));

        Assert.Equal(SyncErrorKind.StoreDamaged, failed.Error.Kind);
        Assert.StartsWith("node 1: the packaged history ", failed.Error.Message, StringComparison.Ordinal);
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task An_interrupted_demo_ends_its_processes()
    {
        using var stop = new CancellationTokenSource();
        var run = RunAsync(Small with { Commands = DemoOptions.MostCommands }, stop: stop.Token);
        await Task.WhenAny(_out.Seen, run);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_node_that_dies_ends_the_demo_at_once()
    {
        var run = RunAsync(Small with { Commands = DemoOptions.MostCommands });
        await Task.WhenAny(_out.Seen, run);

        Process.GetProcessById(Ids()[1]).Kill();

        var failed = await Assert.ThrowsAsync<SyncException>(() => run.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.StartsWith("node 2 ended with ", failed.Error.Message, StringComparison.Ordinal);
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task Nodes_that_cannot_start_are_told_with_what_they_printed()
    {
        var own = NodeProgram.Own();
        var failed = await Assert.ThrowsAsync<SyncException>(() => RunAsync(Small, own with { Before = [.. own.Before, "--nonsense"] }));

        Assert.Matches("^node 1 ended with 2 as it began: .*--nonsense", failed.Error.Message);
    }

    [Fact]
    public async Task A_repository_that_is_not_there_is_a_matter_of_usage()
    {
        using var cli = new CliRun();

        var ran = await cli.RunAsync("demo", "--git", _folder.At("nowhere"));

        Assert.Equal(ExitCodes.Usage, ran.Code);
        Assert.StartsWith($"actorsync: there is no folder {_folder.At("nowhere")}", ran.Error, StringComparison.Ordinal);
    }

    private Task<int> RunAsync(DemoOptions options, NodeProgram? program = null, bool json = false, CancellationToken stop = default)
    {
        var output = new CommandOutput(_out, _error, outputIsTerminal: false, errorIsTerminal: false);
        return new Demonstration(output, TimeProvider.System) { Program = program ?? NodeProgram.Own() }.RunAsync(options, json, stop);
    }

    private int[] Ids() => [.. ProcessIds().Matches(_out.ToString()).SelectMany(match => match.Groups[1].Value.Split(", ")).Select(int.Parse)];

    // A process id may be another's by now: only one that runs the same program counts.
    private void AssertNothingIsLeft(int processes = 3)
    {
        var ids = Ids();
        Assert.Equal(processes, ids.Length);
        Assert.DoesNotContain(Process.GetProcesses(), process => ids.Contains(process.Id) && (process.ProcessName is "actorsync" or "dotnet"));
        Assert.False(Directory.Exists(Stores().Match(_out.ToString()).Groups[1].Value));
    }

    [GeneratedRegex(@"^(?:nodes: processes|mesh: processes|node \d+ joined, process) (\d+(?:, \d+)*)", RegexOptions.Multiline)]
    private static partial Regex ProcessIds();

    [GeneratedRegex(@"^stores: (.+), deleted at the end$", RegexOptions.Multiline)]
    private static partial Regex Stores();
}

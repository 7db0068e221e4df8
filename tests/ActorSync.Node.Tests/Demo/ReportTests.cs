using ActorSync.Node.Demo;
using ActorSync.Node.Output;
using ActorSync.Node.Tests.Fakes;

namespace ActorSync.Node.Tests.Demo;

/// <summary>The arithmetic of a demo's report, and its text.</summary>
public sealed class ReportTests
{
    [Fact]
    public void A_percentile_is_the_smallest_sample_that_so_many_percent_are_not_above()
    {
        var hundred = PushLatency.Of([.. Enumerable.Range(1, 100).Reverse().Select(sample => (double)sample)]);
        var few = PushLatency.Of([30, 10, 20]);

        Assert.Equal(new PushLatency(100, 50, 99, 100), hundred);
        Assert.Equal(new PushLatency(3, 20, 30, 30), few);
        Assert.Equal(new PushLatency(1, 7, 7, 7), PushLatency.Of([7]));
        Assert.Null(PushLatency.Of([]));
    }

    [Fact]
    public void Polling_costs_a_level_poll_a_pair_and_second_begun_and_the_commands_to_each_receiver()
    {
        var cost = new PollingCost(LevelPollBytes: 150, Pairs: 6, Seconds: 4.1, CommandBytes: 10_000, Receivers: 2);

        Assert.Equal(6 * 5 * 150 + 2 * 10_000, cost.Bytes);
        Assert.Equal(6 * 3600 * 150, cost.IdleBytesPerHour);
    }

    [Fact]
    public void Subscriptions_cost_their_renewals_and_the_keep_alives_of_both_ends()
    {
        var cost = new IdleCost(RenewalBytes: 200, Subscriptions: 6, RenewalSeconds: 300, Links: 3, KeepAliveSeconds: 15, KeepAliveBytes: 4);

        Assert.Equal(6 * 12 * 200 + 2 * 3 * 240 * 4, cost.BytesPerHour);
    }

    [Fact]
    public void Bytes_on_the_wire_are_counted_for_each_command_at_each_receiver()
    {
        Assert.Equal(250, new DemoPhase("pushes", 100, 2, 5, 50_000).WireBytesPerCommand);
        Assert.Equal(20, new DemoPhase("pushes", 100, 2, 5, 50_000).CommandsPerSecond);
        Assert.Null(new DemoPhase("import", 100, 0, 5, 0).WireBytesPerCommand);
        Assert.Equal(0, new DemoPhase("import", 0, 0, 0, 0).CommandsPerSecond);
    }

    [Fact]
    public void The_report_reads_so() => Assert.Equal(Golden.Read("demo-report.txt"), Print(Level()));

    [Fact]
    public void Nodes_that_are_not_level_are_told_apart()
    {
        var level = Level();
        var text = Print(level with { Level = false, Nodes = [level.Nodes[0], level.Nodes[1], level.Nodes[2] with { Commands = 7 }], Polling = null, Idle = null });

        Assert.Contains("level               NO: node 1 24,042 commands, node 2 24,042 commands, node 3 7 commands; their digests differ\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("idle", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_of_a_mesh_is_wider_than_a_terminal()
    {
        var mesh = Mesh(nodes: 12);

        var lines = new MeshText(mesh).Lines();

        Assert.All(lines.Where(line => line.StartsWith("graph", StringComparison.Ordinal) || line.Contains("yes", StringComparison.Ordinal)), line => Assert.True(line.Length <= 80, line));
    }

    [Fact]
    public void What_does_not_hold_is_told()
    {
        var good = Mesh(nodes: 3);
        var bad = good.Stages[2] with { Level = false, Graphs = [good.Stages[2].Graphs[0] with { Level = false, Holders = [] }, good.Stages[2].Graphs[1]] };
        var mesh = good with { Stages = [good.Stages[0], good.Stages[1], bad, good.Stages[3]] };
        var lost = good with { Writes = good.Writes with { Missing = [new string('e', 64)] } };

        Assert.True(Level() is { Holds: true });
        Assert.False((Level() with { Mesh = mesh }).Holds);
        Assert.False((Level() with { Mesh = lost }).Holds);
        Assert.False((Level() with { Mesh = null }).Holds);
        Assert.False((Level() with { Level = false }).Holds);
        Assert.Contains("mesh level          NO: not at \"-node 1\"", new MeshText(mesh).Facts());
        Assert.Contains("acknowledged        1,025 commands, 1 MISSING: eeeeeeee (4)", new MeshText(lost).Facts());
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1.0 kB")]
    [InlineData(999_949, "999.9 kB")]
    [InlineData(999_960, "1.0 MB")]
    [InlineData(1 << 30, "1.1 GB")]
    [InlineData(long.MaxValue, "9223372.0 TB")]
    public void Bytes_have_decimal_units(long bytes, string text) => Assert.Equal(text, Units.Bytes(bytes));

    [Theory]
    [InlineData(0, "0.00 s")]
    [InlineData(9.996, "10.0 s")]
    [InlineData(99.96, "100 s")]
    [InlineData(3661, "1:01:01")]
    public void Seconds_have_three_digits(double seconds, string text) => Assert.Equal(text, Units.Seconds(seconds));

    private static string Print(DemoReport report)
    {
        var output = new StringWriter();
        new ReportText(report).Print(new CommandOutput(output, TextWriter.Null, outputIsTerminal: false, errorIsTerminal: false));
        return output.ToString();
    }

    private static DemoReport Level()
    {
        var digest = string.Concat(Enumerable.Repeat("1356222d", 8));
        return new DemoReport(
            "0.1.0", "Embedded 0.1.0", "/home/me/repository", 20_001, new string('a', 64), true,
            [new(1, "01", 24_042, 1, digest), new(2, "02", 24_042, 1, digest), new(3, "03", 24_042, 1, digest)],
            [
                new DemoPhase("import", 23_572, 0, 0.662, 0),
                new DemoPhase("poll", 23_572, 1, 0.306, 7_083_000),
                new DemoPhase("subscription", 23_572, 1, 0.285, 7_094_000),
                new DemoPhase("pushes", 470, 2, 4.01, 340_600),
            ],
            new PushLatency(800, 3.141, 28.49, 83.2), new PollingCost(132, 6, 4.01, 36_800, 2), new IdleCost(200, 6, 300, 3, 15, 4), Mesh(nodes: 3));
    }

    // Two graphs; whatever the number of nodes, those that hold them are the last ones.
    private static MeshReport Mesh(int nodes)
    {
        return new MeshReport(
            2, 1, 1,
            [Stage($"{nodes} nodes", 1, nodes, 5), Stage($"+node {nodes + 1}", 1, nodes + 1, 5), Stage("-node 1", 2, nodes + 1, 25), Stage($"+node {nodes + 2}", 2, nodes + 2, 25)],
            new MeshWrites(400, 625, 4, 250, 500, 5.6, 4.234, []));

        MeshStage Stage(string name, int first, int last, int commands) => new(
            name, 2.5, true, 2,
            [.. Enumerable.Range(first, last - first + 1).Select(number => new MeshHost(number, $"{number:x32}", number >= last - 1 ? 2 : 0, number >= last - 1 ? 24_042 + 2L * commands : 0))],
            [new MeshGraph(new string('a', 64), [last - 1, last], 24_042 + commands, true), new MeshGraph(new string('b', 64), [last - 1, last], commands, true)]);
    }
}

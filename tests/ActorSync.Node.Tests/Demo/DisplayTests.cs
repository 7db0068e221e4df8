using ActorSync.Node.Demo;
using ActorSync.Node.Tests.Fakes;
using Spectre.Console;

namespace ActorSync.Node.Tests.Demo;

/// <summary>What a demo shows while it runs.</summary>
public sealed class DisplayTests
{
    private static readonly DemoFrame Frame = new(
        new DemoStep("catch-up by poll", "commands", 12_300, 24_600, TimeSpan.FromSeconds(2)),
        [
            new NodeView(1, 1_234_567, 1, 0, 0, 0, 1_300, 9_990_000, 0, 12, 0, 0),
            new NodeView(2, 12_300, 64, 2, 1 << 30, 599, 9_990_000, 1_300, 12, 0, 12_345, 23_456),
        ],
        []);

    private static readonly DemoFrame Mesh = new(
        new DemoStep("replicated writes, node 1 killed in the middle", "acknowledged", 250, 500, TimeSpan.FromSeconds(2)),
        [],
        [HostView.Killed(1), new HostView(2, 4, 13, 2, 1, 1_234_567, 9_990_000, 1_300)]);

    [Fact]
    public void Plain_lines_come_once_a_second_and_hold_no_escape_codes()
    {
        var time = new ManualTime();
        var lines = new StringWriter();
        var display = new PlainDisplay(lines, time);

        display.Say("actorsync 0.1.0 on the engine Embedded");
        foreach (var wait in (double[])[0.9, 0.1, 0.9])
        {
            time.Advance(TimeSpan.FromSeconds(wait));
            display.Show(Frame);
        }
        time.Advance(TimeSpan.FromSeconds(0.1));
        display.Show(Frame with { Step = null, Nodes = [] });

        Assert.Equal(
            """
            actorsync 0.1.0 on the engine Embedded
            catch-up by poll: 12,300 of 24,600 commands (50%), 6,150/s, 2 s left
              node 1: 1,234,567 commands, 1 head, subscriptions none, 1.3 kB in, 10.0 MB out, polls 0 made 12 answered, pushes 0 in 0 out
              node 2: 12,300 commands, 64 heads, subscriptions 2: 1.1 GB, 599 s left, 10.0 MB in, 1.3 kB out, polls 12 made 0 answered, pushes 12,345 in 23,456 out

            """,
            lines.ToString());
    }

    [Theory]
    [InlineData(0, 0, 5, "import: 0 commits")]
    [InlineData(0, 100, 5, "import: 0 of 100 commits (0%)")]
    [InlineData(50, 100, 0.4, "import: 50 of 100 commits (50%)")]
    [InlineData(50, 100, 10, "import: 50 of 100 commits (50%), 5/s, 10 s left")]
    [InlineData(999, 1000, 10, "import: 999 of 1,000 commits (99%), 100/s, 1 s left")]
    [InlineData(1000, 1000, 10, "import: 1,000 of 1,000 commits (100%), 100/s")]
    public void Time_left_is_told_when_it_can_be(long done, long total, double seconds, string text) =>
        Assert.Equal(text, PlainDisplay.Describe(new DemoStep("import", "commits", done, total, TimeSpan.FromSeconds(seconds))));

    [Fact]
    public void Members_of_a_mesh_are_told_with_what_they_hold()
    {
        var time = new ManualTime();
        var lines = new StringWriter();
        var display = new PlainDisplay(lines, time);
        time.Advance(TimeSpan.FromSeconds(1));

        display.Show(Mesh);

        Assert.Equal(
            """
            replicated writes, node 1 killed in the middle: 250 of 500 acknowledged (50%), 125/s, 2 s left
              node 1: killed
              node 2: in a mesh of 4, graphs 13 held 2 coming 1 leaving, 1,234,567 commands, 10.0 MB in, 1.3 kB out

            """,
            lines.ToString());
    }

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    public void In_a_terminal_nothing_wraps(int width)
    {
        var lines = Draw(width, Frame);

        Assert.All(lines, line => Assert.True(line.TrimEnd().Length <= width, line));
        Assert.DoesNotContain(lines, line => line.Contains('…'));
        Assert.Contains(lines, line => line.Contains("2: 1.1 GB, 599 s", StringComparison.Ordinal) && line.Contains("12,345/23,456", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains(" 50%", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    public void Nor_does_a_mesh(int width)
    {
        var lines = Draw(width, Mesh);

        Assert.All(lines, line => Assert.True(line.TrimEnd().Length <= width, line));
        Assert.DoesNotContain(lines, line => line.Contains('…'));
        Assert.Contains(lines, line => line.Contains("killed", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("1,234,567", StringComparison.Ordinal));
    }

    [Fact]
    public void Between_two_steps_the_height_stays() => Assert.Equal(Draw(80, Frame).Length, Draw(80, Frame with { Step = null }).Length);

    private static string[] Draw(int width, DemoFrame frame)
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = width;
        console.Write(new TerminalDisplay(console).Build(frame));
        return text.ToString().TrimEnd('\n').Split('\n');
    }
}

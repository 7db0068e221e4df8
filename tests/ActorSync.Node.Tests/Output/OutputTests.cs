using System.Text;
using ActorSync.Node.Output;
using ActorSync.Node.Tests.Fakes;

namespace ActorSync.Node.Tests.Output;

public sealed class OutputTests
{
    [Theory]
    [InlineData("plain", 100, "\"plain\"")]
    [InlineData("two\nlines\t\"q\"\\", 100, "\"two\\nlines\\t\\\"q\\\"\\\\\"")]
    [InlineData("grüße", 3, "\"grü\"…(+2 characters)")]
    [InlineData("a😀b", 2, "\"a\"…(+3 characters)")]
    [InlineData("", 10, "\"\"")]
    [InlineData("\u0001\u0002", 10, "0x0102")]
    public void A_payload_is_shown_as_text_when_it_is_text(string payload, int most, string expected) =>
        Assert.Equal(expected, PayloadText.Of(Encoding.UTF8.GetBytes(payload), most));

    [Fact]
    public void A_payload_that_is_no_text_is_shown_in_hexadecimal() =>
        Assert.Equal("0xfffe00…(+1 bytes)", PayloadText.Of([0xff, 0xfe, 0, 1], 6));

    [Fact]
    public void Progress_has_a_rate_and_the_time_that_is_left()
    {
        var time = new ManualTime();
        var error = new StringWriter();
        var line = new ProgressLine(new CommandOutput(TextWriter.Null, error, false, false), "importing", "commits", time);

        line.Report(1, 1000);
        time.Advance(TimeSpan.FromSeconds(2));
        line.Report(200, 1000);
        line.Report(300, 1000);
        time.Advance(TimeSpan.FromSeconds(2));
        line.Report(1000, 1000);
        line.End();

        Assert.Equal("importing: 200 of 1000 commits (20%), 100/s, 8 s left\nimporting: 1000 of 1000 commits (100%), 250/s\n", error.ToString());
    }

    [Fact]
    public void A_progress_line_at_a_terminal_is_taken_away_at_the_end()
    {
        var time = new ManualTime();
        var error = new StringWriter();
        var line = new ProgressLine(new CommandOutput(TextWriter.Null, error, false, true), "polling", "commands", time);

        time.Advance(TimeSpan.FromSeconds(1));
        line.Report(10, 20);
        line.End();
        line.End();

        Assert.Equal("\r\e[Kpolling: 10 of 20 commands (50%), 10/s, 1 s left\r\e[K", error.ToString());
    }

    [Fact]
    public void People_see_a_table_and_programs_see_names_and_values()
    {
        var (terminal, plain) = (new StringWriter(), new StringWriter());
        var id = new string('a', 64);
        foreach (var (writer, isTerminal) in (ReadOnlySpan<(StringWriter, bool)>)[(terminal, true), (plain, false)])
        {
            var output = new CommandOutput(writer, TextWriter.Null, isTerminal, false);
            output.Table(["graph", "why"], [[output.Id(id), "two [words]"]]);
        }

        Assert.Equal($"graph={id} why=\"two [words]\"\n", plain.ToString());
        Assert.Contains("│ aaaaaaaaaaaa │ two [words] │", terminal.ToString(), StringComparison.Ordinal);
    }
}

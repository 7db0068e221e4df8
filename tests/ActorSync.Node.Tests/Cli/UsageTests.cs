using ActorSync.Node.Cli;
using ActorSync.Node.Tests.Fakes;

namespace ActorSync.Node.Tests.Cli;

public sealed class UsageTests
{
    [Theory]
    [InlineData("", "actorsync --help")]
    [InlineData("frobnicate", "frobnicate")]
    [InlineData("graph", "actorsync graph --help")]
    [InlineData("graph add", "actorsync graph add --help")]
    [InlineData("graph add abcd", "there is no payload")]
    [InlineData("graph add abcd x --priority -1", "--priority")]
    [InlineData("graph add abcd x --file y", "not both")]
    [InlineData("graph create a b", "'b'")]
    [InlineData("graph log", "actorsync graph log --help")]
    [InlineData("graph log abcd --limit -1", "--limit is 0 (all) or more")]
    [InlineData("graph log abcd --limit many", "actorsync: 'many' is nothing that --limit can be (see")]
    [InlineData("graph ls extra", "extra")]
    [InlineData("graph verify a b", "'b'")]
    [InlineData("graph watch", "actorsync graph watch --help")]
    [InlineData("graph import-git a b", "'b'")]
    [InlineData("sync 127.0.0.1:1", "actorsync sync --help")]
    [InlineData("sync 127.0.0.1:1 abcd --max-bytes much", "much")]
    [InlineData("connect", "actorsync connect --help")]
    [InlineData("subscribe 127.0.0.1:1", "actorsync subscribe --help")]
    [InlineData("demo --commands 0", "--commands is from 1 to 100000")]
    [InlineData("demo --commands some", "some")]
    [InlineData("demo --timeout 30", "'30' is not a duration")]
    [InlineData("demo here", "'here'")]
    [InlineData("status --jason", "--jason")]
    [InlineData("wait", "--converged")]
    [InlineData("wait --converged --timeout 30", "'30' is not a duration")]
    [InlineData("wait --converged false", "all that can be waited for")]
    [InlineData("node --listen nowhere", "'nowhere' is not an endpoint")]
    [InlineData("node --listen 192.0.2.1:7400", "stay on loopback")]
    [InlineData("node --peer nobody", "'nobody' is not an endpoint")]
    [InlineData("node --peer 192.0.2.1:7400", "stay on loopback")]
    [InlineData("demo --timeout 0s", "more than nothing")]
    [InlineData("demo --data here", "--data")]
    [InlineData("node --config nowhere.conf", "there is no such file")]
    [InlineData("status --config nowhere.conf", "there is no such file")]
    [InlineData("node --json", "--json")]
    [InlineData("scenario", "actorsync scenario --help")]
    [InlineData("scenario x.test --store cloud", "cloud")]
    [InlineData("scenario x.test --seed -1", "-1")]
    [InlineData("scenario nowhere.test", "nowhere.test: it cannot be read")]
    public async Task What_cannot_be_understood_ends_with_2_and_one_line(string line, string expected)
    {
        using var cli = new CliRun();

        var ran = await cli.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(ExitCodes.Usage, ran.Code);
        Assert.StartsWith("actorsync: ", ran.Error, StringComparison.Ordinal);
        Assert.Contains(expected, ran.Error, StringComparison.Ordinal);
        Assert.Equal(1, ran.Error.Count(c => c == '\n'));
        Assert.Empty(ran.Out);
        Assert.Empty(cli.Made);
    }

    [Fact]
    public async Task An_unknown_key_of_the_configuration_ends_with_2_and_its_name()
    {
        using var cli = new CliRun();
        File.WriteAllText(cli.Folder.At("node.conf"), "actorsync.dta = here");

        var ran = await cli.RunAsync("node", "--config", cli.Folder.At("node.conf"));

        Assert.Equal(new Ran(ExitCodes.Usage, "", "actorsync: unknown configuration key actorsync.dta: did you mean actorsync.data?\n"), ran);
    }

    [Fact]
    public async Task A_data_folder_that_is_a_file_ends_with_2()
    {
        using var cli = new CliRun();
        File.WriteAllText(cli.Data, "");

        Assert.Equal(
            new Ran(ExitCodes.Usage, "", $"actorsync: {cli.Data} is a file: a store needs a folder, name one with --data\n"),
            await cli.OnDataAsync("graph", "create", "x"));
    }

    [Fact]
    public async Task An_output_that_cannot_be_written_ends_with_1_and_one_line()
    {
        using var cli = new CliRun();
        var error = new StringWriter();

        Assert.Equal(ExitCodes.Failure, await cli.Start(["--help"], new FullWriter(), error));
        Assert.Equal("actorsync: reading or writing failed: No space left on device\n", error.ToString());
        Assert.Equal(ExitCodes.Usage, await cli.Start(["nothing"], TextWriter.Null, new FullWriter()));
    }

    [Fact]
    public async Task Help_is_no_failure()
    {
        using var cli = new CliRun();

        foreach (var line in (string[][])[["--help"], ["graph", "--help"], ["node", "-h"]])
            Assert.Equal(ExitCodes.Ok, (await cli.RunAsync(line)).Code);
    }

    [Fact]
    public async Task The_version_names_the_engine()
    {
        using var cli = new CliRun();

        var ran = await cli.RunAsync("--version");

        Assert.Equal(new Ran(ExitCodes.Ok, $"actorsync {SyncNode.Version} (engine {SyncNode.Engine})\n", ""), ran);
        Assert.Matches(@"^(Embedded|Akka\.NET \d+\.\d+\.\d+)$", SyncNode.Engine);
    }

    [Theory]
    [InlineData(SyncErrorKind.InvalidRequest, 2, 2)]
    [InlineData(SyncErrorKind.Unreachable, 3, 1)]
    [InlineData(SyncErrorKind.StoreLocked, 1, 1)]
    [InlineData(SyncErrorKind.UnknownGraph, 1, 1)]
    public void Each_kind_of_error_has_an_exit_code(SyncErrorKind kind, int command, int start)
    {
        Assert.Equal(command, ExitCodes.Of(kind));
        Assert.Equal(start, ExitCodes.OfStart(kind));
    }

    private sealed class FullWriter : StringWriter
    {
        public override void Write(char value) => throw new IOException("No space left on device");

        public override void Write(string? value) => throw new IOException("No space left on device");

        public override void WriteLine(string? value) => throw new IOException("No space left on device");
    }
}

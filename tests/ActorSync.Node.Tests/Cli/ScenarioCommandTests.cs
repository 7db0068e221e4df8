using System.Text.Json.Nodes;
using ActorSync.Node.Cli;
using ActorSync.Node.Tests.Fakes;

namespace ActorSync.Node.Tests.Cli;

public sealed class ScenarioCommandTests
{
    private const string Holds = """[{ "SetupClientsAndGraph": { "clients": 2, "graph": 0, "policy": 0 } }, { "HeadCount": { "client": 1, "graph": 0, "count": 1 } }]""";
    private const string Differs = """[{ "SetupClientsAndGraph": { "clients": 2, "graph": 0, "policy": 0 } }, { "HeadCount": { "client": 1, "graph": 0, "count": 2 } }]""";
    private const string Drawn = """[{ "GenerateGraph": { "clients": 3, "graph": 0, "commands": 20, "sync_method": { "Poll": { "add_command_chance": 50, "sync_chance": 50 } } } }]""";

    [Theory]
    [InlineData("memory")]
    [InlineData("disk")]
    public async Task A_scenario_that_holds_ends_with_0(string store)
    {
        using var cli = new CliRun();
        File.WriteAllText(cli.Folder.At("a.test"), Holds);
        File.WriteAllText(cli.Folder.At("b.test"), Drawn);

        var ran = await cli.RunAsync("scenario", cli.Folder.At("a.test"), cli.Folder.At("b.test"), "--store", store, "--seed", "7");

        Assert.Equal((ExitCodes.Ok, ""), (ran.Code, ran.Error));
        Assert.Contains("a.test: holds", ran.Out, StringComparison.Ordinal);
        Assert.Contains("b.test: GenerateGraph: seed 7", ran.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scenario_that_does_not_hold_ends_with_1_and_the_number_of_the_rule()
    {
        using var cli = new CliRun();
        File.WriteAllText(cli.Folder.At("a.test"), Differs);
        File.WriteAllText(cli.Folder.At("b.test"), Holds);

        var ran = await cli.RunAsync("scenario", cli.Folder.At("a.test"), cli.Folder.At("b.test"));

        Assert.Equal(ExitCodes.Failure, ran.Code);
        Assert.Contains("a.test: rule 2 (HeadCount): heads: 1, not 2", ran.Error, StringComparison.Ordinal);
        Assert.Contains("b.test: holds", ran.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_ends_with_2()
    {
        using var cli = new CliRun();
        File.WriteAllText(cli.Folder.At("a.test"), "this is no scenario");
        File.WriteAllText(cli.Folder.At("b.test"), Differs);

        var ran = await cli.RunAsync("scenario", cli.Folder.At("a.test"), cli.Folder.At("b.test"));

        Assert.Equal(ExitCodes.Usage, ran.Code);
        Assert.Contains("a.test: it cannot be read: it is not JSON", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_there_is_an_object_for_each_file_and_nothing_else()
    {
        using var cli = new CliRun();
        File.WriteAllText(cli.Folder.At("a.test"), Differs);
        File.WriteAllText(cli.Folder.At("b.test"), Drawn);
        File.WriteAllText(cli.Folder.At("c.test"), "no scenario");

        var ran = await cli.RunAsync("scenario", "--json", "--seed", "7", cli.Folder.At("a.test"), cli.Folder.At("b.test"), cli.Folder.At("c.test"));

        Assert.Equal(ExitCodes.Usage, ran.Code);
        var files = JsonNode.Parse(ran.Out)!.AsArray();
        Assert.Equal([false, true, false], files.Select(file => (bool)file!["holds"]!));
        Assert.Equal((cli.Folder.At("a.test"), 2, "HeadCount", "heads: 1, not 2"), ((string)files[0]!["file"]!, (int)files[0]!["rule"]!, (string)files[0]!["name"]!, (string)files[0]!["difference"]!));
        Assert.Equal("GenerateGraph: seed 7", (string)files[1]!["lines"]![0]!);
        Assert.StartsWith("it cannot be read: it is not JSON", (string)files[2]!["difference"]!, StringComparison.Ordinal);
    }
}

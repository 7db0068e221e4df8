using System.Text.Json.Nodes;
using ActorSync.Node.Hosting;
using ActorSync.Node.Tests.Fakes;

namespace ActorSync.Node.Tests.States;

/// <summary>States that somebody opened by name, after a restart.</summary>
public sealed class FoundStatesTests : IDisposable
{
    private readonly CliRun _cli = new() { Factory = NodeComposition.CreateAsync };

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task What_a_command_wrote_to_is_shared_again_and_what_it_only_looked_at_is_not()
    {
        await using (var node = await RunningNode.StartAsync(_cli, "--listen", "off"))
        {
            Assert.Equal(0, (await _cli.OnDataAsync("state", "set", "color", "\"blue\"", "--state", "fleet")).Code);
            Assert.Equal(0, (await _cli.OnDataAsync("state", "ls", "--state", "fleat")).Code);
            Assert.Equal(["fleat", "fleet", "shared"], await StatesAsync());
        }

        await using var again = await RunningNode.StartAsync(_cli, "--listen", "off");

        Assert.Equal(["fleet", "shared"], await StatesAsync());
        Assert.Equal("\"blue\"\n", (await _cli.OnDataAsync("state", "get", "color", "--state", "fleet")).Out);
    }

    private async Task<string[]> StatesAsync() =>
        [.. JsonNode.Parse((await _cli.OnDataAsync("state", "status", "--json")).Out)!.AsArray().Select(state => (string)state!["state"]!)];
}

using System.Text.RegularExpressions;
using ActorSync.Node.Cli;
using ActorSync.Node.Hosting;
using ActorSync.Node.Tests.Fakes;

namespace ActorSync.Node.Tests.States;

/// <summary>Nodes that exchange a state over HTTP alone, with peers that a provider finds.</summary>
public sealed class ProvidedStatePeersTests : IDisposable
{
    private readonly CliRun _one = new() { Factory = NodeComposition.CreateAsync };
    private readonly CliRun _other = new() { Factory = NodeComposition.CreateAsync };

    public void Dispose()
    {
        _one.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task What_is_set_at_one_comes_to_whom_the_provider_names()
    {
        await using var other = await StartAsync(_other, "http = [{ application = off, exchange = \"127.0.0.1:0\" }]");
        var exchange = Regex.Match(other.Log, "exchange at http://(127.0.0.1:[0-9]+)").Groups[1].Value;
        await using var one = await StartAsync(_one, $"http = [{{ application = off, exchange = off }}], peers.endpoints = [\"{exchange}\"]");

        Assert.Equal(ExitCodes.Ok, (await _one.OnDataAsync("state", "set", "color", "\"blue\"")).Code);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(50));
        while (!(await _other.OnDataAsync("state", "get", "color")).Out.Contains("blue", StringComparison.Ordinal))
            await Task.Delay(50, patience.Token);

        var status = await _one.OnDataAsync("status", "--json");
        Assert.Matches("\"purpose\": \"state shared\",\\s+\"provider\": \"static\"", status.Out);
        Assert.Contains($"\"{exchange}\"", status.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_members_of_a_mesh_are_there_in_a_mesh_alone()
    {
        var file = _one.Folder.At("node.conf");
        await File.WriteAllTextAsync(file, "actorsync.states { http = [{ application = off, exchange = \"127.0.0.1:0\" }], peers.provider = mesh }");
        var ran = await _one.OnDataAsync("node", "--listen", "off", "--config", file);
        Assert.Equal(ExitCodes.Usage, ran.Code);
        Assert.Contains("actorsync.states.peers.provider = mesh: the node is in no mesh", ran.Error, StringComparison.Ordinal);

        await using var one = await RunningNode.StartAsync(_one, "--listen", "127.0.0.1:0", "--mesh", "--config", file);
        Assert.Matches("\"purpose\": \"state shared\",\\s+\"provider\": \"mesh\"", (await _one.OnDataAsync("status", "--json")).Out);

        await File.WriteAllTextAsync(file, "actorsync.peers.provider = mesh");
        Assert.Contains("to the members of its mesh a node keeps links anyway", (await _other.OnDataAsync("node", "--config", file)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_members_of_a_cluster_are_there_in_a_cluster_alone()
    {
        var file = _one.Folder.At("node.conf");
        await File.WriteAllTextAsync(file, "actorsync.states { http = [{ application = off, exchange = \"127.0.0.1:0\" }], peers.provider = cluster }");
        var ran = await _one.OnDataAsync("node", "--listen", "127.0.0.1:0", "--mesh", "--config", file);
        Assert.Equal(ExitCodes.Usage, ran.Code);
        Assert.Contains("actorsync.states.peers.provider = cluster: the node is in no cluster; set akka.actor.provider = cluster", ran.Error, StringComparison.Ordinal);

        await File.WriteAllTextAsync(file, "actorsync.peers.provider = cluster");
        Assert.Contains("to the members of its cluster a node keeps links anyway", (await _other.OnDataAsync("node", "--config", file)).Error, StringComparison.Ordinal);
    }

    private static async Task<RunningNode> StartAsync(CliRun node, string states)
    {
        var file = node.Folder.At("node.conf");
        await File.WriteAllTextAsync(file, $"actorsync.states {{ {states} }}");
        return await RunningNode.StartAsync(node, "--listen", "off", "--config", file);
    }
}

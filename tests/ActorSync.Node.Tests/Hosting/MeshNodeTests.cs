using System.Text.RegularExpressions;
using ActorSync.Node.Cli;
using ActorSync.Node.Hosting;
using ActorSync.Node.Tests.Fakes;

namespace ActorSync.Node.Tests.Hosting;

/// <summary>Nodes of the command line that are a mesh.</summary>
public sealed class MeshNodeTests : IDisposable
{
    private readonly CliRun _one = new() { Factory = NodeComposition.CreateAsync };
    private readonly CliRun _other = new() { Factory = NodeComposition.CreateAsync };

    public void Dispose()
    {
        _one.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task One_endpoint_is_all_that_a_node_needs_to_be_a_member()
    {
        await using var one = await RunningNode.StartAsync(_one, "--listen", "127.0.0.1:0", "--mesh");
        var endpoint = Regex.Match(one.Log, "listening on tcp://([^,]+)").Groups[1].Value;
        await using var other = await RunningNode.StartAsync(_other, "--listen", "127.0.0.1:0", "--join", endpoint);

        var members = await WaitForAsync(_one, ran => ran.Split('\n').Count(line => line.Contains(" reach=reachable ", StringComparison.Ordinal)) == 2);
        Assert.Matches("(?m)^member=[0-9a-f]{32} self=yes reach=reachable endpoints=tcp://127.0.0.1:[0-9]+ roles=none incarnation=[0-9]+ placement=replication=all,holders=any,stores=2$", members);
        Assert.Contains("\"isSelf\": true", (await _other.OnDataAsync("members", "--json")).Out, StringComparison.Ordinal);
        Assert.Matches("(?m)^mesh=[0-9a-f]{32} joined=yes members=2 reachable=2 placement=replication=all,holders=any,stores=2 placing-otherwise=0$", (await _other.OnDataAsync("status")).Out);
        Assert.Contains("actorsync_mesh_members{reach=\"reachable\"} 2", await one.RequestAsync("GET /metrics"), StringComparison.Ordinal);
        var nobody = await _one.OnDataAsync("members", "remove", "zzzz");
        Assert.Equal(ExitCodes.Usage, nobody.Code);

        // Who stops in good order says so, and is gone at once.
        Assert.Equal(0, await other.StopAsync());
        await WaitForAsync(_one, ran => ran.TrimEnd('\n').Split('\n').Length == 1);
    }

    [Fact]
    public async Task A_node_that_joins_nobody_says_so_wherever_it_is_asked()
    {
        await using var one = await RunningNode.StartAsync(_one, "--listen", "127.0.0.1:0", "--join", "127.0.0.1:1");

        var members = await _one.OnDataAsync("members");
        Assert.Equal((ExitCodes.Unreachable, ""), (members.Code, members.Out));
        Assert.Matches("^actorsync: not joined yet: tcp://127.0.0.1:1 (waiting|connecting)", members.Error);
        Assert.Equal(ExitCodes.Unreachable, (await _one.OnDataAsync("members", "--json")).Code);
        var status = (await _one.OnDataAsync("status")).Out;
        Assert.Matches("(?m)^mesh=[0-9a-f]{32} joined=no members=0 ", status);
        Assert.Matches("(?m)^join=tcp://127.0.0.1:1 state=", status);
        Assert.Contains("\"isJoined\": false", (await _one.OnDataAsync("status", "--json")).Out, StringComparison.Ordinal);
        Assert.Contains("actorsync_mesh_joined 0", await one.RequestAsync("GET /metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Members_that_place_graphs_by_other_rules_say_so()
    {
        var file = _other.Folder.At("node.conf");
        await File.WriteAllTextAsync(file, "actorsync.mesh { replication = 2, holders = any }");
        await using var one = await RunningNode.StartAsync(_one, "--listen", "127.0.0.1:0", "--mesh");
        var endpoint = Regex.Match(one.Log, "listening on tcp://([^,]+)").Groups[1].Value;
        await using var other = await RunningNode.StartAsync(_other, "--listen", "127.0.0.1:0", "--join", endpoint, "--config", file);

        var members = await WaitForAsync(_one, ran => ran.Contains("replication=2", StringComparison.Ordinal));
        Assert.Matches("(?m)self=no .+ placement=replication=2,holders=any,stores=2$", members);
        Assert.Matches("places graphs by replication=2,holders=any,stores=2, and this node by replication=all,holders=any,stores=2", (await _one.OnDataAsync("members")).Error);
        Assert.Contains("placing-otherwise=1", (await _one.OnDataAsync("status")).Out, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(one.Log, "Mesh: the member .+ places graphs by replication=2,holders=any,stores=2, and this node by"));
    }

    [Fact]
    public async Task A_node_in_no_mesh_says_how_to_be_in_one()
    {
        await using var one = await RunningNode.StartAsync(_one, "--listen", "off");
        var ran = await _one.OnDataAsync("members");
        Assert.Equal((ExitCodes.Usage, "actorsync: the node is in no mesh and no cluster: start it with --mesh, or with --join HOST:PORT\n"), (ran.Code, ran.Error));
    }

    [Fact]
    public async Task A_mesh_that_cannot_be_is_refused_before_the_node_starts()
    {
        var file = _one.Folder.At("node.conf");
        await File.WriteAllTextAsync(file, "actorsync { listen = \"tls://0.0.0.0:0\", tls { certificate = \"x\", authorities = \"x\" }\nmesh.enabled = on }");
        Assert.Matches("set actorsync.mesh.advertise", (await _one.OnDataAsync("node", "--config", file)).Error);
        await File.WriteAllTextAsync(file, "actorsync { mesh { join = \"127.0.0.1:1\" } }");
        Assert.Matches("actorsync.mesh.join = .+: expected a list", (await _one.OnDataAsync("node", "--config", file)).Error);
        await File.WriteAllTextAsync(file, "actorsync { mesh { join = [\"192.0.2.1:1\"] } }");
        Assert.Matches("actorsync.mesh.join: cannot link to '192.0.2.1:1'", (await _one.OnDataAsync("node", "--config", file)).Error);
    }

    [Fact]
    public async Task What_a_mesh_asks_of_graphs_is_read_and_an_action_says_how_many_stores_it_wants()
    {
        var file = _one.Folder.At("node.conf");
        await File.WriteAllTextAsync(file, "actorsync.mesh { enabled = on, replication = 2, replicate-within = 100 ms }");
        var graph = (await _one.OnDataAsync("graph", "create", "hello")).Out.TrimEnd('\n');
        await using var one = await RunningNode.StartAsync(_one, "--listen", "127.0.0.1:0", "--config", file);
        await WaitForAsync(_one, ran => ran.Contains("self=yes", StringComparison.Ordinal));

        Assert.Equal(ExitCodes.Ok, (await _one.OnDataAsync("graph", "add", graph, "one", "--ack", "local")).Code);
        var ran = await _one.OnDataAsync("graph", "add", graph, "two", "--ack", "replicated");
        Assert.Matches("is durable here and spreads on, but is not known to be replicated: 1 members hold the graph, and 2 stores were asked for", ran.Error);
        var listed = (await _one.OnDataAsync("graph", "ls")).Out;
        Assert.Matches("^graph=[0-9a-f]{64} commands=3 .+ error=none here=serving holders=[0-9a-f]{32}\n$", listed);
        Assert.Contains("\"state\": \"serving\"", (await _one.OnDataAsync("graph", "ls", "--json")).Out, StringComparison.Ordinal);
        await one.StopAsync();
        Assert.Matches("can be chosen in a mesh only", (await _one.OnDataAsync("graph", "add", graph, "three", "--ack", "local")).Error);
    }

    [Fact]
    public async Task What_is_configured_of_a_mesh_counts_also_when_the_command_line_enables_it()
    {
        var file = _one.Folder.At("node.conf");
        await File.WriteAllTextAsync(file, "actorsync.mesh { replication = 3, replicate-within = 100 ms }");
        var graph = (await _one.OnDataAsync("graph", "create", "hello")).Out.TrimEnd('\n');
        await using var one = await RunningNode.StartAsync(_one, "--listen", "127.0.0.1:0", "--config", file, "--mesh");
        await WaitForAsync(_one, ran => ran.Contains("self=yes", StringComparison.Ordinal));

        var ran = await _one.OnDataAsync("graph", "add", graph, "one", "--ack", "replicated");

        Assert.Contains("1 members hold the graph, and 3 stores were asked for", ran.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("replication = 0", "actorsync.mesh.replication: a graph has 1 to 64 holders, not 0")]
    [InlineData("replication = some", "actorsync.mesh.replication = some")]
    [InlineData("ack = never", "actorsync.mesh.ack = never: expected local, replicated")]
    [InlineData("stores = 3, replication = 2", "a commit is replicated in 1 to 2 stores, not 3")]
    public async Task What_a_mesh_cannot_be_asked_is_named(string line, string sentence)
    {
        var file = _one.Folder.At("node.conf");
        await File.WriteAllTextAsync(file, $"actorsync.mesh {{ {line} }}");
        var ran = await _one.OnDataAsync("node", "--config", file);
        Assert.Equal(ExitCodes.Usage, ran.Code);
        Assert.Contains(sentence, ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signs_of_life_come_before_a_peer_is_given_up()
    {
        var file = _one.Folder.At("node.conf");
        await File.WriteAllTextAsync(file, "actorsync.links { keep-alive = 10s, dead-after = 10s }");
        Assert.Contains("actorsync.links.dead-after must be longer than actorsync.links.keep-alive", (await _one.OnDataAsync("node", "--config", file)).Error, StringComparison.Ordinal);
    }

    private static async Task<string> WaitForAsync(CliRun node, Func<string, bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(50));
        while (true)
        {
            var ran = await node.OnDataAsync("members");
            if (ran.Code == ExitCodes.Ok && holds(ran.Out))
                return ran.Out;
            await Task.Delay(50, patience.Token);
        }
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ActorSync.Node.Cli;
using ActorSync.Node.Hosting;
using ActorSync.Node.Tests.Fakes;
using ActorSync.Node.Tests.Providers;
using ActorSync.Peers.Providers.Dns;

namespace ActorSync.Node.Tests.Hosting;

/// <summary>The command line over real nodes: durable stores, links over loopback TCP, the actors.</summary>
public sealed partial class RealNodeTests : IDisposable
{
    private readonly CliRun _one = new() { Factory = NodeComposition.CreateAsync };
    private readonly CliRun _other = new() { Factory = NodeComposition.CreateAsync };

    public void Dispose()
    {
        _one.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task What_is_committed_with_no_node_running_is_there_when_one_runs()
    {
        var graph = await RunAsync(_one, "graph", "create", "hello");
        await RunAsync(_one, "graph", "add", graph, "one");

        await using (await RunningNode.StartAsync(_one, "--listen", "off"))
            await RunAsync(_one, "graph", "add", graph, "two");

        Assert.StartsWith($"graph={graph} commands=3 ", await RunAsync(_one, "graph", "ls"), StringComparison.Ordinal);
        Assert.Contains("problems=0", await RunAsync(_one, "graph", "verify", graph), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_subscribes_catches_up_until_it_is_level()
    {
        var graph = await RunAsync(_one, "graph", "create", "hello");
        await RunAsync(_one, "graph", "add", graph, "one");
        await using var one = await RunningNode.StartAsync(_one, "--listen", "127.0.0.1:0");
        File.WriteAllText(_other.Folder.At("node.conf"), $"actorsync.peers = [{{ endpoint = \"{EndpointOf(one)}\", graphs = [\"{graph}\"] }}]");

        await using var other = await RunningNode.StartAsync(_other, "--listen", "off", "--config", _other.Folder.At("node.conf"));

        Assert.StartsWith("level pairs=1 ", await RunAsync(_other, "wait", "--converged"), StringComparison.Ordinal);
        Assert.StartsWith($"graph={graph} commands=2 ", await RunAsync(_other, "graph", "ls"), StringComparison.Ordinal);
        Assert.Equal((0, 0), (await other.StopAsync(), await one.StopAsync()));
    }

    [Fact]
    public async Task Peers_that_DNS_names_are_linked_to_and_the_node_itself_is_not()
    {
        var graph = await RunAsync(_one, "graph", "create", "hello");
        await using var one = await RunningNode.StartAsync(_one, "--listen", "127.0.0.1:0");
        await using var dns = new DnsStandIn();
        var port = ushort.Parse(EndpointOf(one).Split(':')[1], CultureInfo.InvariantCulture);
        dns.Put("_sync._tcp.example", DnsType.Srv, DnsStandIn.Srv("one.example", port));
        dns.Put("one.example", DnsType.A, DnsStandIn.A("127.0.0.1"), DnsStandIn.A("127.0.0.2"));
        File.WriteAllText(_other.Folder.At("node.conf"), $$"""
            actorsync.peers { provider = dns, graphs = ["{{graph}}"], dns { names = ["_sync._tcp.example"], servers = ["{{dns.Address}}"] } }
            """);

        // It has the other address, and the same port.
        await using var other = await RunningNode.StartAsync(_other, "--listen", $"127.0.0.2:{port}", "--config", _other.Folder.At("node.conf"));
        await other.LoggedAsync($"subscribed to graph {graph[..8]}");

        Assert.StartsWith("level pairs=1 ", await RunAsync(_other, "wait", "--converged"), StringComparison.Ordinal);
        var source = JsonDocument.Parse(await RunAsync(_other, "status", "--json")).RootElement.GetProperty("peerSources")[0];
        Assert.Equal(("links", "dns", 1), (source.GetProperty("purpose").GetString(), source.GetProperty("provider").GetString(), source.GetProperty("changes").GetInt32()));
        Assert.Equal($"127.0.0.1:{port}", Assert.Single(source.GetProperty("peers").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task One_poll_brings_all_and_the_next_is_level()
    {
        var graph = await RunAsync(_one, "graph", "create", "hello");
        await RunAsync(_one, "graph", "add", graph, "one");
        await using var one = await RunningNode.StartAsync(_one, "--listen", "127.0.0.1:0");

        var first = await RunAsync(_other, "sync", EndpointOf(one), graph);
        var second = await RunAsync(_other, "sync", EndpointOf(one), graph);

        Assert.StartsWith("complete=yes was-level=no received=2 added=2 remaining=no round-trips=1 ", first, StringComparison.Ordinal);
        Assert.StartsWith("complete=yes was-level=yes received=0 added=0 remaining=no ", second, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_that_nobody_is_at_is_not_reachable()
    {
        await RunAsync(_one, "graph", "create", "hello");
        await using var one = await RunningNode.StartAsync(_one, "--listen", "127.0.0.1:0");
        var endpoint = EndpointOf(one);
        await one.StopAsync();

        var ran = await _other.OnDataAsync("sync", endpoint, new string('a', 64));

        Assert.Equal(ExitCodes.Unreachable, ran.Code);
        Assert.Matches("^actorsync: cannot connect to tcp://127.0.0.1:[0-9]+: [^\n]+\n$", ran.Error);
    }

    [Fact]
    public async Task The_limits_of_the_sync_actors_come_from_the_configuration()
    {
        var file = _one.Folder.At("node.conf");
        File.WriteAllText(file, "actorsync { sync { maximum-subscriptions = 5, graph.command-payload-bytes = 1KiB } }");
        var graph = await RunAsync(_one, "graph", "create", "hello");
        await using var one = await RunningNode.StartAsync(_one, "--listen", "off", "--config", file);

        Assert.Contains("subscriptions=0/5\n", await RunAsync(_one, "status"), StringComparison.Ordinal);
        var byClient = await _one.RunAsync(["graph", "add", graph, "-", "--data", _one.Data, "--config", file], new string('x', 1025));
        var byNode = await _one.RunAsync(["graph", "add", graph, "-", "--data", _one.Data], new string('x', 1025));
        Assert.Equal(new Ran(ExitCodes.Failure, "", "actorsync: the standard input is longer than 1024 bytes, the most that a command's payload may have\n"), byClient);
        Assert.Equal(new Ran(ExitCodes.Failure, "", "actorsync: the body is longer than 1024 bytes, the most that it may have\n"), byNode);

        File.WriteAllText(file, "actorsync { sync { maximum-subscriptions = many } }");
        var ran = await _one.OnDataAsync("status", "--config", file);
        Assert.Equal(ExitCodes.Usage, ran.Code);
        Assert.Matches("^actorsync: actorsync.sync.maximum-subscriptions = many: [^\n]+\n$", ran.Error);
    }

    [Fact]
    public async Task A_key_value_graph_is_written_and_read_in_the_store_and_over_a_node()
    {
        var graph = await RunAsync(_one, "graph", "create", "a map", "--policy", "key-value");
        await RunAsync(_one, "graph", "set", graph, "apples", "3", "--policy", "key-value");
        await RunAsync(_one, "graph", "set", graph, "pears", "x", "--policy", "key-value");
        Assert.Equal("name=map key=\"apples\" value=\"3\"", await RunAsync(_one, "graph", "facts", graph, "--prefix", "a", "--policy", "key-value"));
        await using (await RunningNode.StartAsync(_one, "--listen", "off", "--policy", "key-value"))
        {
            await RunAsync(_one, "graph", "delete", graph, "apples");
            var leftAside = await _one.OnDataAsync("graph", "facts", graph, "--policy", "opaque");
            Assert.Equal((ExitCodes.Ok, "name=map key=\"pears\" value=\"x\"\n"), (leftAside.Code, leftAside.Out));
            Assert.Contains("--policy opaque is left aside", leftAside.Error, StringComparison.Ordinal);
            await RunAsync(_one, "graph", "add", graph, "--finalize", "\u0001\u0001fz");
            Assert.Equal("name=map key=\"f\" value=\"z\"\nname=map key=\"pears\" value=\"x\"", await RunAsync(_one, "graph", "facts", graph));
            Assert.Equal("", await RunAsync(_one, "graph", "facts", graph, "--name", "other"));
            Assert.Contains("\"name\":\"map\",\"key\":\"cGVhcnM=\",\"value\":\"eA==\"", await RunAsync(_one, "graph", "facts", graph, "--json"), StringComparison.Ordinal);
            var rejected = await _one.OnDataAsync("graph", "add", graph, "nonsense");
            Assert.Equal(ExitCodes.Failure, rejected.Code);
            Assert.Contains("the policy rejects the command", rejected.Error, StringComparison.Ordinal);
            var weave = (await RunAsync(_one, "graph", "weave", graph)).Split('\n');
            Assert.Equal(5, weave.Length);
            Assert.Matches("^place=4 id=[0-9a-f]{64} max-cut=4 priority=finalize size=4 ", weave[4]);
        }
        // Without the policy the graph is read as it is.
        var opaque = await _one.OnDataAsync("graph", "facts", graph);
        Assert.Equal(ExitCodes.Usage, opaque.Code);
        Assert.Contains("is opaque on this node", opaque.Error, StringComparison.Ordinal);
        var unread = await _one.OnDataAsync("graph", "set", graph, "plums", "1");
        Assert.Equal(opaque, unread);
        Assert.Contains("\"place\":4", await RunAsync(_one, "graph", "weave", graph, "--json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sync_says_what_the_policy_did_not_let_in()
    {
        var graph = await RunAsync(_one, "graph", "create", "a map");
        await RunAsync(_one, "graph", "add", graph, "nonsense");
        await using var one = await RunningNode.StartAsync(_one, "--listen", "127.0.0.1:0");
        await RunAsync(_other, "graph", "create", "a map", "--policy", "key-value");
        var ran = await RunAsync(_other, "sync", EndpointOf(one), graph, "--policy", "key-value");
        Assert.Matches("^complete=no was-level=no received=1 added=0 .* rejected=1$", ran);
    }

    [Fact]
    public async Task A_graph_that_cannot_be_read_is_shown_with_what_is_wrong()
    {
        var graph = await RunAsync(_one, "graph", "create", "hello");
        var sound = await RunAsync(_one, "graph", "create", "other");
        DamageLog(Path.Combine(_one.Data, "graphs"), graph);

        var listed = await _one.OnDataAsync("graph", "ls");
        var status = await RunAsync(_one, "status", "--json");
        var verified = await _one.OnDataAsync("graph", "verify");

        Assert.Equal(ExitCodes.Failure, listed.Code);
        Assert.Matches($"graph={graph} [^\n]* error=\"[^\n]+\"(\n|$)", listed.Out);
        Assert.Matches($"graph={sound} [^\n]* error=none(\n|$)", listed.Out);
        Assert.Matches("\"error\": \"[^\"]+", status);
        Assert.Equal(ExitCodes.Failure, verified.Code);
        Assert.Matches($"graph={graph} [^\n]* problems=1", verified.Out);
        Assert.Matches($"graph={sound} [^\n]* problems=0", verified.Out);
        Assert.StartsWith($"actorsync: graph {graph}: ", verified.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_was_not_closed_is_told_of()
    {
        await RunAsync(_one, "graph", "create", "hello");
        var node = Path.Combine(_one.Data, "node");
        var closed = await File.ReadAllBytesAsync(node);
        await using (await RunningNode.StartAsync(_one, "--listen", "off"))
            File.Copy(node, _one.Folder.At("running"));
        await File.WriteAllBytesAsync(node, await File.ReadAllBytesAsync(_one.Folder.At("running")));

        var ran = await _one.OnDataAsync("graph", "ls");

        Assert.NotEqual(closed, await File.ReadAllBytesAsync(_one.Folder.At("running")));
        Assert.Equal((ExitCodes.Ok, "actorsync: the store was recovered: the last run did not end by closing the store\n"), (ran.Code, ran.Error));
        Assert.Equal("", (await _one.OnDataAsync("graph", "ls")).Error);
    }

    [Fact]
    public async Task Peers_that_name_each_other_are_named_by_where_they_are_dialed()
    {
        var graph = await RunAsync(_one, "graph", "create", "hello");
        await using var one = await RunningNode.StartAsync(_one, "--listen", "127.0.0.1:0");
        await using var other = await RunningNode.StartAsync(_other, "--listen", "127.0.0.1:0");
        await RunAsync(_other, "connect", EndpointOf(one));
        await RunAsync(_one, "connect", EndpointOf(other));
        await RunAsync(_other, "sync", EndpointOf(one), graph);

        foreach (var (node, peer) in new[] { (_one, EndpointOf(other)), (_other, EndpointOf(one)) })
        {
            await RunAsync(node, "subscribe", peer, graph);
            await RunAsync(node, "sync", peer, graph);
            Assert.Contains($" dialed=tcp://{peer} state=connected ", await RunAsync(node, "status"), StringComparison.Ordinal);
            await RunAsync(node, "unsubscribe", peer, graph);
        }
        foreach (var (node, peer) in new[] { (_one, EndpointOf(other)), (_other, EndpointOf(one)) })
            await RunAsync(node, "disconnect", peer);
    }

    [Fact]
    public async Task What_the_engine_logs_looks_like_the_rest_of_the_log()
    {
        await using var one = await RunningNode.StartAsync(_one, "--listen", "127.0.0.1:0");
        await using (var other = await RunningNode.StartAsync(_other, "--listen", "off"))
            await RunAsync(_other, "connect", EndpointOf(one));
        await one.StopAsync();

        Assert.All(one.Log.TrimEnd().Split('\n'), line => Assert.Matches("^[0-9-]{10}T[0-9:.]{12}Z (debug|info|warning|error) +[^ ]", line));
        Assert.Matches(" info    Peer [0-9a-f]+ is linked at ", one.Log);
    }

    [Fact]
    public async Task A_peer_that_lacks_a_graph_is_what_is_said_to_lack_it()
    {
        await using var one = await RunningNode.StartAsync(_one, "--listen", "127.0.0.1:0");
        var graph = new string('a', 64);

        var ran = await _other.OnDataAsync("sync", EndpointOf(one), graph);

        Assert.Equal(new Ran(ExitCodes.Failure, "", $"actorsync: the peer tcp://{EndpointOf(one)} does not hold the graph {graph}\n"), ran);
        Assert.False(Directory.Exists(_other.Data));
    }

    [Fact]
    public async Task A_store_is_held_by_one_node()
    {
        await using var one = await RunningNode.StartAsync(_one, "--listen", "off");

        var second = await _one.OnDataAsync("node", "--listen", "off");

        Assert.Equal(ExitCodes.Failure, second.Code);
        Assert.Matches($"^actorsync: the store in {_one.Data} is held by process [0-9]+[^\n]*\n$", second.Error);
        Assert.StartsWith("running=yes ", await RunAsync(_one, "status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_ends_with_1_and_changes_nothing()
    {
        await using var one = await RunningNode.StartAsync(_one, "--listen", "127.0.0.1:0");

        var ran = await _other.OnDataAsync("node", "--listen", EndpointOf(one));

        Assert.Equal(ExitCodes.Failure, ran.Code);
        Assert.Matches("^actorsync: cannot listen on [^\n]+: the port is in use[^\n]*\n$", ran.Error);
        Assert.False(Directory.Exists(_other.Data));
    }

#if !ACTOR_ENGINE_AKKA
    [Fact]
    public async Task A_key_that_the_engine_does_not_know_ends_with_2_and_changes_nothing()
    {
        File.WriteAllText(_one.Folder.At("node.conf"), "akka.no-such-key = 1");

        foreach (var line in (string[][])[["node", "--listen", "off"], ["graph", "create", "x"]])
        {
            var ran = await _one.OnDataAsync([.. line, "--config", _one.Folder.At("node.conf")]);

            Assert.Equal(ExitCodes.Usage, ran.Code);
            Assert.Matches("^actorsync: [^\n]*akka.no-such-key[^\n]*\n$", ran.Error);
            Assert.False(Directory.Exists(_one.Data));
        }
    }
#endif

    // The first bytes of the first file of a graph's log: no log begins so.
    private static void DamageLog(string folder, string graph)
    {
        var file = Directory.GetFiles(Directory.GetDirectories(folder).Single(one => Path.GetFileName(one).StartsWith(graph[..8], StringComparison.Ordinal))).Order(StringComparer.Ordinal).First();
        var bytes = File.ReadAllBytes(file);
        bytes.AsSpan(0, 8).Fill(0xff);
        File.WriteAllBytes(file, bytes);
    }

    private static string EndpointOf(RunningNode node) => Listening().Match(node.Log).Groups[1].Value;

    private static async Task<string> RunAsync(CliRun cli, params string[] args)
    {
        var ran = await cli.OnDataAsync(args);
        Assert.Equal((0, ""), (ran.Code, ran.Error));
        return ran.Out.TrimEnd();
    }

    [GeneratedRegex("listening on tcp://([0-9.:]+),")]
    private static partial Regex Listening();
}

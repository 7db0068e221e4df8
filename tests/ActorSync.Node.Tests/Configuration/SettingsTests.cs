using ActorSync.Graphs;
using ActorSync.Graphs.Policies;
using ActorSync.Node.Configuration;
using ActorSync.Node.Tests.Fakes;
using ActorSync.Peers;
using ActorSync.Storage;
using ActorSync.Transport.Tcp;
using Akka.Configuration;

namespace ActorSync.Node.Tests.Configuration;

public sealed class SettingsTests
{
    private static readonly string Graph = new('a', 64);

    [Fact]
    public void Nothing_said_gives_the_defaults()
    {
        var settings = SettingsReader.Read(Config.Empty).Value;

        Assert.Equal(Path.GetFullPath("actorsync-data"), settings.DataFolder);
        Assert.Equal("tcp://127.0.0.1:7400", settings.Listen!.ToString());
        Assert.Null(settings.ControlPath);
        Assert.Equal(FsyncMode.Always, settings.Fsync);
        Assert.Equal(TimeSpan.FromMilliseconds(100), settings.FsyncInterval);
        Assert.Empty(settings.Peers);
        Assert.Equal(NodeLogLevel.Info, settings.LogLevel);
    }

    [Fact]
    public void Every_key_is_mapped()
    {
        var settings = Read($$"""
            actorsync {
              data = /var/lib/actorsync
              listen = "[::1]:0"
              control = /run/actorsync.sock
              fsync { mode = interval, interval = 20 ms }
              peers = [
                { endpoint = "127.0.0.1:7401" },
                { endpoint = "localhost:7402", mode = poll, graphs = ["{{Graph}}"], interval = 5s }
              ]
              log-level = debug
              sync { maximum-subscriptions = 200, poll { retry-after = 500 ms } }
            }
            akka.actor { ask-timeout = 5s }
            """).Value;

        Assert.Equal("/var/lib/actorsync", settings.DataFolder);
        Assert.Equal((200, TimeSpan.FromMilliseconds(500), 16), (settings.Sync.MaximumSubscriptions, settings.Sync.Polls.RetryAfter, settings.Sync.Polls.Window));
        Assert.Equal(new TcpEndpoint("::1", 0), settings.Listen);
        Assert.Equal("/run/actorsync.sock", settings.ControlPath);
        Assert.Equal((FsyncMode.Interval, TimeSpan.FromMilliseconds(20)), (settings.Fsync, settings.FsyncInterval));
        Assert.Equal((PeerMode.Subscribe, "*"), (settings.Peers[0].Mode, Assert.Single(settings.Peers[0].Graphs)));
        Assert.Equal(("tcp://localhost:7402", PeerMode.Poll), (settings.Peers[1].Endpoint.ToString(), settings.Peers[1].Mode));
        Assert.Equal((Graph, TimeSpan.FromSeconds(5)), (Assert.Single(settings.Peers[1].Graphs), settings.Peers[1].Interval));
        Assert.Equal(NodeLogLevel.Debug, settings.LogLevel);
        Assert.Equal("akka.actor.ask-timeout = 5s", settings.EngineConfiguration);
    }

    [Fact]
    public void Policies_and_who_may_finalize_are_read()
    {
        var settings = Read($"actorsync.sync.graph {{ policy = key-value, policies = [\"{Graph} opaque\"], peers-may-finalize = \"{new string('1', 32)}, {new string('2', 32)}\" }}").Value;
        Assert.True(GraphId.TryParse(Graph, out var graph));
        Assert.IsType<OpaquePolicy>(settings.Sync.Policies.Of(graph));
        Assert.IsType<KeyValuePolicy>(settings.Sync.Policies.Of(default));
        Assert.True(NodeId.TryParse(new string('2', 32), out var peer));
        Assert.Equal((true, false), (settings.Sync.PeersMayFinalize.Allows(peer), settings.Sync.PeersMayFinalize.Allows(default)));
        Assert.False(Read("actorsync.sync.graph.peers-may-finalize = none").Value.Sync.PeersMayFinalize.Allows(peer));
        Assert.True(Read("actorsync.sync.graph.peers-may-finalize = all").Value.Sync.PeersMayFinalize.Allows(peer));
    }

    [Theory]
    [InlineData("policy = opake", "the policies are key-value, opaque")]
    [InlineData("policies = [opaque]", "64 digits of a graph")]
    [InlineData("peers-may-finalize = some", "all, none, or node ids")]
    public void A_policy_that_is_none_is_refused_with_what_there_is(string line, string sentence) =>
        Assert.Contains(sentence, Read($"actorsync.sync.graph.{line}").Error?.Message, StringComparison.Ordinal);

    [Fact]
    public void Links_and_nothing_else_can_be_off()
    {
        Assert.Null(Read("actorsync.listen = off").Value.Listen);
        Assert.Null(Read("actorsync.listen = \"\"").Value.Listen);
    }

    [Theory]
    [InlineData("actorsync.listn = off", "unknown configuration key actorsync.listn: did you mean actorsync.listen?")]
    [InlineData("actorsync.fsync.mod = always", "unknown configuration key actorsync.fsync.mod: did you mean actorsync.fsync.mode?")]
    [InlineData("actorsync.zzzzzzzz = 1", "unknown configuration key actorsync.zzzzzzzz: actorsync has ")]
    [InlineData("actorsync.peers = [{ endpoint = \"[::1]:1\", mod = poll }]", "unknown configuration key actorsync.peers.0.mod: did you mean actorsync.peers.0.mode?")]
    [InlineData("actorsync.fsync = always", "actorsync.fsync must be a section in braces with interval, mode")]
    [InlineData("actorsync.listen { port = 1 }", "actorsync.listen must be a value, not a section in braces")]
    [InlineData("actorsync = 1", "actorsync must be a section in braces")]
    [InlineData("actorsync.fsync.mode = sometimes", "actorsync.fsync.mode = sometimes: expected always, interval, never")]
    [InlineData("actorsync.fsync.interval = 2m", "actorsync.fsync.interval = 2m: expected from 1 ms to 60 s")]
    [InlineData("actorsync.fsync.interval = soon", "actorsync.fsync.interval = soon: ")]
    [InlineData("actorsync.data = \"\"", "actorsync.data = : expected a folder")]
    [InlineData("actorsync.listen = nowhere", "'nowhere' is not an endpoint")]
    [InlineData("actorsync.listen = \"0.0.0.0:7400\"", "links over plain TCP stay on loopback")]
    [InlineData("actorsync.listen = \"127.0.0.1:70000\"", "not a number from 0 to 65535")]
    [InlineData("actrosync { listen = off }", "unknown configuration key actrosync: did you mean actorsync?")]
    [InlineData("listen = off", "unknown configuration key listen: did you mean actorsync.listen?")]
    [InlineData("where = x, actorsync.data = ${where}", "unknown configuration key where: a configuration has actorsync and akka")]
    [InlineData("actorsync.peers = none", "actorsync.peers = none: expected a list")]
    [InlineData("actorsync.peers.provder = dns", "unknown configuration key actorsync.peers.provder: did you mean actorsync.peers.provider?")]
    [InlineData("actorsync.peers.provider = gossip", "actorsync.peers.provider = gossip: expected static, dns, kubernetes")]
    [InlineData("actorsync.peers.endpoints = here", "actorsync.peers.endpoints = here: expected a list such as")]
    [InlineData("actorsync.peers.endpoints = [\"::1\", \"a:b\"]", "actorsync.peers.endpoints: 'a:b' is not a peer: its port is not a number")]
    [InlineData("actorsync.peers.endpoints = [\"192.0.2.1\"]", "actorsync.peers.endpoints: cannot link to '192.0.2.1:7400': links over plain TCP")]
    [InlineData("actorsync.peers.links = udp", "actorsync.peers.links = udp: expected tcp, tls")]
    [InlineData("actorsync.peers.target-port = 65536", "actorsync.peers.target-port = 65536: expected a whole number from 0 to 65535")]
    [InlineData("actorsync.peers { endpoints = [\"::1\"], mode = sometimes }", "actorsync.peers.mode = sometimes: expected subscribe, poll, hello")]
    [InlineData("actorsync.peers.provider = dns", "expected names, such as")]
    [InlineData("actorsync.peers { provider = dns, dns { names = [a], interval = 1ms } }", "actorsync.peers.dns.interval = 1ms: expected from 1 s to 86400 s")]
    [InlineData("actorsync.peers { provider = dns, dns { names = [a], servers = [b] } }", "actorsync.peers.dns.servers = [b]: 'b' is not the address of a server")]
    [InlineData("actorsync.peers { provider = dns, dns { names = [a], attempts = 0 } }", "expected a whole number from 1 to 10")]
    [InlineData("actorsync.peers { provider = kubernetes, kubernetes.api = \"https://a\" }", "expected the name of a service")]
    [InlineData("actorsync.peers { provider = kubernetes, kubernetes { service = a, api = \"http://192.0.2.1\" } }", "http sends the token in the clear")]
    [InlineData("actorsync.peers { provider = kubernetes, kubernetes { service = a, api = \"nowhere\" } }", "expected a URL such as")]
    [InlineData("actorsync.peers { provider = kubernetes, kubernetes { service = \"a/b\", api = \"https://a\" } }", "expected a name of letters")]
    [InlineData("actorsync.peers = [ here ]", "actorsync.peers.0 = here: expected { endpoint")]
    [InlineData("actorsync.peers = [{ mode = poll }]", "actorsync.peers.0 = nothing: expected an endpoint")]
    [InlineData("actorsync.peers = [{ endpoint = \"a:0\" }]", "actorsync.peers.0.endpoint: the port of 'a:0' must be from 1 to 65535")]
    [InlineData("actorsync.peers = [{ endpoint = \"[::1]:1\", graphs = [ x ] }]", "actorsync.peers.0.graphs = [x]: 'x' is not a graph")]
    [InlineData("actorsync.peers = [{ endpoint = \"[::1]:1\", graphs = [] }]", "expected a list: [\"*\"]")]
    [InlineData("actorsync.peers = [{ endpoint = \"192.0.2.1:7400\" }]", "actorsync.peers.0.endpoint: cannot link to '192.0.2.1:7400': links over plain TCP stay on loopback")]
    [InlineData("actorsync.log-level = loud", "actorsync.log-level = loud: expected debug, info, warning, error")]
    public void What_makes_no_sense_is_named(string text, string expected)
    {
        var error = Read(text).Error!;

        Assert.Equal(SyncErrorKind.InvalidRequest, error.Kind);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_any_provider_there_are_no_provided_peers()
    {
        Assert.Null(Read("").Value.ProvidedPeers);
        Assert.Null(Read("actorsync.peers { provider = static }").Value.ProvidedPeers);
        Assert.Null(Read("actorsync.peers = [{ endpoint = \"[::1]:1\" }]").Value.ProvidedPeers);
        Assert.Null(Read("actorsync.peers.endpoints = [\"::1\"]").Value.ForOneCommand().ProvidedPeers);
    }

    [Fact]
    public void A_fixed_list_of_peers_is_read()
    {
        var peers = Read("actorsync.peers { endpoints = [\"127.0.0.1:7401\", \"0:0:0:0:0:0:0:1\"], target-port = 7402, mode = hello, graphs = [\"*\"], interval = 5s }").Value.ProvidedPeers!;

        Assert.Equal((ProviderKind.Static, "127.0.0.1:7401, ::1", 7402), (peers.Provider.Provider, peers.Provider.Endpoints.ToString(), peers.Provider.TargetPort));
        Assert.Equal((PeerMode.Hello, TimeSpan.FromSeconds(5), false), (peers.Mode, peers.Interval, peers.IsTls));
        Assert.True(Read("actorsync.peers { endpoints = [\"192.0.2.1\"], links = tls }").Value.ProvidedPeers!.IsTls);
    }

    [Fact]
    public void What_DNS_is_asked_is_read()
    {
        var peers = Read("""
            actorsync.peers {
              provider = dns
              dns { names = ["b.example:7401", "_a._tcp.example"], interval = 5s, interval-at-least = 2s, servers = ["127.0.0.53", "[fd00::53]:5353"], timeout = 100 ms, attempts = 3 }
            }
            """).Value.ProvidedPeers!;

        Assert.Null(peers.Provider.TargetPort);
        var dns = peers.Provider.Dns!;
        Assert.Equal(["_a._tcp.example", "b.example:7401"], dns.Names.Select(name => name.ToString()));
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2)), (dns.Interval, dns.IntervalAtLeast));
        Assert.Equal(["127.0.0.53:53", "[fd00::53]:5353"], dns.Servers.Servers.Select(server => server.ToString()));
        Assert.Equal((TimeSpan.FromMilliseconds(100), 3), (dns.Servers.Timeout, dns.Servers.Attempts));
    }

    [Fact]
    public void What_Kubernetes_is_asked_is_read()
    {
        var kubernetes = Read("""
            actorsync.peers {
              provider = kubernetes
              kubernetes { service = peers, namespace = prod, port-name = sync, api = "http://127.0.0.1:8001", token-file = "", ca-file = "/ca.crt", watch-for = 1m }
            }
            """).Value.ProvidedPeers!.Provider.Kubernetes!;

        Assert.Equal(("peers", "prod", "sync", "http://127.0.0.1:8001/"), (kubernetes.Service, kubernetes.Namespace, kubernetes.PortName, kubernetes.Api.ToString()));
        Assert.Equal((null, "/ca.crt", TimeSpan.FromMinutes(1)), (kubernetes.TokenFile, kubernetes.CertificatesFile, kubernetes.WatchFor));
    }

    [Theory]
    [InlineData("10.0.0.1", "443", "https://10.0.0.1/")]
    [InlineData("fd00::1", "6443", "https://[fd00::1]:6443/")]
    [InlineData("10.0.0.1", null, null)]
    [InlineData(null, "443", null)]
    [InlineData("a b", "443", null)]
    public void A_pod_knows_the_API_of_its_cluster(string? host, string? port, string? api)
    {
        Assert.Equal(api, ProviderReader.InCluster(host, port)?.ToString());
    }

    [Fact]
    public void A_list_of_peers_has_a_limit()
    {
        var peers = string.Join(",", Enumerable.Repeat("{ endpoint = \"[::1]:1\" }", NodeSettings.MaximumPeers + 1));

        Assert.Contains("expected at most 1024", Read($"actorsync.peers = [{peers}]").Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_include_each_other()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("node.conf"), "include \"peers.conf\"\nactorsync.log-level = error");
        File.WriteAllText(folder.At("peers.conf"), "actorsync.listen = off");

        var settings = SettingsReader.Read(ConfigurationFile.Read(folder.At("node.conf")).Value).Value;

        Assert.Equal((null, NodeLogLevel.Error), (settings.Listen, settings.LogLevel));
    }

    [Theory]
    [InlineData("actorsync { tls { key = k }, log-level = info }", "bad.conf")]
    [InlineData("include \"missing.conf\"", "there is no such file")]
    [InlineData("include \"bad.conf\"", "include each other more than 16 deep")]
    public void A_file_that_cannot_be_read_is_named(string text, string expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("bad.conf"), text);

        var error = ConfigurationFile.Read(folder.At("bad.conf")).Error!;

        Assert.Equal(SyncErrorKind.InvalidRequest, error.Kind);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_file_has_a_largest_size()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("big.conf"), new string('#', (int)ConfigurationFile.MaximumBytes + 1));

        Assert.Contains("larger than 1048576 bytes", ConfigurationFile.Read(folder.At("big.conf")).Error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.5s", 1500)]
    [InlineData("250ms", 250)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    public void Durations_have_units(string text, double milliseconds) =>
        Assert.Equal(milliseconds, Duration.Parse(text).Value.TotalMilliseconds);

    [Theory]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("9999h")]
    [InlineData("")]
    public void What_is_no_duration_is_refused(string text) =>
        Assert.Equal(SyncErrorKind.InvalidRequest, Duration.Parse(text).Error!.Kind);

    private static Result<NodeSettings> Read(string text) => SettingsReader.Read(ConfigurationFactory.ParseString(text));
}

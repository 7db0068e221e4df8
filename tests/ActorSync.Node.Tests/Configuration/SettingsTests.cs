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
#if !ACTOR_ENGINE_AKKA
    // Akka.NET takes a missing brace for the end of the file.
    [InlineData("actorsync {", "bad.conf")]
#endif
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

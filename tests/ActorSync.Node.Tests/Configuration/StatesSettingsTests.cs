using ActorSync.Node.Configuration;
using ActorSync.States;
using Akka.Configuration;

namespace ActorSync.Node.Tests.Configuration;

public sealed class StatesSettingsTests
{
    [Fact]
    public void A_state_over_http_has_usual_ports_and_its_peers_theirs()
    {
        var http = Read("""states.http = [{ peers = ["127.0.0.1", "127.0.0.1:5000", "::1", "[::1]:5001", "localhost:5002"] }]""").Value.States.Http.Single();

        Assert.Equal(("shared", "tcp://127.0.0.1:3097", "tcp://127.0.0.1:4097"), (http.State.Value, http.Application?.ToString(), http.Exchange?.ToString()));
        Assert.Equal(["tcp://127.0.0.1:4097", "tcp://127.0.0.1:5000", "tcp://[::1]:4097", "tcp://[::1]:5001", "tcp://localhost:5002"], http.Peers.Select(peer => peer.ToString()));
    }

    [Fact]
    public void Each_key_is_read()
    {
        var states = Read("""
            states {
              share = [a, b]
              http = [{ state = b, application = off, exchange = "127.0.0.1:1", peers = ["10.0.0.2"], target-port = 9 }]
              seeds = [{ state = a, file = "/seed.json" }]
              body-bytes = 1MiB, answer-bytes = 2MiB, connections = 3, watches = 2
              header-within = 1s, body-within = 2s, idle-within = 3s, connect-within = 4s, read-within = 5s
              anyone-on-the-network-may-read-and-write = true
            }
            """).Value.States;

        Assert.Equal(["a", "b"], states.Share.Select(name => name.Value));
        Assert.Equal(new StateSeed(new StateName("a"), "/seed.json"), states.Seeds.Single());
        Assert.Equal(("b", null, "tcp://127.0.0.1:1", "tcp://10.0.0.2:9"), (states.Http[0].State.Value, states.Http[0].Application?.ToString(), states.Http[0].Exchange?.ToString(), states.Http[0].Peers[0].ToString()));
        Assert.Equal(
            new StateHttpLimits
            {
                BodyBytes = 1 << 20,
                AnswerBytes = 2 << 20,
                Connections = 3,
                Watches = 2,
                HeaderWithin = TimeSpan.FromSeconds(1),
                BodyWithin = TimeSpan.FromSeconds(2),
                IdleWithin = TimeSpan.FromSeconds(3),
                ConnectWithin = TimeSpan.FromSeconds(4),
                ReadWithin = TimeSpan.FromSeconds(5),
            },
            states.Limits);
    }

    [Fact]
    public void The_exchange_over_links_has_its_keys()
    {
        var state = Read("sync.state { default-ttl = 1h, sampled-peers = 5, push-interval = 200ms, value-bytes = 1KiB }").Value.Sync.States;

        Assert.Equal((TimeSpan.FromHours(1), 5, TimeSpan.FromMilliseconds(200), 1024), (state.DefaultTtl, state.SampledPeers, state.PushInterval, state.Limits.ValueBytes));
    }

    [Theory]
    [InlineData("""states.http = [{ exchange = "0.0.0.0:4097" }]""", "not on loopback")]
    [InlineData("""states.http = [{ application = "10.0.0.1:3097" }]""", "anyone-on-the-network-may-read-and-write")]
    [InlineData("""states.http = [{ peers = ["10.0.0.2"] }]""", "set actorsync.tls")]
    [InlineData("""states.peers.endpoints = ["127.0.0.1", "10.0.0.2:4097"]""", "actorsync.states.peers.endpoints = 10.0.0.2:4097, 127.0.0.1: '10.0.0.2:4097' is not on loopback")]
    [InlineData("""states.peers.endpoints = ["10.0.0.2"]""", "'10.0.0.2' is not on loopback: set actorsync.tls")]
    [InlineData("""states.http = [{ peers = ["nonsense"] }]""", "is not an endpoint")]
    [InlineData("""states.http = [{ peer = [] }]""", "did you mean actorsync.states.http.0.peers?")]
    [InlineData("""states.http = [{ state = members }]""", "a name of the node's own")]
    [InlineData("""states.http = [{}, {}]""", "the state stands there twice")]
    [InlineData("""states.http = shared""", "expected a list")]
    [InlineData("""states.share = [""]""", "a state's name")]
    [InlineData("""states.seeds = [{}]""", "expected a file")]
    [InlineData("""states.http = [{ peers = ["tls://127.0.0.1:4098"] }]""", "needs certificates")]
    [InlineData("""states.connections = 0""", "at least 1")]
    [InlineData("""states.read-within = 0s""", "read-within")]
    [InlineData("""states.colour = 1""", "unknown configuration key actorsync.states.colour")]
    [InlineData("""sync.state.key-bytes = 100000""", "key-bytes")]
    [InlineData("""sync.state.default-ttl = soon""", "default-ttl")]
    public void What_makes_no_sense_is_told_with_its_key(string hocon, string sentence)
    {
        var error = Read(hocon).Error;

        Assert.Equal(SyncErrorKind.InvalidRequest, error?.Kind);
        Assert.Contains(sentence, error!.Message, StringComparison.Ordinal);
    }

    private static Result<NodeSettings> Read(string hocon) => SettingsReader.Read(ConfigurationFactory.ParseString($"actorsync {{\n{hocon}\n}}"));
}

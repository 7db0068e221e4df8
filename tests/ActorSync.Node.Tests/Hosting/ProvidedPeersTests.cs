using System.Threading.Channels;
using ActorSync.Node.Configuration;
using ActorSync.Node.Hosting;
using ActorSync.Node.Tests.Fakes;
using ActorSync.Peers;
using ActorSync.Peers.Providers;

namespace ActorSync.Node.Tests.Hosting;

public sealed class ProvidedPeersTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly SpeakingProvider _provider = new();
    private readonly HandLinks _links = new();
    private readonly StringWriter _log = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly FakeNode _node = new() { Connect = endpoint => new NodeId((ulong)endpoint[^1]) };
    private readonly Task _run;

    public ProvidedPeersTests()
    {
        var settings = new ProvidedPeerSettings { Provider = new ProviderSettings() };
        _run = new ProvidedPeers(_node, _provider, settings, _links.Contains, _time, new NodeLog(_log, _time, NodeLogLevel.Info)).RunAsync(_stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        await _node.DisposeAsync();
    }

    [Fact]
    public async Task What_comes_is_linked_and_what_is_gone_is_not_any_more()
    {
        await SayAsync("127.0.0.1:7401", "[::1]:7402");
        await SayAsync("[::1]:7402", "127.0.0.1:7403");

        Assert.Equal(
            ["connect tcp://127.0.0.1:7401", "connect tcp://[::1]:7402", "disconnect tcp://127.0.0.1:7401", "connect tcp://127.0.0.1:7403"],
            _node.Calls);
    }

    [Fact]
    public async Task A_graph_is_subscribed_to_at_each_of_them()
    {
        var graph = (await _node.CreateGraphAsync(new byte[] { 1 })).Value.ToShortString();
        await SayAsync("127.0.0.1:7401");
        await SayAsync("127.0.0.1:7401", "127.0.0.1:7402");

        Assert.Equal(
            ["connect tcp://127.0.0.1:7401", $"subscribe tcp://127.0.0.1:7401 {graph}", "connect tcp://127.0.0.1:7402", $"subscribe tcp://127.0.0.1:7402 {graph}"],
            _node.Calls);
    }

    [Fact]
    public async Task A_failure_of_the_provider_changes_no_link_and_is_told_once()
    {
        await SayAsync("127.0.0.1:7401");
        var error = new SyncError(SyncErrorKind.Unreachable, "no server answers");
        await _provider.SayAsync(new PeerView(Peers("127.0.0.1:7401"), error));
        await _provider.SayAsync(new PeerView(Peers("127.0.0.1:7401", "127.0.0.1:7402"), error));
        await SayAsync("127.0.0.1:7401", "127.0.0.1:7402");

        Assert.Equal(["connect tcp://127.0.0.1:7401", "connect tcp://127.0.0.1:7402"], _node.Calls);
        Assert.Equal(2, _log.ToString().Split("no server answers").Length);
        Assert.Contains("info    peers by spoken: found again", _log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_made_by_hand_stays()
    {
        _links.Add("127.0.0.1:7401");
        await SayAsync("127.0.0.1:7401", "127.0.0.1:7402");
        _links.Add("127.0.0.1:7402");
        await SayAsync();
        _links.Remove("127.0.0.1:7401");
        await SayAsync("127.0.0.1:7401");
        await SayAsync();

        Assert.Equal(["connect tcp://127.0.0.1:7402", "connect tcp://127.0.0.1:7401", "disconnect tcp://127.0.0.1:7401"], _node.Calls);
    }

    [Fact]
    public async Task A_node_that_is_gone_from_one_of_its_places_is_linked_again_at_the_other()
    {
        _node.Connect = _ => new NodeId(7);
        await SayAsync("127.0.0.1:7401", "127.0.0.1:7402");
        await SayAsync("127.0.0.1:7402");

        Assert.Equal(
            ["connect tcp://127.0.0.1:7401", "connect tcp://127.0.0.1:7402", "disconnect tcp://127.0.0.1:7401", "connect tcp://127.0.0.1:7402"],
            _node.Calls);
    }

    [Fact]
    public async Task A_peer_that_turns_out_to_be_this_node_is_given_up()
    {
        _node.Connect = _ => new SyncError(SyncErrorKind.InvalidRequest, "both ends of the link are the same node");
        await SayAsync("127.0.0.1:7401");
        await SayAsync("127.0.0.1:7401", "127.0.0.1:7402");

        Assert.Equal(
            ["connect tcp://127.0.0.1:7401", "disconnect tcp://127.0.0.1:7401", "connect tcp://127.0.0.1:7402", "disconnect tcp://127.0.0.1:7402"],
            _node.Calls);
    }

    [Fact]
    public async Task A_peer_that_cannot_be_linked_to_is_told_once_and_left_out()
    {
        await SayAsync("192.0.2.1:7400");
        await SayAsync("192.0.2.1:7400", "127.0.0.1:7401");

        Assert.Equal(["connect tcp://127.0.0.1:7401"], _node.Calls);
        Assert.Equal(2, _log.ToString().Split("cannot link to '192.0.2.1:7400'").Length);
    }

    private Task SayAsync(params string[] peers) => _provider.SayAsync(new PeerView(Peers(peers)));

    private static PeerSet Peers(params string[] texts) => PeerSet.Of(texts.Select(text => PeerEndpoint.Parse(text).Value)).Value;

    /// <summary>A provider that says what it is told to, and whose reader has dealt with it when the saying ends.</summary>
    private sealed class SpeakingProvider : IPeerProvider
    {
        private readonly Channel<PeerView> _views = Channel.CreateUnbounded<PeerView>();
        private readonly Channel<bool> _asked = Channel.CreateUnbounded<bool>();

        public string Name => "spoken";

        public async Task SayAsync(PeerView view)
        {
            await _asked.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
            await _views.Writer.WriteAsync(view);
            // It asks for the next one when it is done with this.
            await _asked.Reader.WaitToReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        }

        public async IAsyncEnumerable<PeerView> WatchAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
        {
            while (true)
            {
                await _asked.Writer.WriteAsync(true, cancellation);
                yield return await _views.Reader.ReadAsync(cancellation);
            }
        }
    }
}

using ActorSync.Node.Providers.Dns;
using ActorSync.Node.Tests.Fakes;
using ActorSync.Peers.Providers;
using ActorSync.Peers.Providers.Dns;

namespace ActorSync.Node.Tests.Providers;

public sealed class DnsPeersTests : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(0.75);

    private readonly DnsStandIn _server = new();
    private readonly ManualTime _time = new();
    private Views? _views;

    public async ValueTask DisposeAsync()
    {
        if (_views is not null)
            await _views.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Every_address_of_every_name_is_a_peer()
    {
        _server.Put("a.example", DnsType.A, DnsStandIn.A("10.0.0.1"), DnsStandIn.A("10.0.0.2"));
        _server.Put("a.example", DnsType.Aaaa, DnsStandIn.Aaaa("fd00::1"));
        _server.Put("b.example", DnsType.A, DnsStandIn.A("10.0.0.3"));

        Assert.Equal(Peers("10.0.0.1", "10.0.0.2", "fd00::1", "10.0.0.3:7401", "10.0.0.9"), (await Watch("a.example", "B.example.:7401", "10.0.0.9").NextAsync()).Peers);
    }

    [Fact]
    public async Task A_service_names_its_hosts_and_their_ports()
    {
        _server.Put("_sync._tcp.example", DnsType.Srv, DnsStandIn.Srv("a.example", 7401), DnsStandIn.Srv("a.example", 7402), DnsStandIn.Srv("b.example", 7400));
        _server.Put("a.example", DnsType.A, DnsStandIn.A("10.0.0.1"));
        _server.Put("b.example", DnsType.Aaaa, DnsStandIn.Aaaa("fd00::2"));

        var view = await Watch("_sync._tcp.example").NextAsync();

        Assert.Equal("10.0.0.1:7401, 10.0.0.1:7402, [fd00::2]:7400", view.Peers.ToString());
        Assert.Null(view.Error);
        // A host that is named twice is asked for once.
        Assert.Equal(5, _server.Asked.Count);
    }

    [Fact]
    public async Task Names_are_looked_up_again_and_only_a_change_is_told()
    {
        _server.Put("a.example", DnsType.A, DnsStandIn.A("10.0.0.1"));
        var views = Watch("a.example");
        Assert.Equal(Peers("10.0.0.1"), (await views.NextAsync()).Peers);

        await views.PassAsync(_time, Interval);
        await _time.TimerOf(Interval);
        _server.Put("a.example", DnsType.A, DnsStandIn.A("10.0.0.2"));

        Assert.Equal(Peers("10.0.0.2"), (await views.NextAfterAsync(_time, Interval)).Peers);
    }

    [Theory]
    [InlineData(7, 7)]
    [InlineData(0, 1)]
    [InlineData(3600, 30)]
    public async Task Answers_that_hold_for_less_are_asked_for_again_sooner(uint holds, double wait)
    {
        _server.Put("a.example", DnsType.A, DnsStandIn.A("10.0.0.1", holds), DnsStandIn.A("10.0.0.2", holds + 1));
        var views = Watch("a.example");
        await views.NextAsync();
        _server.Put("a.example", DnsType.A);

        Assert.Equal(PeerSet.Empty, (await views.NextAfterAsync(_time, TimeSpan.FromSeconds(wait))).Peers);
    }

    [Fact]
    public async Task A_failure_keeps_the_peers_is_told_once_and_tried_again_later_each_time()
    {
        _server.Put("a.example", DnsType.A, DnsStandIn.A("10.0.0.1"));
        var views = Watch("a.example");
        await views.NextAsync();
        _server.Code = DnsCode.ServerFailure;

        var failed = await views.NextAfterAsync(_time, Interval);
        Assert.Equal(Peers("10.0.0.1"), failed.Peers);
        Assert.Contains("ServerFailure", failed.Error!.Message, StringComparison.Ordinal);

        await views.PassAsync(_time, FirstRetry);
        await views.PassAsync(_time, 2 * FirstRetry);
        await _time.TimerOf(4 * FirstRetry);
        _server.Code = DnsCode.NoError;

        var found = await views.NextAfterAsync(_time, 4 * FirstRetry);
        Assert.Equal(Peers("10.0.0.1"), found.Peers);
        Assert.Null(found.Error);
    }

    [Fact]
    public async Task A_name_that_fails_takes_nothing_from_the_others()
    {
        _server.Put("a.example", DnsType.A, DnsStandIn.A("10.0.0.1"));
        _server.OverUdp = (query, reply) => query.AsSpan().IndexOf("b"u8) == 13 ? [Failure(reply)] : [reply];

        var view = await Watch("a.example", "b.example").NextAsync();

        Assert.Equal(Peers("10.0.0.1"), view.Peers);
        Assert.Contains("b.example", view.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_addresses_than_there_may_be_peers_are_an_error_and_the_last_peers_stay()
    {
        var names = Enumerable.Range(0, 40).Select(i => $"h{i}.example").ToArray();
        var views = Watch(names);
        _server.Put("h0.example", DnsType.A, DnsStandIn.A("10.0.0.1"));
        Assert.Equal(Peers("10.0.0.1"), (await views.NextAsync()).Peers);

        _server.OverUdp = (_, reply) => [[reply[0], reply[1], (byte)(reply[2] | 2), .. reply[3..Math.Min(reply.Length, 400)]]];
        foreach (var (name, i) in names.Select((name, i) => (name, i)))
            _server.Put(name, DnsType.A, [.. Enumerable.Range(1, 120).Select(j => DnsStandIn.A($"10.{i}.0.{j}"))]);

        var view = await views.NextAfterAsync(_time, Interval);

        Assert.Equal(SyncErrorKind.LimitExceeded, view.Error?.Kind);
        Assert.Equal(Peers("10.0.0.1"), view.Peers);
    }

    private static byte[] Failure(byte[] reply) => [.. reply[..3], (byte)(0x80 | (int)DnsCode.Refused), .. reply[4..]];

    private static PeerSet Peers(params string[] texts) => PeerSet.Of(texts.Select(text => PeerEndpoint.Parse(text).Value)).Value;

    // The network runs in real time, the waits in that of the test.
    private Views Watch(params string[] names)
    {
        var servers = new DnsServerSettings { Servers = [_server.Address], Timeout = TimeSpan.FromSeconds(20) };
        var settings = new DnsPeerSettings { Names = [.. names.Select(name => PeerEndpoint.Parse(name).Value)], Interval = Interval, Servers = servers };
        return _views = new Views(new DnsPeers(settings, new ServerLookup(servers, TimeProvider.System), _time, new EvenRandom()));
    }
}

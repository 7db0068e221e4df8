using ActorSync.Node.Providers.Dns;
using ActorSync.Node.Tests.Fakes;
using ActorSync.Peers.Providers.Dns;

namespace ActorSync.Node.Tests.Providers;

public sealed class ServerLookupTests : IAsyncDisposable
{
    private static readonly DnsQuestion Question = DnsQuestion.Of("a.example", DnsType.A);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ManualTime _time = new();
    private readonly DnsStandIn _server = new();

    public ServerLookupTests() => _server.Put("a.example", DnsType.A, DnsStandIn.A("10.0.0.1", 60));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_server_is_asked_over_UDP()
    {
        Assert.Equal([new DnsRecord("10.0.0.1", TimeSpan.FromSeconds(60))], (await AskAsync(_server)).Value);
        Assert.Equal(["udp A of a.example"], _server.Asked);
    }

    [Fact]
    public async Task What_does_not_fit_is_asked_for_over_TCP()
    {
        var records = Enumerable.Range(1, 200).Select(i => DnsStandIn.A($"10.0.0.{i}")).ToArray();
        _server.Put("a.example", DnsType.A, records);
        _server.OverUdp = (_, reply) => [Truncated(reply)];

        Assert.Equal(200, (await AskAsync(_server)).Value.Count);
        Assert.Equal(["udp A of a.example", "tcp A of a.example"], _server.Asked);
    }

    [Fact]
    public async Task Replies_to_others_are_passed_over()
    {
        _server.OverUdp = (query, reply) => [WithId(reply, 1), query, reply[..20], [], [.. reply, .. new byte[1000]], WithName(reply), reply];

        Assert.Equal("10.0.0.1", Assert.Single((await AskAsync(_server)).Value).Host);
    }

    [Fact]
    public async Task A_server_that_sends_only_what_is_no_reply_is_given_up()
    {
        _server.OverUdp = (_, reply) => Enumerable.Repeat(WithId(reply, 1), ServerLookup.MaximumStrangers);

        Assert.Contains("none of them the reply", (await AskAsync(_server)).Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reply_that_is_malformed_is_an_error()
    {
        // The record's name points to itself.
        _server.OverUdp = (query, reply) => [[.. reply[..query.Length], 0xc0, (byte)query.Length, .. reply[(query.Length + 2)..]]];

        Assert.Equal(SyncErrorKind.MalformedPayload, (await AskAsync(_server)).Error?.Kind);
    }

    [Fact]
    public async Task Over_TCP_a_connection_that_breaks_off_is_an_error()
    {
        _server.OverUdp = (_, reply) => [Truncated(reply)];
        _server.OverTcp = (_, reply) => [0xff, 0xff, .. reply];

        Assert.Contains("cannot be asked", (await AskAsync(_server)).Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reply_that_does_not_even_fit_over_TCP_is_an_error()
    {
        _server.OverUdp = (_, reply) => [Truncated(reply)];
        _server.OverTcp = (_, reply) => [(byte)(reply.Length >> 8), (byte)reply.Length, .. Truncated(reply)];

        Assert.Contains("too much to say", (await AskAsync(_server)).Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_fails_or_is_silent_is_passed_over_for_the_next()
    {
        await using var failing = new DnsStandIn { Code = DnsCode.ServerFailure };
        await using var silent = new DnsStandIn { OverUdp = (_, _) => Silence() };

        Assert.Single((await AskAsync(failing, silent, _server)).Value);
        Assert.Single(failing.Asked);
        Assert.Single(silent.Asked);
    }

    [Fact]
    public async Task Each_server_is_asked_as_often_as_was_said()
    {
        _server.OverUdp = (_, _) => Silence();

        var error = (await AskAsync(_server)).Error!;

        Assert.Equal(SyncErrorKind.Unreachable, error.Kind);
        Assert.Contains("did not answer within 10 s", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, _server.Asked.Count);
    }

    [Fact]
    public async Task A_name_that_does_not_exist_is_asked_for_once()
    {
        _server.Code = DnsCode.NoSuchName;

        Assert.Contains("there is no such name", (await AskAsync(_server)).Error!.Message, StringComparison.Ordinal);
        Assert.Single(_server.Asked);
    }

    [Fact]
    public void A_file_names_servers()
    {
        var servers = ResolvConf.Servers("# of the system\nsearch example\nnameserver 10.0.0.53\n nameserver\tfd00::53 \nnameserver nonsense\nnameserver\noptions ndots:5\n");

        Assert.Equal(["10.0.0.53:53", "[fd00::53]:53"], servers.Select(server => server.ToString()));
        Assert.Equal(DnsServerSettings.MaximumServers, ResolvConf.Servers(string.Concat(Enumerable.Repeat("nameserver 10.0.0.53\n", 20))).Count);
    }

    [Fact]
    public async Task Without_such_a_file_this_machine_is_asked()
    {
        Assert.Equal("127.0.0.1:53", Assert.Single(await ResolvConf.ReadAsync("/nowhere/resolv.conf", CancellationToken.None)).ToString());
    }

    [Fact]
    public async Task The_system_resolves_this_machine_and_leaves_services_to_the_servers()
    {
        _server.Put("_a._tcp.example", DnsType.Srv, DnsStandIn.Srv("b.example", 7400));
        var lookup = new SystemLookup(Lookup(_server));

        Assert.Contains("127.0.0.1", (await lookup.AskAsync(DnsQuestion.Of("localhost", DnsType.A), CancellationToken.None)).Value.Select(record => record.Host));
        Assert.Equal("b.example", Assert.Single((await lookup.AskAsync(DnsQuestion.Of("_a._tcp.example", DnsType.Srv), CancellationToken.None)).Value).Host);
    }

    private Task<Result<IReadOnlyList<DnsRecord>>> AskAsync(params DnsStandIn[] servers) =>
        Lookup(servers).AskAsync(Question, CancellationToken.None);

    private ServerLookup Lookup(params DnsStandIn[] servers) =>
        new(new DnsServerSettings { Servers = [.. servers.Select(server => server.Address)], Timeout = Patience }, _time);

    /// <summary>No reply, until the time for one is over.</summary>
    private byte[][] Silence()
    {
        _time.Advance(Patience);
        return [];
    }

    private static byte[] Truncated(byte[] reply) => [reply[0], reply[1], (byte)(reply[2] | 2), reply[3], .. reply[4..Math.Min(reply.Length, 400)]];

    private static byte[] WithId(byte[] reply, int more) => [reply[0], (byte)(reply[1] + more), .. reply[2..]];

    private static byte[] WithName(byte[] reply) => [.. reply[..13], (byte)'b', .. reply[14..]];
}

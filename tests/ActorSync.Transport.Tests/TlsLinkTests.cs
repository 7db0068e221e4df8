using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using ActorSync.Peers;
using ActorSync.Transport.Tcp;
using ActorSync.Transport.Tests.Support;
using ActorSync.Transport.Tls;

namespace ActorSync.Transport.Tests;

public sealed class TlsLinkTests : IDisposable
{
    private readonly Authority _ours = new("ours");
    private readonly Authority _others = new("others");

    public void Dispose()
    {
        _ours.Dispose();
        _others.Dispose();
    }

    [Fact]
    public async Task Payloads_go_both_ways_through_TLS_and_both_ends_close_in_order()
    {
        await using var host = new TlsHost(Authority.Showing(_ours.Issue()));
        var (caller, called) = await host.LinkAsync(Authority.Showing(_ours.Issue()));
        Assert.StartsWith("tls://127.0.0.1:", caller.RemoteName, StringComparison.Ordinal);
        Assert.StartsWith("tls://127.0.0.1:", called.RemoteName, StringComparison.Ordinal);
        Assert.Equal(Nodes.Node(1).Self, caller.Peer);
        Assert.Equal(Nodes.Node(2).Self, called.Peer);
        foreach (var length in (int[])[1, 4, 16_384, 16_385, 300_000, Nodes.MaxPayloadBytes])
        {
            var payload = Nodes.Payload(length, Math.Max(4, length));
            var (there, back) = (caller.SendAsync(payload).AsTask(), called.SendAsync(payload).AsTask());
            Assert.Equal(payload, (await called.ReceiveAsync()).Value.ToArray());
            Assert.Equal(payload, (await caller.ReceiveAsync()).Value.ToArray());
            Assert.Null(await there);
            Assert.Null(await back);
        }
        Assert.Null(await called.SendAsync(Nodes.Payload(9, 9)));
        var closing = called.DisposeAsync().AsTask();
        Assert.Equal(Nodes.Payload(9, 9), (await caller.ReceiveAsync()).Value.ToArray());
        Assert.Contains("closed by peer", (await Nodes.ErrorOf(caller.ReceiveAsync())).Message, StringComparison.Ordinal);
        await caller.DisposeAsync();
        await closing;
    }

    [Fact]
    public async Task What_is_sent_cannot_be_read_on_the_way()
    {
        await using var host = new TlsHost(Authority.Showing(_ours.Issue()));
        await using var tap = new Tap(host.Port);
        var (caller, called) = await host.LinkAsync(Authority.Showing(_ours.Issue()), tap.Port);
        var secret = Nodes.Payload(7, 1000);
        Assert.Null(await caller.SendAsync(secret));
        Assert.Equal(secret, (await called.ReceiveAsync()).Value.ToArray());
        var seen = tap.Seen();
        Assert.True(seen.Length > secret.Length);
        Assert.Equal(-1, seen.AsSpan().IndexOf(secret.AsSpan(0, 16)));
        Assert.Equal(-1, seen.AsSpan().IndexOf("ASLK"u8));
    }

    [Fact]
    public async Task Who_shows_a_certificate_of_another_authority_gets_no_link()
    {
        await using var host = new TlsHost(Authority.Showing(_ours.Issue()));
        var error = await host.RefusedAsync(Authority.Showing(_others.Issue(believes: _ours)));
        Assert.Contains("not believed", error.Message, StringComparison.Ordinal);
        Assert.Equal(SyncErrorKind.NotAllowed, error.Kind);
    }

    [Fact]
    public async Task Who_shows_none_gets_no_link()
    {
        await using var host = new TlsHost(Authority.Showing(_ours.Issue()));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, host.Port);
        await using var tls = new System.Net.Security.SslStream(client.GetStream(), false, (_, certificate, _, _) => certificate is not null);
        await tls.AuthenticateAsClientAsync("127.0.0.1");
        Assert.Contains("shows no certificate", (await host.ReportAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_calls_believes_no_certificate_of_another_authority()
    {
        await using var host = new TlsHost(Authority.Showing(_others.Issue(believes: _ours)));
        var error = await host.CallAsync(Authority.Showing(_ours.Issue()));
        Assert.Equal(SyncErrorKind.NotAllowed, error.Kind);
        Assert.Contains("not believed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_calls_believes_no_certificate_of_another_host_unless_told_to()
    {
        await using var host = new TlsHost(Authority.Showing(_ours.Issue(host: "node.example")));
        var error = await host.CallAsync(Authority.Showing(_ours.Issue()));
        Assert.Contains("not for the host '127.0.0.1'", error.Message, StringComparison.Ordinal);
        await host.LinkAsync(Authority.Showing(_ours.Issue()) with { ChecksHostName = false });
    }

    [Fact]
    public async Task A_certificate_that_is_past_or_not_meant_for_that_is_refused()
    {
        await using var host = new TlsHost(Authority.Showing(_ours.Issue()));
        Assert.Contains("not believed", (await host.RefusedAsync(Authority.Showing(_ours.Issue(isPast: true)))).Message, StringComparison.Ordinal);
        Assert.Contains("not believed", (await host.RefusedAsync(Authority.Showing(_ours.Issue(usages: ["1.3.6.1.5.5.7.3.1"])))).Message, StringComparison.Ordinal);
        await using var past = new TlsHost(Authority.Showing(_ours.Issue(isPast: true)));
        Assert.Contains("not believed", (await past.CallAsync(Authority.Showing(_ours.Issue()))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_names_a_node_is_good_for_that_node_alone()
    {
        await using var host = new TlsHost(Authority.Showing(_ours.Issue(Nodes.Node(1).Self.Node)));
        await host.LinkAsync(Authority.Showing(_ours.Issue(Nodes.Node(2).Self.Node)));
        var error = await host.RefusedAsync(Authority.Showing(_ours.Issue(Nodes.Node(3).Self.Node)));
        Assert.Equal(SyncErrorKind.NotAllowed, error.Kind);
        Assert.Contains($"says it is node {Nodes.Node(2).Self.Node}, its certificate is that of {Nodes.Node(3).Self.Node}", error.Message, StringComparison.Ordinal);

        await using var thief = new TlsHost(Authority.Showing(_ours.Issue(Nodes.Node(4).Self.Node)));
        var calling = thief.CallAsync(Authority.Showing(_ours.Issue()));
        Assert.Contains("its certificate is that of", (await thief.EndOfNextAsync()).Message, StringComparison.Ordinal);
        Assert.Contains("its certificate is that of", (await calling).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_names_no_node_is_refused_where_one_is_required()
    {
        await using var host = new TlsHost(Authority.Showing(_ours.Issue()) with { RequiresNodeName = true });
        Assert.Contains("names no node", (await host.RefusedAsync(Authority.Showing(_ours.Issue()))).Message, StringComparison.Ordinal);
        await host.LinkAsync(Authority.Showing(_ours.Issue(Nodes.Node(2).Self.Node)));
    }

    [Fact]
    public async Task A_renewed_certificate_is_shown_from_the_next_link_on()
    {
        var credentials = _ours.Issue(isPast: true);
        await using var host = new TlsHost(new TlsSettings { Credentials = () => credentials });
        Assert.Contains("not believed", (await host.CallAsync(Authority.Showing(_ours.Issue()))).Message, StringComparison.Ordinal);
        credentials = _ours.Issue();
        await host.LinkAsync(Authority.Showing(_ours.Issue()));
    }

    [Fact]
    public async Task Credentials_that_cannot_be_read_fail_the_link_and_say_why()
    {
        var unreadable = new TlsSettings { Credentials = () => new SyncError(SyncErrorKind.InvalidRequest, "node.pem cannot be read") };
        await using var host = new TlsHost(Authority.Showing(_ours.Issue()));
        Assert.Equal("node.pem cannot be read", (await host.CallAsync(unreadable)).Message);
    }

    [Fact]
    public async Task Clear_and_TLS_do_not_mix()
    {
        await using var host = new TlsHost(Authority.Showing(_ours.Issue()));
        var plain = await new TcpLinkConnector().ConnectAsync($"tcp://127.0.0.1:{host.Port}", Nodes.Node(2));
        Assert.NotNull(plain.Error);
        Assert.Equal(SyncErrorKind.NotAllowed, (await host.ReportAsync()).Kind);

        await using var clear = new TcpHost();
        var settings = new TcpLinkSettings { Tls = Authority.Showing(_ours.Issue()) };
        var error = (await new TcpLinkConnector(settings).ConnectAsync($"tls://127.0.0.1:{clear.Listener.LocalEndPoint.Port}", Nodes.Node(2))).Error;
        Assert.NotNull(error);
    }

    [Fact]
    public async Task An_end_that_says_nothing_is_given_up_in_time()
    {
        var time = new FakeTime();
        var settings = new TcpLinkSettings { Tls = Authority.Showing(_ours.Issue()) };
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var calling = new TcpLinkConnector(settings, time).ConnectAsync($"tls://{silent.LocalEndpoint}", Nodes.Node(2)).AsTask();
        using var accepted = await silent.AcceptSocketAsync();
        await accepted.ReceiveAsync(new byte[1]);
        time.Advance(settings.Stream.HandshakeTimeout);
        var error = (await calling).Error!;
        Assert.Equal(SyncErrorKind.Unreachable, error.Kind);
        Assert.Contains("does the other end speak TLS?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_certificate_there_is_no_TLS_and_off_loopback_nothing_else()
    {
        Assert.Contains("no certificate is given", TcpLinkListener.Start("tls://127.0.0.1:0", Nodes.Node(1)).Error!.Message, StringComparison.Ordinal);
        Assert.Contains("no certificate is given", (await new TcpLinkConnector().ConnectAsync("tls://127.0.0.1:7400", Nodes.Node(1))).Error!.Message, StringComparison.Ordinal);
        Assert.Equal(SyncErrorKind.NotAllowed, TcpLinkListener.Start("0.0.0.0:0", Nodes.Node(1)).Error!.Kind);
        await using var everywhere = TcpLinkListener.Start("tls://0.0.0.0:0", Nodes.Node(1), new TcpLinkSettings { Tls = Authority.Showing(_ours.Issue()) }).Value;
        Assert.StartsWith("tls://0.0.0.0:", everywhere.LocalName, StringComparison.Ordinal);
    }

    /// <summary>Node 1, listening.</summary>
    private sealed class TlsHost : IAsyncDisposable
    {
        private readonly Channel<SyncError> _reports = Channel.CreateUnbounded<SyncError>();
        private readonly TcpLinkListener _listener;
        private readonly List<ILink> _links = [];

        public TlsHost(TlsSettings tls) => _listener = TcpLinkListener.Start(
            "tls://127.0.0.1:0", Nodes.Node(1), new TcpLinkSettings { Tls = tls }, report: (error, _) => _reports.Writer.TryWrite(error)).Value;

        public int Port => _listener.LocalEndPoint.Port;

        public async Task<(ILink Caller, ILink Called)> LinkAsync(TlsSettings tls, int? port = null)
        {
            var caller = (await ConnectAsync(tls, port)).Value;
            var called = (await _listener.AcceptAsync())!;
            _links.AddRange([caller, called]);
            return (caller, called);
        }

        /// <summary>A call that fails at the caller.</summary>
        public async Task<SyncError> CallAsync(TlsSettings tls) => (await ConnectAsync(tls)).Error!;

        /// <summary>A call that fails here: the caller learns of it at once, or by what it first reads.</summary>
        public async Task<SyncError> RefusedAsync(TlsSettings tls)
        {
            if ((await ConnectAsync(tls)).TryGet(out var link, out _))
            {
                Assert.NotNull((await link.ReceiveAsync()).Error);
                await link.DisposeAsync();
            }
            return await ReportAsync();
        }

        /// <summary>Takes the next link, and reads why it ends.</summary>
        public async Task<SyncError> EndOfNextAsync()
        {
            await using var link = (await _listener.AcceptAsync())!;
            return (await link.ReceiveAsync()).Error!;
        }

        public ValueTask<SyncError> ReportAsync() => _reports.Reader.ReadAsync();

        public async ValueTask DisposeAsync()
        {
            await Task.WhenAll(_links.Select(link => link.DisposeAsync().AsTask()));
            await _listener.DisposeAsync();
        }

        private async Task<Result<ILink>> ConnectAsync(TlsSettings tls, int? port = null) =>
            await new TcpLinkConnector(new TcpLinkSettings { Tls = tls }).ConnectAsync($"tls://127.0.0.1:{port ?? Port}", Nodes.Node(2));
    }

    /// <summary>Stands between the ends of a connection and keeps what passes.</summary>
    private sealed class Tap : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly MemoryStream _seen = new();
        private readonly CancellationTokenSource _end = new();
        private readonly Task _passing;

        public Tap(int port)
        {
            _listener.Start();
            _passing = PassAsync(port);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public byte[] Seen()
        {
            lock (_seen)
                return _seen.ToArray();
        }

        public async ValueTask DisposeAsync()
        {
            _listener.Dispose();
            await _end.CancelAsync();
            await _passing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _end.Dispose();
        }

        private async Task PassAsync(int port)
        {
            using var near = await _listener.AcceptTcpClientAsync();
            using var far = new TcpClient();
            await far.ConnectAsync(IPAddress.Loopback, port);
            await Task.WhenAny(CopyAsync(near.GetStream(), far.GetStream()), CopyAsync(far.GetStream(), near.GetStream()));
        }

        private async Task CopyAsync(NetworkStream from, NetworkStream to)
        {
            var buffer = new byte[16_384];
            while (await from.ReadAsync(buffer, _end.Token) is > 0 and var read)
            {
                lock (_seen)
                    _seen.Write(buffer, 0, read);
                await to.WriteAsync(buffer.AsMemory(0, read));
            }
        }
    }
}

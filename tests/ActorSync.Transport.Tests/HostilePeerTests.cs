using System.Net;
using System.Net.Sockets;
using System.Text;
using ActorSync.Transport.Framing;
using ActorSync.Transport.Streams;
using ActorSync.Transport.Tcp;
using ActorSync.Transport.Tests.Support;

namespace ActorSync.Transport.Tests;

/// <summary>Peers that do not keep to the protocol get an error, and the node goes on.</summary>
public class HostilePeerTests
{
    [Fact]
    public async Task Versions_that_do_not_overlap_are_refused_on_both_sides()
    {
        await using var host = new TcpHost(settings: new TcpLinkSettings { Stream = new StreamLinkSettings { Versions = new VersionRange(2, 4) } });
        var atCaller = await Nodes.ErrorOf(new TcpLinkConnector().ConnectAsync(host.Listener.LocalName, Nodes.Node(2)));
        foreach (var error in (SyncError[])[atCaller, await host.NextReport()])
        {
            Assert.Equal(SyncErrorKind.VersionMismatch, error.Kind);
            Assert.Contains("1..1", error.Message, StringComparison.Ordinal);
            Assert.Contains("2..4", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_refused_version_is_told_in_a_refusal_frame_before_the_close()
    {
        await using var host = new TcpHost();
        using var raw = await host.RawAsync();
        await raw.SendAsync(HandshakeCodec.WriteOpening(LinkLimits.HelloOf(Nodes.Node(2), new VersionRange(7, 9))));
        await raw.ReadOpeningAsync();
        var refusal = Refusal.Read((await raw.ReadToEndAsync()).AsSpan(5));
        Assert.Equal(SyncErrorKind.VersionMismatch, refusal.Kind);
        Assert.Contains("7..9", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_connects_to_itself_is_told_on_both_sides()
    {
        await using var host = new TcpHost();
        var atCaller = await Nodes.ErrorOf(new TcpLinkConnector().ConnectAsync(host.Listener.LocalName, host.Identity));
        Assert.Equal(SyncErrorKind.InvalidRequest, atCaller.Kind);
        Assert.Contains("connected to itself", atCaller.Message, StringComparison.Ordinal);
        Assert.Equal(SyncErrorKind.InvalidRequest, (await host.NextReport()).Kind);
    }

    [Fact]
    public async Task A_client_of_another_protocol_is_refused_by_its_first_bytes()
    {
        await using var host = new TcpHost();
        using var raw = await host.RawAsync();
        await raw.SendAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: node\r\n\r\n"));
        await raw.ReadOpeningAsync();
        Assert.Equal(SyncErrorKind.MalformedPayload, Refusal.Read((await raw.ReadToEndAsync()).AsSpan(5)).Kind);
        raw.Dispose();
        Assert.Contains("does not speak the ActorSync link protocol", (await host.NextReport()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hello_that_announces_too_much_is_refused_before_it_comes()
    {
        await using var host = new TcpHost();
        using var raw = await host.RawAsync();
        await raw.SendAsync(Convert.FromHexString("41534c4b" + "ffffffff"));
        await raw.ReadOpeningAsync();
        Assert.Equal(SyncErrorKind.LimitExceeded, Refusal.Read((await raw.ReadToEndAsync()).AsSpan(5)).Kind);
        raw.Dispose();
        Assert.Equal(SyncErrorKind.LimitExceeded, (await host.NextReport()).Kind);
    }

    [Fact]
    public async Task A_hello_that_is_never_whole_times_out()
    {
        var time = new FakeTime();
        await using var host = new TcpHost(time: time);
        using var raw = await host.RawAsync();
        await raw.ReadOpeningAsync();
        foreach (var slow in Nodes.Opening(Nodes.Node(2)).Take(20))
            await raw.SendAsync(new[] { slow });
        time.Advance(TimeSpan.FromSeconds(5));
        var refusal = Refusal.Read((await raw.ReadToEndAsync()).AsSpan(5));
        Assert.Contains("no whole hello within 5 s", refusal.Message, StringComparison.Ordinal);
        raw.Dispose();
        Assert.Equal(SyncErrorKind.Unreachable, (await host.NextReport()).Kind);
    }

    [Fact]
    public async Task A_caller_does_not_wait_for_a_silent_server_beyond_the_handshake_timeout()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        silent.Listen(1);
        var time = new FakeTime();
        var connecting = new TcpLinkConnector(time: time).ConnectAsync(TcpEndpoint.Of(silent.LocalEndPoint).ToString(), Nodes.Node(1)).AsTask();
        using var raw = new RawPeer(await silent.AcceptAsync());
        await raw.ReadOpeningAsync();
        time.Advance(TimeSpan.FromSeconds(5));
        await raw.ReadToEndAsync();
        raw.Dispose();
        Assert.Equal(SyncErrorKind.Unreachable, (await connecting).Error!.Kind);
    }

    [Fact]
    public async Task Half_a_hello_and_a_close_is_reported()
    {
        await using var host = new TcpHost();
        using var raw = await host.RawAsync();
        await raw.SendAsync(Nodes.Opening(Nodes.Node(2)).AsMemory(0, 20));
        raw.Finish();
        await raw.ReadToEndAsync();
        raw.Dispose();
        Assert.Contains("before its hello was whole", (await host.NextReport()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silent_clients_push_out_each_other_and_not_those_who_speak()
    {
        await using var host = new TcpHost(settings: TcpHost.Patient with { MaxPendingHandshakes = 3 });
        var silent = new List<RawPeer>();
        for (var i = 0; i < 3; i++)
        {
            silent.Add(await host.RawAsync());
            await silent[i].ReadOpeningAsync();
        }
        await host.LinkAsync();
        await Assert.ThrowsAnyAsync<IOException>(() => silent[0].ReadAsync(1));
        var report = await host.NextReport();
        Assert.Equal(SyncErrorKind.Busy, report.Kind);
        Assert.Contains("3 newer connections", report.Message, StringComparison.Ordinal);
        silent.ForEach(raw => raw.Dispose());
    }

    [Fact]
    public async Task Random_bytes_in_place_of_a_hello_never_stop_the_listener()
    {
        await using var host = new TcpHost();
        for (var seed = 0; seed < 100; seed++)
        {
            var garbage = Nodes.Opening(Nodes.Node(2));
            var random = new Random(seed);
            var start = random.Next(0, 9);
            random.NextBytes(garbage.AsSpan(start));
            garbage[start] ^= (byte)(Nodes.Opening(Nodes.Node(2))[start] == garbage[start] ? 1 : 0);
            using (var raw = await host.RawAsync())
            {
                await raw.SendAsync(garbage);
                raw.Finish();
                await raw.ReadToEndAsync();
            }
            if (start < 8)
                Assert.NotNull(await host.NextReport());
        }
        Assert.NotNull((await host.LinkAsync()).Caller);
    }

    [Fact]
    public async Task Random_bytes_after_the_hello_end_that_link_and_no_other()
    {
        await using var host = new TcpHost();
        var (caller, called) = await host.LinkAsync(Nodes.Node(3));
        for (var seed = 0; seed < 50; seed++)
        {
            var (raw, link) = await host.RawLinkAsync();
            var garbage = new byte[1 + seed * 100];
            new Random(seed).NextBytes(garbage);
            await raw.SendAsync(garbage);
            raw.Finish();
            while ((await link.ReceiveAsync()).Error is null)
            {
            }
            raw.Dispose();
        }
        Assert.Null(await caller.SendAsync(Nodes.Payload(1, 10)));
        Assert.Equal(Nodes.Payload(1, 10), (await called.ReceiveAsync()).Value);
    }

    [Fact]
    public async Task A_payload_of_the_agreed_size_passes_and_one_byte_more_is_refused_with_the_reason()
    {
        await using var host = new TcpHost(Nodes.Node(1, 4096));
        var (raw, link) = await host.RawLinkAsync();
        await raw.SendAsync(Nodes.PayloadFrame(Nodes.Payload(1, 4096)));
        Assert.Equal(Nodes.Payload(1, 4096), (await link.ReceiveAsync()).Value);

        await raw.SendAsync(Nodes.PayloadFrame(Nodes.Payload(2, 4097)));
        var error = await Nodes.ErrorOf(link.ReceiveAsync());
        Assert.Equal(SyncErrorKind.LimitExceeded, error.Kind);
        var refusal = Refusal.Read((await raw.ReadToEndAsync()).AsSpan(5));
        Assert.Equal(SyncErrorKind.LimitExceeded, refusal.Kind);
        Assert.Contains("4097", refusal.Message, StringComparison.Ordinal);
        raw.Dispose();
    }

    [Fact]
    public async Task A_flood_of_keep_alives_is_no_payload()
    {
        await using var host = new TcpHost();
        var (raw, link) = await host.RawLinkAsync();
        var receiving = link.ReceiveAsync();
        await raw.SendAsync(new byte[400_000]);
        await raw.SendAsync(Nodes.PayloadFrame(Nodes.Payload(1, 10)));
        Assert.Equal(Nodes.Payload(1, 10), (await receiving).Value);
        raw.Dispose();
    }
}

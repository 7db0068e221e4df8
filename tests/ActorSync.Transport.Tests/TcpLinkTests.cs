using System.Net;
using System.Net.Sockets;
using ActorSync.Peers;
using ActorSync.Transport.Tcp;
using ActorSync.Transport.Tests.Support;

namespace ActorSync.Transport.Tests;

public class TcpLinkTests
{
    [Fact]
    public async Task Each_end_knows_the_other_and_the_smaller_payload()
    {
        await using var host = new TcpHost(Nodes.Node(1, 5000));
        var (caller, called) = await host.LinkAsync(Nodes.Node(2, 4096));
        Assert.Equal(Nodes.Node(1).Self, caller.Peer);
        Assert.Equal(Nodes.Node(2).Self, called.Peer);
        Assert.Equal(4096, caller.MaxPayloadBytes);
        Assert.Equal(4096, called.MaxPayloadBytes);
        Assert.Equal(host.Listener.LocalName, caller.RemoteName);
        Assert.StartsWith("tcp://127.0.0.1:", called.RemoteName, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Payloads_of_all_sizes_arrive_whole_in_order_and_are_counted_the_same_on_both_ends()
    {
        await using var host = new TcpHost();
        var (caller, called) = await host.LinkAsync();
        var random = new Random(5);
        int[] sizes = [4, 5, 100, 65_536, Nodes.MaxPayloadBytes, .. Enumerable.Range(0, 100).Select(_ => random.Next(4, 30_000))];
        await Task.WhenAll(SendAll(caller), SendAll(called), ReceiveAll(caller), ReceiveAll(called));

        Assert.Equal(sizes.Length, caller.Counters.PayloadsIn);
        Assert.Equal(sizes.Length, caller.Counters.PayloadsOut);
        var bytes = sizes.Sum(size => size + caller.FrameOverheadBytes) + Nodes.Opening(Nodes.Node(1)).Length;
        Assert.Equal(new LinkCounters(bytes, bytes, sizes.Length, sizes.Length), caller.Counters);
        Assert.Equal(caller.Counters, called.Counters);

        async Task SendAll(ILink link)
        {
            for (var number = 0; number < sizes.Length; number++)
                Assert.Null(await link.SendAsync(Nodes.Payload(number, sizes[number])));
        }

        async Task ReceiveAll(ILink link)
        {
            for (var number = 0; number < sizes.Length; number++)
                Assert.Equal(Nodes.Payload(number, sizes[number]), (await link.ReceiveAsync()).Value.ToArray());
        }
    }

    [Fact]
    public async Task Many_senders_at_once_keep_payloads_whole_and_each_its_order()
    {
        const int Senders = 8, Each = 2000;
        await using var host = new TcpHost();
        var (caller, called) = await host.LinkAsync();
        var sending = Enumerable.Range(0, Senders).Select(sender => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
                Assert.Null(await caller.SendAsync(Nodes.Payload((sender << 16) | i, 4 + (i % 200))));
        }));
        var allSent = Task.WhenAll(sending);

        var next = new int[Senders];
        for (var received = 0; received < Senders * Each; received++)
        {
            var payload = (await called.ReceiveAsync()).Value.ToArray();
            var number = BitConverter.ToInt32(payload);
            Assert.Equal(next[number >> 16]++, number & 0xffff);
            Assert.Equal(Nodes.Payload(number, payload.Length), payload);
        }
        await allSent;
    }

    [Fact]
    public async Task A_sender_never_runs_further_ahead_of_the_receiver_than_the_buffers_between_them()
    {
        const int Payloads = 300, Size = 1 << 20, BuffersBytes = 64 << 20;
        await using var host = new TcpHost();
        var (caller, called) = await host.LinkAsync();
        var accepted = 0;
        var sending = Task.Run(async () =>
        {
            var payload = new byte[Size];
            for (var i = 0; i < Payloads; i++, Interlocked.Increment(ref accepted))
                Assert.Null(await caller.SendAsync(payload));
        });
        for (var received = 0; received < Payloads; received++)
        {
            Assert.Equal(Size, (await called.ReceiveAsync()).Value.Length);
            Assert.InRange(Volatile.Read(ref accepted) - received, 0, BuffersBytes / Size);
        }
        await sending;
    }

    [Fact]
    public async Task Closing_delivers_what_was_sent_even_when_the_closer_left_payloads_unread()
    {
        await using var host = new TcpHost();
        var (caller, called) = await host.LinkAsync();
        for (var number = 0; number < 60; number++)
        {
            Assert.Null(await called.SendAsync(Nodes.Payload(number, 1000)));
            Assert.Null(await caller.SendAsync(Nodes.Payload(number, 50_000)));
        }
        var closing = caller.DisposeAsync().AsTask();
        for (var number = 0; number < 60; number++)
            Assert.Equal(Nodes.Payload(number, 50_000), (await called.ReceiveAsync()).Value.ToArray());

        var error = await Nodes.ErrorOf(called.ReceiveAsync());
        Assert.Equal(SyncErrorKind.Unreachable, error.Kind);
        Assert.EndsWith("closed by peer", error.Message, StringComparison.Ordinal);
        Assert.Equal(error, await called.SendAsync(Nodes.Payload(1, 10)));
        await closing;
        Assert.Equal(SyncErrorKind.ShuttingDown, (await Nodes.ErrorOf(caller.ReceiveAsync())).Kind);
    }

    [Fact]
    public async Task Both_ends_may_close_at_once()
    {
        await using var host = new TcpHost();
        var (caller, called) = await host.LinkAsync();
        var receiving = caller.ReceiveAsync().AsTask();
        await Task.WhenAll(caller.DisposeAsync().AsTask(), called.DisposeAsync().AsTask());
        Assert.NotNull((await receiving).Error);
    }

    [Fact]
    public async Task A_peer_that_dies_in_the_middle_of_a_frame_is_an_error_and_no_payload()
    {
        await using var host = new TcpHost();
        var (raw, link) = await host.RawLinkAsync();
        await raw.SendAsync(Nodes.PayloadFrame(new byte[100]).AsMemory(0, 14));
        raw.Dispose();
        var error = await Nodes.ErrorOf(link.ReceiveAsync());
        Assert.Equal(SyncErrorKind.Unreachable, error.Kind);
        Assert.Contains("after 14 of 104 bytes", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, link.Counters.PayloadsIn);
    }

    [Fact]
    public async Task A_connection_that_is_reset_is_an_error_for_receiver_and_sender()
    {
        await using var host = new TcpHost();
        var (raw, link) = await host.RawLinkAsync();
        var receiving = link.ReceiveAsync();
        raw.Reset();
        var error = await Nodes.ErrorOf(receiving);
        Assert.Equal(SyncErrorKind.Unreachable, error.Kind);
        Assert.Equal(error, await link.SendAsync(new byte[10]));
    }

    [Fact]
    public async Task A_sender_that_nobody_receives_for_learns_that_the_peer_is_gone()
    {
        await using var host = new TcpHost();
        var (raw, link) = await host.RawLinkAsync();
        raw.Reset();
        SyncError? error;
        while ((error = await link.SendAsync(new byte[1000])) is null)
        {
        }
        Assert.Equal(SyncErrorKind.Unreachable, error.Kind);
    }

    [SkippableIpv6Fact]
    public async Task IPv6_works_like_IPv4_and_the_any_address_serves_both()
    {
        await using var six = new TcpHost(endpoint: "[::1]:0");
        Assert.StartsWith("tcp://[::1]:", six.Listener.LocalName, StringComparison.Ordinal);
        var (caller, called) = await six.LinkAsync();
        Assert.Null(await caller.SendAsync(Nodes.Payload(1, 10)));
        Assert.Equal(Nodes.Payload(1, 10), (await called.ReceiveAsync()).Value);

        await using var both = new TcpHost(settings: new TcpLinkSettings { AllowPlainOffLoopback = true }, endpoint: "[::]:0");
        var connected = await new TcpLinkConnector().ConnectAsync($"127.0.0.1:{both.Listener.LocalEndPoint.Port}", Nodes.Node(2));
        Assert.Null(connected.Error);
        Assert.StartsWith("tcp://127.0.0.1:", (await both.Listener.AcceptAsync())!.RemoteName, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_in_the_clear_do_not_leave_the_machine_unless_allowed()
    {
        Assert.Equal(SyncErrorKind.NotAllowed, TcpLinkListener.Start("0.0.0.0:0", Nodes.Node(1)).Error!.Kind);
        Assert.Equal(SyncErrorKind.NotAllowed, (await new TcpLinkConnector().ConnectAsync("192.0.2.1:7400", Nodes.Node(1))).Error!.Kind);
    }

    [Fact]
    public async Task A_host_name_is_resolved_on_both_sides()
    {
        await using var host = new TcpHost(endpoint: "localhost:0");
        var connected = await new TcpLinkConnector().ConnectAsync($"localhost:{host.Listener.LocalEndPoint.Port}", Nodes.Node(2));
        Assert.Equal(host.Identity.Self, connected.Value.Peer);
        Assert.NotNull(await host.Listener.AcceptAsync());
    }

    [Fact]
    public async Task A_port_in_use_is_an_error_that_names_the_endpoint()
    {
        await using var host = new TcpHost();
        var error = TcpLinkListener.Start(host.Listener.LocalName, Nodes.Node(3)).Error!;
        Assert.Equal(SyncErrorKind.InvalidRequest, error.Kind);
        Assert.StartsWith($"cannot listen on {host.Listener.LocalName}: the port is in use", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_of_another_machine_cannot_be_listened_on() =>
        Assert.Contains("not one of this machine's", TcpLinkListener.Start("192.0.2.1:0", Nodes.Node(1), new TcpLinkSettings { AllowPlainOffLoopback = true }).Error!.Message, StringComparison.Ordinal);

    [Fact]
    public async Task Nobody_listening_is_unreachable_and_named()
    {
        int port;
        await using (var host = new TcpHost())
            port = host.Listener.LocalEndPoint.Port;
        var error = await Nodes.ErrorOf(new TcpLinkConnector().ConnectAsync($"127.0.0.1:{port}", Nodes.Node(2)));
        Assert.Equal(SyncErrorKind.Unreachable, error.Kind);
        Assert.StartsWith($"cannot connect to tcp://127.0.0.1:{port}: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_endpoints_identities_and_settings_are_refused_before_anything_is_opened()
    {
        var connector = new TcpLinkConnector();
        Assert.Equal(SyncErrorKind.InvalidRequest, (await Nodes.ErrorOf(connector.ConnectAsync("nonsense", Nodes.Node(1)))).Kind);
        Assert.Contains("port 0", (await Nodes.ErrorOf(connector.ConnectAsync("127.0.0.1:0", Nodes.Node(1)))).Message, StringComparison.Ordinal);
        Assert.Equal(SyncErrorKind.InvalidRequest, TcpLinkListener.Start("nonsense", Nodes.Node(1)).Error!.Kind);
        Assert.Equal(SyncErrorKind.InvalidRequest, TcpLinkListener.Start("127.0.0.1:0", Nodes.Node(1, LinkLimits.MinMaxPayloadBytes - 1)).Error!.Kind);
        TcpLinkSettings[] wrong =
        [
            new() { ConnectTimeout = TimeSpan.Zero },
            new() { MaxPendingHandshakes = 0 },
            new() { Stream = new() { DeadAfter = TimeSpan.FromSeconds(15) } },
            new() { Stream = new() { MaxQueueBytes = 0 } },
            new() { Stream = new() { ReadBufferBytes = 100 } },
        ];
        foreach (var settings in wrong)
            Assert.Equal(SyncErrorKind.InvalidRequest, TcpLinkListener.Start("127.0.0.1:0", Nodes.Node(1), settings).Error!.Kind);
    }

    [Fact]
    public async Task A_connect_that_is_not_answered_ends_at_the_timeout()
    {
        // Nobody accepts, and the one place to wait in is taken: the next connection hangs.
        using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        deaf.Listen(0);
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(deaf.LocalEndPoint!);

        var time = new FakeTime();
        var connecting = new TcpLinkConnector(time: time).ConnectAsync(TcpEndpoint.Of(deaf.LocalEndPoint).ToString(), Nodes.Node(1)).AsTask();
        time.Advance(TimeSpan.FromSeconds(10));
        var error = (await connecting).Error!;
        Assert.Equal(SyncErrorKind.Unreachable, error.Kind);
        Assert.EndsWith("no answer within 10 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_may_give_up_connecting()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        silent.Listen(1);
        using var cancellation = new CancellationTokenSource();
        var connecting = new TcpLinkConnector().ConnectAsync(TcpEndpoint.Of(silent.LocalEndPoint).ToString(), Nodes.Node(1), cancellation.Token).AsTask();
        using var accepted = new RawPeer(await silent.AcceptAsync());
        await accepted.ReadOpeningAsync();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
    }

    [Fact]
    public async Task A_closed_listener_accepts_null_and_links_that_were_taken_live_on()
    {
        var host = new TcpHost();
        var (caller, called) = await host.LinkAsync();
        var accepting = host.Listener.AcceptAsync().AsTask();
        await host.DisposeAsync();
        Assert.Null(await accepting);
        Assert.Null(await host.Listener.AcceptAsync());
        Assert.Null(await caller.SendAsync(Nodes.Payload(1, 10)));
        Assert.Equal(Nodes.Payload(1, 10), (await called.ReceiveAsync()).Value);
    }

    [Fact]
    public async Task A_link_that_nobody_takes_ends_with_the_listener()
    {
        // A caller knows of its link before the listener does: that one of two is refused shows that the other waits there.
        var host = new TcpHost(settings: new TcpLinkSettings { MaxUnclaimedLinks = 1 });
        var connector = new TcpLinkConnector();
        var one = (await connector.ConnectAsync(host.Listener.LocalName, Nodes.Node(2))).Value;
        var other = (await connector.ConnectAsync(host.Listener.LocalName, Nodes.Node(3))).Value;
        Task<SyncError>[] ends = [Nodes.ErrorOf(one.ReceiveAsync()), Nodes.ErrorOf(other.ReceiveAsync())];
        var refused = await Task.WhenAny(ends);
        Assert.Equal(SyncErrorKind.Busy, (await refused).Kind);
        await host.DisposeAsync();
        Assert.Equal(SyncErrorKind.ShuttingDown, (await ends.Single(end => end != refused)).Kind);
    }

    [Fact]
    public async Task Links_beyond_those_that_may_wait_to_be_taken_are_refused_as_busy()
    {
        await using var host = new TcpHost(settings: new TcpLinkSettings { MaxUnclaimedLinks = 1 });
        var connector = new TcpLinkConnector();
        var first = await connector.ConnectAsync(host.Listener.LocalName, Nodes.Node(2));
        var second = (await connector.ConnectAsync(host.Listener.LocalName, Nodes.Node(3))).Value;
        Assert.Equal(SyncErrorKind.Busy, (await Nodes.ErrorOf(second.ReceiveAsync())).Kind);
        Assert.Equal(SyncErrorKind.Busy, (await host.NextReport()).Kind);
        Assert.Equal(Nodes.Node(2).Self, (await host.Listener.AcceptAsync())!.Peer);
        Assert.Null(first.Error);
    }

    [Fact]
    public async Task Hundreds_of_thousands_of_small_payloads_arrive()
    {
        const int Payloads = 200_000;
        await using var host = new TcpHost();
        var (caller, called) = await host.LinkAsync();
        var sending = Task.Run(async () =>
        {
            var payload = new byte[100];
            for (var i = 0; i < Payloads; i++)
            {
                BitConverter.TryWriteBytes(payload, i);
                Assert.Null(await caller.SendAsync(payload));
            }
        });
        for (var i = 0; i < Payloads; i++)
            Assert.Equal(i, BitConverter.ToInt32((await called.ReceiveAsync()).Value.Span));
        await sending;
    }
}

/// <summary>Runs where the machine has IPv6.</summary>
internal sealed class SkippableIpv6FactAttribute : FactAttribute
{
    public SkippableIpv6FactAttribute()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        }
        catch (SocketException)
        {
            Skip = "this machine has no IPv6 loopback";
        }
    }
}

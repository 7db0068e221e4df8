using ActorSync.Peers;
using ActorSync.Transport.Framing;
using ActorSync.Transport.Streams;
using ActorSync.Transport.Tests.Support;

namespace ActorSync.Transport.Tests;

/// <summary>Links over a stream that the test holds in its hands: what is written when, and what waits.</summary>
public class StreamLinkTests
{
    private readonly ScriptedConnection _connection = new();
    private readonly FakeTime _time = new();

    private async Task<ILink> OpenAsync(StreamLinkSettings? settings = null)
    {
        _connection.Arrive(Nodes.Opening(Nodes.Node(2)));
        var link = await StreamLinkOpener.OpenAsync(_connection, Nodes.Node(1), settings ?? new StreamLinkSettings(), _time, CancellationToken.None);
        Assert.Equal(Nodes.Opening(Nodes.Node(1)), await _connection.NextWrite());
        return link.Value;
    }

    [Fact]
    public async Task A_lone_payload_is_written_at_once_and_what_gathers_meanwhile_in_one_write()
    {
        var link = await OpenAsync();
        _connection.HoldWrites();
        Assert.Null(await link.SendAsync(Nodes.Payload(0, 10)));
        Assert.Equal(Nodes.PayloadFrame(Nodes.Payload(0, 10)), await _connection.NextWrite());

        byte[] expected = [];
        for (var number = 1; number <= 20; number++)
        {
            Assert.Null(await link.SendAsync(Nodes.Payload(number, 10 * number)));
            expected = [.. expected, .. Nodes.PayloadFrame(Nodes.Payload(number, 10 * number))];
        }
        _connection.ReleaseWrites();
        Assert.Equal(expected, await _connection.NextWrite());
    }

    [Fact]
    public async Task A_lone_small_payload_is_written_by_the_time_its_send_returns()
    {
        var link = await OpenAsync();
        for (var number = 0; number < 5; number++)
        {
            var send = link.SendAsync(Nodes.Payload(number, 10));
            var write = _connection.NextWrite();
            Assert.True(write.IsCompleted);
            Assert.Equal(Nodes.PayloadFrame(Nodes.Payload(number, 10)), await write);
            Assert.Null(await send);
        }
    }

    [Fact]
    public async Task The_memory_of_a_payload_is_the_senders_again_when_the_send_ends()
    {
        var link = await OpenAsync();
        _connection.HoldWrites();
        Assert.Null(await link.SendAsync(Nodes.Payload(0, 10)));
        await _connection.NextWrite();

        var payload = Nodes.Payload(1, 10);
        Assert.Null(await link.SendAsync(payload));
        Array.Clear(payload);
        _connection.ReleaseWrites();
        Assert.Equal(Nodes.PayloadFrame(Nodes.Payload(1, 10)), await _connection.NextWrite());
    }

    [Fact]
    public async Task A_full_queue_makes_senders_wait_in_turn_and_a_cancelled_one_is_never_sent()
    {
        var link = await OpenAsync(new StreamLinkSettings { MaxQueueBytes = 1000 });
        _connection.HoldWrites();
        for (var number = 0; number < 10; number++)
            Assert.True(link.SendAsync(Nodes.Payload(number, 96)).AsTask().IsCompletedSuccessfully);

        using var cancellation = new CancellationTokenSource();
        var cancelled = link.SendAsync(Nodes.Payload(10, 96), cancellation.Token).AsTask();
        var eleventh = link.SendAsync(Nodes.Payload(11, 96)).AsTask();
        var small = link.SendAsync(Nodes.Payload(12, 4)).AsTask();
        Assert.False(cancelled.IsCompleted || eleventh.IsCompleted || small.IsCompleted);

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        _connection.ReleaseWrites();
        Assert.Null(await eleventh);
        Assert.Null(await small);

        byte[] expected =
        [
            .. Enumerable.Range(0, 10).Append(11).SelectMany(number => Nodes.PayloadFrame(Nodes.Payload(number, 96))),
            .. Nodes.PayloadFrame(Nodes.Payload(12, 4)),
        ];
        byte[] written = [];
        while (written.Length < expected.Length)
            written = [.. written, .. await _connection.NextWrite()];
        Assert.Equal(expected, written);
    }

    [Fact]
    public async Task An_empty_queue_takes_a_payload_larger_than_itself()
    {
        var link = await OpenAsync(new StreamLinkSettings { MaxQueueBytes = 10 });
        Assert.Null(await link.SendAsync(Nodes.Payload(0, 100)));
        Assert.Equal(Nodes.PayloadFrame(Nodes.Payload(0, 100)), await _connection.NextWrite());
    }

    [Fact]
    public async Task An_already_cancelled_call_does_nothing()
    {
        var link = await OpenAsync();
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await link.SendAsync(Nodes.Payload(0, 10), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await link.ReceiveAsync(cancelled));
        Assert.Null(await link.SendAsync(Nodes.Payload(1, 10)));
        Assert.Equal(Nodes.PayloadFrame(Nodes.Payload(1, 10)), await _connection.NextWrite());
    }

    [Fact]
    public async Task A_cancelled_receive_loses_nothing_of_a_payload_that_is_half_here()
    {
        var link = await OpenAsync();
        var frame = Nodes.PayloadFrame(Nodes.Payload(1, 50_000));
        for (var cut = 0; cut < 3; cut++)
        {
            using var cancellation = new CancellationTokenSource();
            _connection.Arrive(frame[(cut * 10_000)..((cut + 1) * 10_000)]);
            var receive = link.ReceiveAsync(cancellation.Token).AsTask();
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receive);
        }
        _connection.Arrive(frame[30_000..], Nodes.PayloadFrame(Nodes.Payload(2, 5)));
        Assert.Equal(Nodes.Payload(1, 50_000), (await link.ReceiveAsync()).Value);
        Assert.Equal(Nodes.Payload(2, 5), (await link.ReceiveAsync()).Value);
    }

    [Fact]
    public async Task Payloads_are_whole_however_the_stream_cuts_them()
    {
        var link = await OpenAsync();
        var random = new Random(3);
        int[] sizes = [1, 2, 3, 100, 8191, 8192, 8193, 16380, 16384, 16385, 70_000, 1 << 20, .. Enumerable.Range(0, 50).Select(_ => random.Next(1, 40_000))];
        byte[] all = [.. sizes.SelectMany((size, number) => Nodes.PayloadFrame(Nodes.Payload(number, Math.Max(4, size))))];
        for (var at = 0; at < all.Length;)
        {
            var piece = Math.Min(random.Next(1, random.Next(2) == 0 ? 10 : 100_000), all.Length - at);
            _connection.Arrive(all[at..(at + piece)]);
            at += piece;
        }
        for (var number = 0; number < sizes.Length; number++)
            Assert.Equal(Nodes.Payload(number, Math.Max(4, sizes[number])), (await link.ReceiveAsync()).Value.ToArray());
        Assert.Equal(all.Length + Nodes.Opening(Nodes.Node(1)).Length, link.Counters.BytesIn);
        Assert.Equal(sizes.Length, link.Counters.PayloadsIn);
    }

    [Fact]
    public async Task Nothing_is_read_before_it_is_asked_for()
    {
        var link = await OpenAsync(new StreamLinkSettings { ReadBufferBytes = 2048 });
        var opening = link.Counters.BytesIn;
        _connection.Arrive([.. Enumerable.Range(0, 100).Select(number => Nodes.PayloadFrame(Nodes.Payload(number, 1000)))]);
        Assert.Equal(opening, link.Counters.BytesIn);
        for (var received = 1; received <= 100; received++)
        {
            Assert.Null((await link.ReceiveAsync()).Error);
            Assert.InRange(link.Counters.BytesIn - opening, received * 1004, received * 1004 + 2048);
        }
    }

    [Fact]
    public async Task A_second_receiver_is_a_bug()
    {
        var link = await OpenAsync();
        var first = link.ReceiveAsync().AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await link.ReceiveAsync());
        _connection.Arrive(Nodes.PayloadFrame(Nodes.Payload(1, 5)));
        Assert.Equal(Nodes.Payload(1, 5), (await first).Value);
    }

    [Fact]
    public async Task A_payload_that_no_link_can_carry_is_a_bug_and_the_link_lives_on()
    {
        var link = await OpenAsync();
        await Assert.ThrowsAsync<ArgumentException>(async () => await link.SendAsync(ReadOnlyMemory<byte>.Empty));
        await Assert.ThrowsAsync<ArgumentException>(async () => await link.SendAsync(new byte[Nodes.MaxPayloadBytes + 1]));
        Assert.Null(await link.SendAsync(new byte[Nodes.MaxPayloadBytes]));
        Assert.Equal(FrameHeader.Size + Nodes.MaxPayloadBytes, (await _connection.NextWrite()).Length);
    }

    [Fact]
    public async Task A_quiet_end_sends_a_keep_alive_each_interval_and_a_busy_one_none()
    {
        var link = await OpenAsync();
        _time.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(new byte[4], await _connection.NextWrite());
        _time.Advance(TimeSpan.FromSeconds(39));
        Assert.Null(await link.SendAsync(Nodes.Payload(1, 5)));
        Assert.Equal(Nodes.PayloadFrame(Nodes.Payload(1, 5)), await _connection.NextWrite());
        await UntilCounted(link, payloadsOut: 1);

        _time.Advance(TimeSpan.FromSeconds(39));
        Assert.Null(await link.SendAsync(Nodes.Payload(2, 5)));
        Assert.Equal(Nodes.PayloadFrame(Nodes.Payload(2, 5)), await _connection.NextWrite());
        await UntilCounted(link, payloadsOut: 2);
        _time.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(new byte[4], await _connection.NextWrite());
    }

    [Fact]
    public async Task Keep_alives_do_not_pile_up_behind_a_write_that_hangs()
    {
        var link = await OpenAsync();
        _connection.HoldWrites();
        Assert.Null(await link.SendAsync(Nodes.Payload(1, 5)));
        await _connection.NextWrite();
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Null(await link.SendAsync(Nodes.Payload(2, 5)));
        _connection.ReleaseWrites();
        Assert.Equal(Nodes.PayloadFrame(Nodes.Payload(2, 5)), await _connection.NextWrite());
    }

    [Fact]
    public async Task A_peer_that_says_nothing_is_given_up_at_the_dead_time_and_not_before()
    {
        var link = await OpenAsync();
        var receive = link.ReceiveAsync().AsTask();
        _time.Advance(TimeSpan.FromSeconds(90) - TimeSpan.FromTicks(1));
        Assert.False(receive.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));

        var error = (await receive).Error!;
        Assert.Equal(SyncErrorKind.Unreachable, error.Kind);
        Assert.Contains("silent for 90 s", error.Message, StringComparison.Ordinal);
        await _connection.Aborted;
        Assert.Equal(error, await link.SendAsync(Nodes.Payload(1, 5)));
        Assert.Equal(error, (await link.ReceiveAsync()).Error);
    }

    [Fact]
    public async Task Keep_alives_keep_a_quiet_peer_alive()
    {
        var link = await OpenAsync();
        var receive = link.ReceiveAsync().AsTask();
        for (var i = 0; i < 10; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(89));
            var before = link.Counters.BytesIn;
            _connection.Arrive(new byte[4]);
            await UntilAsync(() => link.Counters.BytesIn == before + 4);
        }
        _connection.Arrive(Nodes.PayloadFrame(Nodes.Payload(1, 5)));
        Assert.Equal(Nodes.Payload(1, 5), (await receive).Value);
        Assert.Equal(1, link.Counters.PayloadsIn);
    }

    [Fact]
    public async Task A_node_that_does_not_read_does_not_blame_the_peer()
    {
        var link = await OpenAsync();
        _time.Advance(TimeSpan.FromMinutes(10));
        _connection.Arrive(Nodes.PayloadFrame(Nodes.Payload(1, 5)));
        Assert.Equal(Nodes.Payload(1, 5), (await link.ReceiveAsync()).Value);
    }

    [Fact]
    public async Task Closing_writes_out_what_is_queued_and_later_calls_get_the_reason()
    {
        var link = await OpenAsync();
        _connection.HoldWrites();
        Assert.Null(await link.SendAsync(Nodes.Payload(1, 5)));
        await _connection.NextWrite();
        Assert.Null(await link.SendAsync(Nodes.Payload(2, 5)));
        var receive = link.ReceiveAsync().AsTask();

        var closing = link.DisposeAsync().AsTask();
        Assert.Equal(SyncErrorKind.ShuttingDown, (await link.SendAsync(Nodes.Payload(3, 5)))!.Kind);
        Assert.False(closing.IsCompleted);
        _connection.ReleaseWrites();
        Assert.Equal(Nodes.PayloadFrame(Nodes.Payload(2, 5)), await _connection.NextWrite());
        await closing;
        Assert.Equal(SyncErrorKind.ShuttingDown, (await receive).Error!.Kind);
        await link.DisposeAsync();
    }

    [Fact]
    public async Task Closing_waits_for_a_peer_that_takes_nothing_only_so_long()
    {
        var link = await OpenAsync(new StreamLinkSettings { MaxQueueBytes = 100 });
        _connection.HoldWrites();
        Assert.Null(await link.SendAsync(Nodes.Payload(1, 90)));
        var waiting = link.SendAsync(Nodes.Payload(2, 90)).AsTask();
        var closing = link.DisposeAsync().AsTask();
        Assert.Equal(SyncErrorKind.ShuttingDown, (await waiting)!.Kind);
        _time.Advance(TimeSpan.FromSeconds(5));
        await closing;
        await _connection.Aborted;
    }

    [Fact]
    public async Task Control_frames_of_later_versions_are_skipped()
    {
        var link = await OpenAsync();
        _connection.Arrive(Convert.FromHexString("03000080" + "7f" + "abcd"), Nodes.PayloadFrame(Nodes.Payload(1, 5)));
        Assert.Equal(Nodes.Payload(1, 5), (await link.ReceiveAsync()).Value);
    }

    [Theory]
    [InlineData("01001000", SyncErrorKind.LimitExceeded)]            // a payload of the agreed size and one byte
    [InlineData("ffffff7f", SyncErrorKind.LimitExceeded)]
    [InlineData("00000080", SyncErrorKind.LimitExceeded)]            // a control frame of nothing
    [InlineData("01040080", SyncErrorKind.LimitExceeded)]            // a control frame of 1025 bytes
    [InlineData("0200008001ff", SyncErrorKind.MalformedPayload)]     // a second hello
    public async Task A_frame_that_breaks_the_rules_ends_the_link_with_a_refusal(string hex, SyncErrorKind kind)
    {
        var link = await OpenAsync();
        _connection.HoldWrites();
        Assert.Null(await link.SendAsync(Nodes.Payload(1, 5)));
        await _connection.NextWrite();
        Assert.Null(await link.SendAsync(Nodes.Payload(2, 5)));

        _connection.Arrive(Convert.FromHexString(hex));
        var error = (await link.ReceiveAsync()).Error!;
        Assert.Equal(kind, error.Kind);
        _connection.ReleaseWrites();
        var refusal = await _connection.NextWrite();
        Assert.Equal(kind, Refusal.Read(refusal.AsSpan(5)).Kind);
        await _connection.Aborted;
        Assert.Equal(error, (await link.ReceiveAsync()).Error);
        Assert.Equal(error, await link.SendAsync(Nodes.Payload(3, 5)));
    }

    [Fact]
    public async Task A_refusal_by_the_peer_is_the_reason_the_link_ends()
    {
        var link = await OpenAsync();
        _connection.Arrive(HandshakeCodec.WriteRefusal(new SyncError(SyncErrorKind.Busy, "too many links")));
        var error = (await link.ReceiveAsync()).Error!;
        Assert.Equal(SyncErrorKind.Busy, error.Kind);
        Assert.Contains("too many links", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Waits for something that another thread is about to do, giving way to it.</summary>
    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Yield();
    }

    private static Task UntilCounted(ILink link, long payloadsOut) => UntilAsync(() => link.Counters.PayloadsOut == payloadsOut);
}

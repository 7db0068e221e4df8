using ActorSync.Peers;
using ActorSync.Transport.Memory;
using ActorSync.Transport.Tests.Support;

namespace ActorSync.Transport.Tests;

public class MemoryLinkTests
{
    private static (MemoryLink One, MemoryLink Other) Pair(MemoryLinkSettings? settings = null, TimeProvider? time = null) =>
        MemoryLink.CreatePair(Nodes.Node(1, 5000), Nodes.Node(2, 4096), settings, time).Value;

    /// <summary>Sends so many payloads, closes, and gives the numbers of those that arrived, in order of arrival.</summary>
    private static async Task<List<int>> ArrivedAsync(MemoryLinkFaults faults, int payloads, TimeProvider? time = null)
    {
        var (one, other) = Pair(new MemoryLinkSettings { Faults = faults }, time);
        for (var number = 0; number < payloads; number++)
            Assert.Null(await one.SendAsync(Nodes.Payload(number, 8)));
        await one.DisposeAsync();
        var arrived = new List<int>();
        while ((await other.ReceiveAsync()).TryGet(out var payload, out _))
            arrived.Add(BitConverter.ToInt32(payload.Span));
        return arrived;
    }

    [Fact]
    public async Task Both_ends_agree_as_over_a_network_and_count_the_same()
    {
        var (one, other) = Pair();
        Assert.Equal(Nodes.Node(2).Self, one.Peer);
        Assert.Equal(Nodes.Node(1).Self, other.Peer);
        Assert.Equal(4096, one.MaxPayloadBytes);
        Assert.Equal(4096, other.MaxPayloadBytes);

        Assert.Null(await one.SendAsync(Nodes.Payload(1, 4096)));
        Assert.Null(await other.SendAsync(Nodes.Payload(2, 4)));
        Assert.Equal(Nodes.Payload(1, 4096), (await other.ReceiveAsync()).Value.ToArray());
        Assert.Equal(Nodes.Payload(2, 4), (await one.ReceiveAsync()).Value.ToArray());
        Assert.Equal(new LinkCounters(8, 4100, 1, 1), one.Counters);
        Assert.Equal(new LinkCounters(4100, 8, 1, 1), other.Counters);
        await Assert.ThrowsAsync<ArgumentException>(async () => await one.SendAsync(new byte[4097]));
        await Assert.ThrowsAsync<ArgumentException>(async () => await one.SendAsync(default));
    }

    [Fact]
    public async Task The_memory_of_a_payload_is_the_senders_again()
    {
        var (one, other) = Pair();
        var payload = Nodes.Payload(1, 10);
        Assert.Null(await one.SendAsync(payload));
        Array.Clear(payload);
        Assert.Equal(Nodes.Payload(1, 10), (await other.ReceiveAsync()).Value.ToArray());
    }

    [Fact]
    public async Task A_full_queue_makes_the_sender_wait_until_the_receiver_takes()
    {
        var (one, other) = Pair(new MemoryLinkSettings { MaxQueueBytes = 208 });
        Assert.Null(await one.SendAsync(Nodes.Payload(1, 100)));
        Assert.Null(await one.SendAsync(Nodes.Payload(2, 100)));
        var third = one.SendAsync(Nodes.Payload(3, 100)).AsTask();
        Assert.False(third.IsCompleted);
        Assert.Equal(Nodes.Payload(1, 100), (await other.ReceiveAsync()).Value.ToArray());
        Assert.Null(await third);
    }

    [Fact]
    public async Task Closing_delivers_what_was_sent_and_then_says_so()
    {
        var (one, other) = Pair();
        Assert.Null(await one.SendAsync(Nodes.Payload(1, 10)));
        await one.DisposeAsync();
        Assert.Equal(Nodes.Payload(1, 10), (await other.ReceiveAsync()).Value.ToArray());
        var error = await Nodes.ErrorOf(other.ReceiveAsync());
        Assert.Equal(SyncErrorKind.Unreachable, error.Kind);
        Assert.EndsWith("closed by peer", error.Message, StringComparison.Ordinal);
        Assert.Equal(SyncErrorKind.Unreachable, (await other.SendAsync(new byte[1]))!.Kind);
        Assert.Equal(SyncErrorKind.ShuttingDown, (await one.SendAsync(new byte[1]))!.Kind);
        Assert.Equal(SyncErrorKind.ShuttingDown, (await Nodes.ErrorOf(one.ReceiveAsync())).Kind);
    }

    [Fact]
    public async Task A_broken_link_loses_what_was_on_its_way_and_tells_both_ends()
    {
        var (one, other) = Pair();
        var receiving = one.ReceiveAsync();
        Assert.Null(await one.SendAsync(Nodes.Payload(1, 10)));
        other.Break();
        Assert.Contains("connection lost", (await Nodes.ErrorOf(other.ReceiveAsync())).Message, StringComparison.Ordinal);
        Assert.Contains("connection lost", (await Nodes.ErrorOf(receiving)).Message, StringComparison.Ordinal);
        Assert.NotNull(await one.SendAsync(new byte[1]));
    }

    [Fact]
    public async Task A_cancelled_receive_loses_nothing()
    {
        var (one, other) = Pair();
        using var cancellation = new CancellationTokenSource();
        var receiving = other.ReceiveAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);
        Assert.Null(await one.SendAsync(Nodes.Payload(1, 10)));
        Assert.Equal(Nodes.Payload(1, 10), (await other.ReceiveAsync()).Value.ToArray());
    }

    [Fact]
    public async Task Faults_happen_about_as_often_as_asked_for()
    {
        var all = Enumerable.Range(0, 1000);
        Assert.Equal(all, await ArrivedAsync(new MemoryLinkFaults(), 1000));

        var dropped = await ArrivedAsync(new MemoryLinkFaults { Drop = 0.3 }, 1000);
        Assert.InRange(dropped.Count, 600, 800);
        Assert.Equal(dropped.Order(), dropped);

        var duplicated = await ArrivedAsync(new MemoryLinkFaults { Duplicate = 0.3 }, 1000);
        Assert.InRange(duplicated.Count, 1200, 1400);
        Assert.Equal(all, duplicated.Distinct());

        var reordered = await ArrivedAsync(new MemoryLinkFaults { Reorder = 0.3 }, 1000);
        Assert.Equal(all, reordered.Order());
        Assert.InRange(reordered.Zip(reordered.Skip(1)).Count(pair => pair.First > pair.Second), 150, 350);
    }

    [Fact]
    public async Task Dropped_and_repeated_payloads_leave_the_queue_as_empty_as_it_was()
    {
        var (one, other) = Pair(new MemoryLinkSettings { MaxQueueBytes = 100, Faults = new MemoryLinkFaults { Drop = 0.4, Duplicate = 0.4 } });
        var sending = Task.Run(async () =>
        {
            for (var number = 0; number < 1000; number++)
                Assert.Null(await one.SendAsync(Nodes.Payload(number, 50)));
            await one.DisposeAsync();
        });
        var arrived = 0;
        while ((await other.ReceiveAsync()).Error is null)
            arrived++;
        await sending;
        Assert.InRange(arrived, 500, 1100);
    }

    [Fact]
    public async Task Delays_pass_with_the_clock_and_let_others_overtake()
    {
        var time = new FakeTime();
        var (one, other) = Pair(new MemoryLinkSettings { Faults = new MemoryLinkFaults { Delay = 1, MaxDelay = TimeSpan.FromSeconds(1) } }, time);
        for (var number = 0; number < 50; number++)
            Assert.Null(await one.SendAsync(Nodes.Payload(number, 8)));
        var first = other.ReceiveAsync().AsTask();
        Assert.False(first.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        var arrived = new List<int> { BitConverter.ToInt32((await first).Value.Span) };
        while (arrived.Count < 50)
            arrived.Add(BitConverter.ToInt32((await other.ReceiveAsync()).Value.Span));
        Assert.Equal(Enumerable.Range(0, 50), arrived.Order());
        Assert.NotEqual(arrived.Order(), arrived);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_faults_and_another_seed_others()
    {
        var faults = new MemoryLinkFaults { Seed = 4, Drop = 0.2, Duplicate = 0.2, Reorder = 0.2, Delay = 0.2 };
        var first = await ArrivedAsync(faults, 200, new FakeTime());
        Assert.Equal(first, await ArrivedAsync(faults, 200, new FakeTime()));
        Assert.NotEqual(first, await ArrivedAsync(faults with { Seed = 5 }, 200, new FakeTime()));
    }

    [Fact]
    public async Task A_network_links_nodes_by_name()
    {
        var network = new MemoryLinkNetwork();
        await using var listener = network.Listen("hub", Nodes.Node(1)).Value;
        Assert.Equal("memory://hub", listener.LocalName);
        var connected = (await network.ConnectAsync("memory://hub", Nodes.Node(2))).Value;
        var accepted = (await listener.AcceptAsync())!;
        Assert.Equal("memory://hub", connected.RemoteName);
        Assert.Equal(Nodes.Node(2).Self, accepted.Peer);
        Assert.Null(await connected.SendAsync(Nodes.Payload(1, 10)));
        Assert.Equal(Nodes.Payload(1, 10), (await accepted.ReceiveAsync()).Value.ToArray());
    }

    [Fact]
    public async Task A_network_refuses_as_a_real_one_does()
    {
        var network = new MemoryLinkNetwork(new MemoryLinkSettings { MaxUnclaimedLinks = 1 });
        Assert.Equal(SyncErrorKind.Unreachable, (await Nodes.ErrorOf(network.ConnectAsync("memory://hub", Nodes.Node(2)))).Kind);
        var listener = network.Listen("hub", Nodes.Node(1)).Value;
        Assert.Equal(SyncErrorKind.InvalidRequest, network.Listen("memory://hub", Nodes.Node(3)).Error!.Kind);
        Assert.Equal(SyncErrorKind.InvalidRequest, (await Nodes.ErrorOf(network.ConnectAsync("memory://hub", Nodes.Node(1)))).Kind);

        var unclaimed = (await network.ConnectAsync("memory://hub", Nodes.Node(2))).Value;
        Assert.Equal(SyncErrorKind.Busy, (await Nodes.ErrorOf(network.ConnectAsync("memory://hub", Nodes.Node(3)))).Kind);
        await listener.DisposeAsync();
        Assert.Null(await listener.AcceptAsync());
        Assert.NotNull((await unclaimed.ReceiveAsync()).Error);
        Assert.Null(network.Listen("hub", Nodes.Node(1)).Error);
    }
}

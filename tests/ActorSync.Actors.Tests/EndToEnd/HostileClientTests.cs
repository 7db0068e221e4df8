using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs;
using ActorSync.Peers;
using ActorSync.Transport.Tcp;
using ActorSync.Wire;

namespace ActorSync.Actors.Tests.EndToEnd;

public sealed class HostileClientTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Random_and_mutated_payloads_do_no_harm_and_shut_their_sender_out(int seed)
    {
        await using var node = Nodes.StartTcp(Nodes.MemoryStore(1));
        var graph = await node.FillAsync(20);
        var random = new Random(seed);
        var samples = Samples((await node.ReadAsync(graph)).Value);
        var identity = new LinkIdentity(new PeerIdentity(new NodeId(666), new InstanceId(1)), 1 << 20);
        await using var link = (await new TcpLinkConnector().ConnectAsync(node.ListenName!, identity)).Value;
        var reading = DrainAsync(link);

        // Until the node closes the link, which it must.
        for (var i = 0; i < 100_000 && !reading.IsCompleted; i++)
        {
            if (await link.SendAsync(i % 4 == 0 ? Noise(random) : Mutated(samples[random.Next(samples.Length)], random)) is not null)
                break;
        }
        await reading.WaitAsync(Nodes.Patience);

        var status = await node.StatusAsync();
        Assert.NotEmpty(status.Errors);
        Assert.Equal(21, (await node.ReadAsync(graph)).Value.Count);
        await node.AddAsync(graph, "it goes on");
        await using var friend = Nodes.StartTcp(Nodes.MemoryStore(2));
        Assert.Equal(22, (await friend.PollAsync(node.ListenName!, graph)).Value.Added);

        // Who was shut out comes again: the link is closed at once.
        await using var again = (await new TcpLinkConnector().ConnectAsync(node.ListenName!, identity)).Value;
        await DrainAsync(again).WaitAsync(Nodes.Patience);
    }

    [Fact]
    public async Task A_subscriber_that_never_reads_delays_no_other()
    {
        await using var node = Nodes.StartTcp(Nodes.MemoryStore(1));
        var graph = await node.FillAsync(1);
        var identity = new LinkIdentity(new PeerIdentity(new NodeId(666), new InstanceId(1)), 1 << 20);
        await using var deaf = (await new TcpLinkConnector().ConnectAsync(node.ListenName!, identity)).Value;
        var subscribe = new Subscribe(new SubscriptionId(9), 1, 3600, 1L << 40, [new SubscribeGraph(graph, Sample.Empty with { AllHeads = true })]);
        Assert.Null(await deaf.SendAsync(SyncCodec.Encode(subscribe)));
        await node.WaitForStatusAsync(status => status.OpenSubscriptions == 1);
        await using var friend = Nodes.StartTcp(Nodes.MemoryStore(2));
        Assert.Null(await friend.SubscribeAsync(node.ListenName!, graph));

        // Far more than any queue between the two takes.
        var payload = new byte[700 << 10];
        for (byte i = 0; i < 60; i++)
        {
            payload[0] = i;
            Assert.Null((await node.AddAsync(graph, payload)).Error);
        }
        await friend.WaitForAsync(graph, snapshot => snapshot.Count == 62);
    }

    private static byte[][] Samples(GraphSnapshot snapshot)
    {
        var (session, subscription) = (new SessionId(1), new SubscriptionId(2));
        var sample = new Sample(1, true, [.. snapshot.Heads]);
        var block = CommandBlock.Encode(snapshot.ReadAll());
        SyncMessage[] messages =
        [
            new Poll(session, snapshot.Graph, 0, 0, 16, default, sample), new Credit(session, 1, 20), new SyncResume(session, 0, 16),
            new RequestMissing(session, [0, 1]), new EndSession(session), new Subscribe(subscription, 1, 60, 1 << 20, [new SubscribeGraph(snapshot.Graph, sample)]),
            new Unsubscribe(subscription, 2, [snapshot.Graph]), new Push(subscription, snapshot.Graph, 0, block), new PushAck(subscription, snapshot.Graph, 0, [.. snapshot.Heads]),
            new PollResponse(session, 0, 0, block), new PollEnd(session, 1, false), new SyncFailure(SyncErrorKind.Busy, 1, snapshot.Graph, "no"),
        ];
        return [.. messages.Select(message => SyncCodec.Encode(message).ToArray())];
    }

    private static byte[] Noise(Random random)
    {
        var noise = new byte[random.Next(1, 200)];
        random.NextBytes(noise);
        return noise;
    }

    private static byte[] Mutated(byte[] sample, Random random)
    {
        var payload = sample[..random.Next(1, sample.Length + 1)];
        for (var flips = random.Next(4); flips > 0; flips--)
            payload[random.Next(payload.Length)] ^= (byte)(1 << random.Next(8));
        return payload;
    }

    private static async Task DrainAsync(ILink link)
    {
        while ((await link.ReceiveAsync()).Error is null)
        {
        }
    }
}

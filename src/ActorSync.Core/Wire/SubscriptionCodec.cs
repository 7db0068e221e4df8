using ActorSync.Graphs;

namespace ActorSync.Wire;

/// <summary>The bodies of the messages of a subscription.</summary>
internal static class SubscriptionCodec
{
    // Beside its id a graph takes a sample, at least three bytes, or an answer or a number, at least one.
    private const int MinSubscribeGraph = CommandId.Size + 3;
    private const int MinSubscribedGraph = CommandId.Size + 1;

    public static bool TryWrite(WireWriter to, SyncMessage message)
    {
        switch (message)
        {
            case Subscribe subscribe:
                Write(to, subscribe);
                return true;
            case Subscribed subscribed:
                Write(to, subscribed);
                return true;
            case MaximumSubscriptionsExceeded exceeded:
                to.Fixed64(exceeded.Id.Value);
                to.Number(exceeded.Sequence);
                to.Number(exceeded.Limit);
                return true;
            case Unsubscribe unsubscribe:
                Write(to, unsubscribe);
                return true;
            case Unsubscribed unsubscribed:
                to.Fixed64(unsubscribed.Id.Value);
                to.Number(unsubscribed.Sequence);
                return true;
            case Push push:
                to.Fixed64(push.Id.Value);
                to.Graph(push.Graph);
                to.Number(push.Index);
                to.Raw(push.Commands.Bytes.Span);
                return true;
            case PushAck ack:
                to.Fixed64(ack.Id.Value);
                to.Graph(ack.Graph);
                to.Number(ack.Index);
                to.Addresses(ack.Heads, nameof(ack.Heads));
                return true;
            case NumberGraphs numbers:
                Write(to, numbers);
                return true;
            case ShortPush push:
                to.Number(push.Number);
                to.Number(push.Index);
                to.Raw(push.Commands.Bytes.Span);
                return true;
            case ShortAck ack:
                to.Number(ack.Number);
                to.Number(ack.Index);
                return true;
            case SubscriptionEnded ended:
                to.Fixed64(ended.Id.Value);
                to.Byte((byte)ended.Reason);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Reads the body of a type; null when the type is not of a subscription.</summary>
    public static SyncMessage? Read(ref WireReader from, SyncType type, ReadOnlyMemory<byte> payload) => type switch
    {
        SyncType.Subscribe => new Subscribe(
            Id(ref from), Sequence(ref from), from.UInt32("the seconds open"), from.Number("the bytes"), SubscribeGraphs(ref from)),
        SyncType.Subscribed => new Subscribed(
            Id(ref from), Sequence(ref from), from.UInt32("the seconds left"), from.Number("the bytes left"), SubscribedGraphs(ref from)),
        SyncType.MaximumSubscriptionsExceeded => new MaximumSubscriptionsExceeded(Id(ref from), Sequence(ref from), from.UInt32("the limit")),
        SyncType.Unsubscribe => new Unsubscribe(Id(ref from), Sequence(ref from), Graphs(ref from)),
        SyncType.Unsubscribed => new Unsubscribed(Id(ref from), Sequence(ref from)),
        SyncType.Push => new Push(Id(ref from), from.Graph(), from.UInt32("the index"), PollCodec.Block(ref from, payload)),
        SyncType.PushAck => new PushAck(
            Id(ref from), from.Graph(), from.UInt32("the index"), from.Addresses("the heads", WireLimits.SampleAddresses)),
        SyncType.NumberGraphs => new NumberGraphs(Id(ref from), NumberedGraphs(ref from)),
        SyncType.ShortPush => new ShortPush(from.UInt32("the number"), from.UInt32("the index"), PollCodec.Block(ref from, payload, isShort: true)),
        SyncType.ShortAck => new ShortAck(from.UInt32("the number"), from.UInt32("the index")),
        SyncType.SubscriptionEnded => new SubscriptionEnded(Id(ref from), Reason(ref from)),
        _ => null,
    };

    private static SubscriptionId Id(ref WireReader from) => new(from.Fixed64("the subscription"));

    private static uint Sequence(ref WireReader from) => from.UInt32("the sequence");

    private static void Write(WireWriter to, Subscribe subscribe)
    {
        to.Fixed64(subscribe.Id.Value);
        to.Number(subscribe.Sequence);
        to.Number(subscribe.RemainOpenSeconds);
        to.Number(subscribe.MaxBytes);
        to.Count(subscribe.Graphs.Count, WireLimits.GraphsPerSubscribe, nameof(subscribe.Graphs));
        foreach (var graph in subscribe.Graphs)
        {
            to.Graph(graph.Graph);
            to.Sample(graph.Sample);
        }
    }

    private static SubscribeGraph[] SubscribeGraphs(ref WireReader from)
    {
        var graphs = new SubscribeGraph[from.Count("the graphs", WireLimits.GraphsPerSubscribe, MinSubscribeGraph)];
        for (var i = 0; i < graphs.Length; i++)
            graphs[i] = new SubscribeGraph(from.Graph(), from.Sample());
        return graphs;
    }

    private static void Write(WireWriter to, Subscribed subscribed)
    {
        to.Fixed64(subscribed.Id.Value);
        to.Number(subscribed.Sequence);
        to.Number(subscribed.SecondsLeft);
        to.Number(subscribed.BytesLeft);
        to.Count(subscribed.Graphs.Count, WireLimits.GraphsPerSubscribe, nameof(subscribed.Graphs));
        foreach (var graph in subscribed.Graphs)
        {
            to.Graph(graph.Graph);
            to.Number((ulong)(graph.Refused ?? 0));
            if (graph.Refused is null)
                to.Bits(graph.Known, WireLimits.SampleAddresses, nameof(graph.Known));
            else
                ArgumentOutOfRangeException.ThrowIfNotEqual(graph.Known.Count, 0, nameof(graph.Known));
        }
    }

    private static SubscribedGraph[] SubscribedGraphs(ref WireReader from)
    {
        var graphs = new SubscribedGraph[from.Count("the graphs", WireLimits.GraphsPerSubscribe, MinSubscribedGraph)];
        for (var i = 0; i < graphs.Length; i++)
        {
            var graph = from.Graph();
            var refused = OtherCodec.Kind(ref from, "why a graph was refused", orNone: true);
            graphs[i] = refused == 0
                ? new SubscribedGraph(graph, null, from.Bits("what is known", WireLimits.SampleAddresses))
                : new SubscribedGraph(graph, refused, []);
        }
        return graphs;
    }

    private static void Write(WireWriter to, NumberGraphs numbers)
    {
        to.Fixed64(numbers.Id.Value);
        to.Count(numbers.Graphs.Count, WireLimits.GraphsPerSubscribe, nameof(numbers.Graphs));
        foreach (var (graph, number) in numbers.Graphs)
        {
            to.Graph(graph);
            to.Number(number);
        }
    }

    private static NumberedGraph[] NumberedGraphs(ref WireReader from)
    {
        var graphs = new NumberedGraph[from.Count("the graphs", WireLimits.GraphsPerSubscribe, MinSubscribedGraph)];
        for (var i = 0; i < graphs.Length; i++)
            graphs[i] = new NumberedGraph(from.Graph(), from.UInt32("the number"));
        return graphs;
    }

    private static void Write(WireWriter to, Unsubscribe unsubscribe)
    {
        to.Fixed64(unsubscribe.Id.Value);
        to.Number(unsubscribe.Sequence);
        to.Count(unsubscribe.Graphs.Count, WireLimits.GraphsPerSubscribe, nameof(unsubscribe.Graphs));
        foreach (var graph in unsubscribe.Graphs)
            to.Graph(graph);
    }

    private static GraphId[] Graphs(ref WireReader from)
    {
        var graphs = new GraphId[from.Count("the graphs", WireLimits.GraphsPerSubscribe, CommandId.Size)];
        for (var i = 0; i < graphs.Length; i++)
            graphs[i] = from.Graph();
        return graphs;
    }

    private static SubscriptionEndReason Reason(ref WireReader from)
    {
        var reason = (SubscriptionEndReason)from.Byte("the reason");
        if (!Enum.IsDefined(reason))
            from.Fail(SyncErrorKind.MalformedPayload, $"the reason {(byte)reason} at byte {from.At - 1} is none");
        return reason;
    }
}

using ActorSync.Graphs;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Placement;

namespace ActorSync.Wire;

/// <summary>The bodies of what members say to each other about who holds what, and of what they pass on for others.</summary>
internal static class PlacementCodec
{
    /// <summary>The most bytes of a <see cref="Relay"/> beside the payload it carries.</summary>
    public const int RelayOverhead = SyncCodec.HeaderSize + 5 + 1 + 5;

    public static bool TryWrite(WireWriter to, SyncMessage message)
    {
        switch (message)
        {
            case Hold hold:
                to.Graph(hold.Graph);
                to.Number(hold.Round);
                to.Fixed128(hold.Digest.Value);
                to.Addresses(hold.Heads, nameof(hold.Heads));
                return true;
            case HoldingAck ack:
                to.Graph(ack.Graph);
                to.Number(ack.Round);
                to.Fixed128(ack.Digest.Value);
                to.Flag(ack.IsHolder);
                to.Bits(ack.Held, WireLimits.SampleAddresses, nameof(ack.Held));
                return true;
            case ForwardAction action:
                Write(to, action);
                return true;
            case ForwardResult result:
                Write(to, result);
                return true;
            case RelayOpen open:
                to.Number(open.Channel);
                to.Fixed128(open.Origin.Node.Value);
                to.Fixed64(open.Origin.Instance.Value);
                to.Number(open.MaxPayloadBytes, nameof(open.MaxPayloadBytes));
                return true;
            case Relay relay:
                to.Number(relay.Channel);
                to.Flag(relay.IsBack);
                WritePayload(to, relay.Payload);
                return true;
            case RelayClose close:
                to.Number(close.Channel);
                to.Flag(close.IsBack);
                to.Number((ulong)(close.Why ?? 0));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Reads the body of a type; null when the type is none of these.</summary>
    public static SyncMessage? Read(ref WireReader from, SyncType type, ReadOnlyMemory<byte> payload) => type switch
    {
        SyncType.Hold => new Hold(from.Graph(), from.UInt32("the round"), Digest(ref from), from.Addresses("the heads", WireLimits.SampleAddresses)),
        SyncType.HoldingAck => new HoldingAck(
            from.Graph(), from.UInt32("the round"), Digest(ref from), from.Flag("whether it is a holder"), from.Bits("the heads held", WireLimits.SampleAddresses)),
        SyncType.ForwardAction => new ForwardAction(
            from.Fixed64("the token"), from.Graph(), ReadPriority(ref from), from.Flag("whether it is to be replicated") ? AckMode.Replicated : AckMode.Local,
            from.UInt32("the time to wait"), Payload(ref from, payload)),
        SyncType.ForwardResult => Result(ref from),
        SyncType.RelayOpen => new RelayOpen(
            from.UInt32("the channel"), new PeerIdentity(new NodeId(from.Fixed128("the node")), new InstanceId(from.Fixed64("its instance"))), from.Int32("the payload bytes")),
        SyncType.Relay => new Relay(from.UInt32("the channel"), from.Flag("whether it is for the peer"), Payload(ref from, payload)),
        SyncType.RelayClose => new RelayClose(from.UInt32("the channel"), from.Flag("whether the holder says so"), Why(ref from)),
        _ => null,
    };

    private static void Write(WireWriter to, ForwardAction action)
    {
        if (action.Priority.Kind is not (PriorityKind.Basic or PriorityKind.Finalize))
            throw new ArgumentException($"an action is basic or finalize, not {action.Priority}", nameof(action));
        to.Fixed64(action.Token);
        to.Graph(action.Graph);
        to.Flag(action.Priority == Priority.Finalize);
        if (action.Priority != Priority.Finalize)
            to.Number(action.Priority.Value);
        to.Flag(action.Ack == AckMode.Replicated);
        to.Number(action.WithinMilliseconds);
        WritePayload(to, action.Payload);
    }

    private static void Write(WireWriter to, ForwardResult result)
    {
        to.Fixed64(result.Token);
        to.Flag(result.Command is not null);
        if (result.Command is { } command)
            to.Address(command);
        to.Number((ulong)(result.Why ?? 0));
        if (result.Why is not null)
            to.Text(result.Sentence, WireLimits.SentenceBytes);
    }

    private static ForwardResult Result(ref WireReader from)
    {
        var token = from.Fixed64("the token");
        var at = from.At;
        var command = from.Flag("whether it is durable") ? from.Address("the command") : (Address?)null;
        var why = Why(ref from);
        if (command is null && why is null)
            from.Fail(SyncErrorKind.MalformedPayload, $"a result at byte {at} that is neither a command nor an error");
        return new ForwardResult(token, command, why, why is null ? "" : from.Text("the sentence", WireLimits.SentenceBytes));
    }

    private static Priority ReadPriority(ref WireReader from) =>
        from.Flag("whether it finalizes") ? Priority.Finalize : Priority.Basic(from.UInt32("the priority"));

    private static SyncErrorKind? Why(ref WireReader from) =>
        OtherCodec.Kind(ref from, "the kind of error", orNone: true) is var kind && kind == 0 ? null : kind;

    private static MembershipDigest Digest(ref WireReader from) => new(from.Fixed128("the digest"));

    private static void WritePayload(WireWriter to, ReadOnlyMemory<byte> bytes)
    {
        to.Number((ulong)bytes.Length);
        to.Raw(bytes.Span);
    }

    // A slice of what was received, not copied.
    private static ReadOnlyMemory<byte> Payload(ref WireReader from, ReadOnlyMemory<byte> received)
    {
        var size = from.Count("the payload", int.MaxValue);
        var at = from.At;
        from.Take("the payload", size);
        return from.Error is null ? received.Slice(at, size) : default;
    }
}

namespace ActorSync.Wire;

/// <summary>
/// Messages to payloads and back. A payload is a byte of version, a byte of <see cref="SyncType"/> and the body, whose
/// fields follow each other in the order of the message's record:
/// <code>
/// numbers, counts          varint, in its shortest form
/// ids of commands, graphs  32 bytes
/// sessions, subscriptions  8 bytes, lowest first
/// addresses                id, varint max cut
/// lists                    varint count, then the items
/// bits                     varint count, then eight a byte, lowest first
/// digests, positions       16 bytes, highest first
/// commands                 a <see cref="CommandBlock"/>, to the end of the payload
/// </code>
/// </summary>
public static class SyncCodec
{
    /// <summary>Bytes before the body.</summary>
    internal const int HeaderSize = 2;

    /// <summary>Bytes of a <see cref="Push"/> beside its block: a payload of n bytes has room for a block of n less this.</summary>
    public static int PushOverhead(uint index) =>
        HeaderSize + sizeof(ulong) + Graphs.CommandId.Size + Varint.Size(index);

    /// <summary>The same of a <see cref="ShortPush"/>.</summary>
    public static int ShortPushOverhead(uint number, uint index) => HeaderSize + Varint.Size(number) + Varint.Size(index);

    /// <summary>
    /// Bytes of a <see cref="PollResponse"/> beside its block: a payload of n bytes has room for a block of n less this.
    /// </summary>
    /// <param name="index">The part's number.</param>
    /// <param name="left">Commands after the part, or any greater number when the part's own are not counted yet.</param>
    public static int PollResponseOverhead(int index, long left) =>
        HeaderSize + sizeof(ulong) + Varint.Size((ulong)index) + Varint.Size((ulong)left);

    /// <summary>The most bytes of a <see cref="Subscribe"/> beside its graphs.</summary>
    internal const int SubscribeOverhead = HeaderSize + sizeof(ulong) + 5 + 5 + 10 + 1;

    /// <summary>Bytes of a graph in a <see cref="Subscribe"/>.</summary>
    internal static int SizeOf(SubscribeGraph graph) =>
        Graphs.CommandId.Size + Varint.Size((ulong)graph.Sample.Addresses.Count) + Varint.Size((ulong)graph.Sample.HeadCount) + 1
        + graph.Sample.Addresses.Sum(address => Graphs.CommandId.Size + Varint.Size((ulong)address.MaxCut));

    /// <summary>Writes a message. The memory is the caller's to keep.</summary>
    /// <exception cref="ArgumentException">A field that no peer would read: a list over its limit, a negative number.</exception>
    public static ReadOnlyMemory<byte> Encode(SyncMessage message)
    {
        var writer = new WireWriter(message switch
        {
            Push push => PushOverhead(push.Index) + push.Commands.Bytes.Length,
            ShortPush push => ShortPushOverhead(push.Number, push.Index) + push.Commands.Bytes.Length,
            PollResponse response => PollResponseOverhead(response.Index, response.Left) + response.Commands.Bytes.Length,
            Relay relay => PlacementCodec.RelayOverhead + relay.Payload.Length,
            ForwardAction action => 128 + action.Payload.Length,
            _ => 192,
        });
        writer.Byte(WireLimits.Version);
        writer.Byte((byte)message.Type);
        if (!PollCodec.TryWrite(writer, message) && !SubscriptionCodec.TryWrite(writer, message) && !OtherCodec.TryWrite(writer, message)
            && !StateCodec.TryWrite(writer, message) && !MemberCodec.TryWrite(writer, message) && !PlacementCodec.TryWrite(writer, message))
            throw new ArgumentException($"{message.GetType()} is no message of the protocol", nameof(message));
        return writer.Written;
    }

    /// <summary>
    /// Reads a payload. A block of commands is a slice of it, not decoded yet: the payload must not change afterwards.
    /// </summary>
    /// <returns>The message, or UnknownVersion, UnknownType, MalformedPayload or LimitExceeded.</returns>
    public static Result<SyncMessage> Decode(ReadOnlyMemory<byte> payload, WireLimits limits)
    {
        if (payload.Length > limits.PayloadBytes)
            return new SyncError(SyncErrorKind.LimitExceeded, $"a payload of {payload.Length} bytes, and at most {limits.PayloadBytes} are allowed");
        if (!PeekType(payload.Span).TryGet(out var type, out var unknown))
            return unknown;
        var reader = new WireReader(payload.Span);
        reader.Take("the header", HeaderSize);
        var message = PollCodec.Read(ref reader, type, payload) ?? SubscriptionCodec.Read(ref reader, type, payload) ?? OtherCodec.Read(ref reader, type)
            ?? StateCodec.Read(ref reader, type) ?? MemberCodec.Read(ref reader, type) ?? PlacementCodec.Read(ref reader, type, payload);
        reader.End();
        return reader.Error is { } error ? new SyncError(error.Kind, $"a {type} payload of {payload.Length} bytes: {error.Message}") : message!;
    }

    /// <summary>The type of a payload, without its body. UnknownVersion, UnknownType, or MalformedPayload when it is cut.</summary>
    public static Result<SyncType> PeekType(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < HeaderSize)
            return new SyncError(SyncErrorKind.MalformedPayload, $"a payload of {payload.Length} bytes: it takes at least {HeaderSize}, version and type");
        if (payload[0] != WireLimits.Version)
            return new SyncError(SyncErrorKind.UnknownVersion, $"a payload of version {payload[0]}: this node speaks version {WireLimits.Version}");
        var type = (SyncType)payload[1];
        return Enum.IsDefined(type) ? type : new SyncError(SyncErrorKind.UnknownType, $"a payload of type {payload[1]}, which this node does not know");
    }
}

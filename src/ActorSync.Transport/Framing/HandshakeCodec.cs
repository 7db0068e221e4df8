namespace ActorSync.Transport.Framing;

/// <summary>What the bytes received so far come to.</summary>
internal enum HandshakeState
{
    /// <summary>So far right, not yet whole.</summary>
    NeedMore,

    /// <summary>The other end's hello.</summary>
    Hello,

    /// <summary>The other end refused: it will say no more.</summary>
    Refused,

    /// <summary>Not an opening of a link: this end refuses.</summary>
    Wrong,
}

/// <summary>The state, with the hello or the error, and how many bytes they took.</summary>
internal readonly record struct HandshakeStep(HandshakeState State, int ConsumedBytes = 0, Hello Hello = default, SyncError? Error = null);

/// <summary>
/// The opening of a link, as bytes and nothing else: four bytes of magic, then frames, of which the first is a hello or
/// a refusal. Garbage is known by its first byte; a length is judged before the bytes behind it are waited for.
/// </summary>
internal static class HandshakeCodec
{
    /// <summary>The longest opening that is read, in bytes.</summary>
    public const int MaxOpeningBytes = MagicSize + FrameHeader.Size + FrameHeader.MaxControlBytes;

    private const int MagicSize = 4;
    private const byte HelloFrame = 1;
    private const byte RefusalFrame = 2;

    /// <summary>"ASLK": an ActorSync link.</summary>
    public static ReadOnlySpan<byte> Magic => "ASLK"u8;

    /// <summary>The magic and a hello: what an end sends first.</summary>
    public static byte[] WriteOpening(Hello hello)
    {
        var fields = new byte[Hello.Size];
        hello.Write(fields);
        return [.. Magic, .. ControlFrame(HelloFrame, fields)];
    }

    /// <summary>A refusal frame. It stands where any frame may stand.</summary>
    public static byte[] WriteRefusal(SyncError error) => ControlFrame(RefusalFrame, Refusal.Write(error));

    /// <summary>Reads an opening from the start of what has been received.</summary>
    public static HandshakeStep ReadOpening(ReadOnlySpan<byte> received)
    {
        var magic = received[..Math.Min(received.Length, MagicSize)];
        if (!Magic.StartsWith(magic))
            return Wrong(SyncErrorKind.MalformedPayload,
                $"the other end does not speak the ActorSync link protocol: its first bytes are {Convert.ToHexStringLower(magic)}, not {Convert.ToHexStringLower(Magic)}");
        if (received.Length < MagicSize + FrameHeader.Size)
            return new HandshakeStep(HandshakeState.NeedMore);

        var header = FrameHeader.Read(received[MagicSize..]);
        if (header.Kind != FrameKind.Control || header.Length == 0)
            return Wrong(SyncErrorKind.MalformedPayload, "the first frame of the link is not a hello");
        if (header.Length > FrameHeader.MaxControlBytes)
            return Wrong(SyncErrorKind.LimitExceeded, $"the hello is {header.Length} bytes long, the limit is {FrameHeader.MaxControlBytes}");

        var whole = MagicSize + FrameHeader.Size + header.Length;
        return received.Length < whole
            ? new HandshakeStep(HandshakeState.NeedMore)
            : ReadControl(received[(MagicSize + FrameHeader.Size)..whole]) with { ConsumedBytes = whole };
    }

    /// <summary>
    /// Reads the body of a control frame that came after the hello. Null: a kind that this version does not know, which
    /// is skipped.
    /// </summary>
    public static SyncError? ReadLaterControl(ReadOnlySpan<byte> body) => body switch
    {
        [RefusalFrame, .. var refusal] => Refusal.Read(refusal),
        [HelloFrame, ..] => new SyncError(SyncErrorKind.MalformedPayload, "the link got a second hello"),
        _ => null,
    };

    /// <summary>True when the frame's body is the other end's refusal, after which nothing is said to it.</summary>
    public static bool IsRefusal(ReadOnlySpan<byte> body) => body is [RefusalFrame, ..];

    private static HandshakeStep ReadControl(ReadOnlySpan<byte> body) => body switch
    {
        [HelloFrame, .. var fields] => Hello.Read(fields).TryGet(out var hello, out var error)
            ? new HandshakeStep(HandshakeState.Hello, Hello: hello)
            : new HandshakeStep(HandshakeState.Wrong, Error: error),
        [RefusalFrame, .. var refusal] => new HandshakeStep(HandshakeState.Refused, Error: Refusal.Read(refusal)),
        _ => Wrong(SyncErrorKind.MalformedPayload, $"the first frame of the link is of the unknown kind {body[0]}, not a hello"),
    };

    private static byte[] ControlFrame(byte kind, ReadOnlySpan<byte> body)
    {
        var frame = new byte[FrameHeader.Size + 1 + body.Length];
        new FrameHeader(FrameKind.Control, 1 + body.Length).Write(frame);
        frame[FrameHeader.Size] = kind;
        body.CopyTo(frame.AsSpan(FrameHeader.Size + 1));
        return frame;
    }

    private static HandshakeStep Wrong(SyncErrorKind kind, string message) =>
        new(HandshakeState.Wrong, Error: new SyncError(kind, message));
}

using ActorSync.Peers;
using ActorSync.Transport.Framing;

namespace ActorSync.Transport.Memory;

/// <summary>One end of a link in memory, with the rules of a link over a network: identities, limits, back-pressure, one end.</summary>
public sealed class MemoryLink : ILink
{
    private readonly MemoryPipe _out;
    private readonly MemoryPipe _in;

    private MemoryLink(Agreement agreement, string remoteName, MemoryPipe outward, MemoryPipe inward)
    {
        Peer = agreement.Peer;
        MaxPayloadBytes = agreement.MaxPayloadBytes;
        RemoteName = remoteName;
        _out = outward;
        _in = inward;
    }

    public PeerIdentity Peer { get; }

    public string RemoteName { get; }

    public int MaxPayloadBytes { get; }

    /// <summary>What a stream would cost, so that budgets of bytes mean the same on both.</summary>
    public int FrameOverheadBytes => FrameHeader.Size;

    public LinkCounters Counters => new(_in.Received.Bytes, _out.Sent.Bytes, _in.Received.Payloads, _out.Sent.Payloads);

    /// <summary>Two ends of one link, after a handshake that may fail as any other.</summary>
    /// <param name="one">The node of the first end.</param>
    /// <param name="other">The node of the second end.</param>
    /// <param name="settings">Limits and faults; the defaults, without faults, when null.</param>
    /// <param name="time">The clock of delays; the system's when null.</param>
    public static Result<(MemoryLink One, MemoryLink Other)> CreatePair(
        LinkIdentity one, LinkIdentity other, MemoryLinkSettings? settings = null, TimeProvider? time = null)
    {
        settings ??= new MemoryLinkSettings();
        return CreatePair(one, other, ("memory://one", "memory://other"), settings, time ?? TimeProvider.System, settings.Faults?.Seed ?? 0);
    }

    /// <inheritdoc/>
    public ValueTask<SyncError?> SendAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation = default)
    {
        LinkLimits.CheckPayload(payload, MaxPayloadBytes);
        return _out.SendAsync(payload, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask<Result<ReadOnlyMemory<byte>>> ReceiveAsync(CancellationToken cancellation = default) => _in.ReceiveAsync(cancellation);

    /// <summary>Ends the link as a cut cable would: both ends get an error, what was on its way is lost.</summary>
    public void Break()
    {
        var lost = new SyncError(SyncErrorKind.Unreachable, $"link to {RemoteName}: connection lost");
        foreach (var pipe in (MemoryPipe[])[_out, _in])
        {
            pipe.Close(lost, lost);
            pipe.Drain();
        }
    }

    /// <summary>Ends the link. What was sent still arrives, then the other end gets its error.</summary>
    public ValueTask DisposeAsync()
    {
        var own = new SyncError(SyncErrorKind.ShuttingDown, $"this node closed the link to {RemoteName}");
        var theirs = new SyncError(SyncErrorKind.Unreachable, "closed by peer");
        _out.Close(senderSees: own, receiverSees: theirs);
        _in.Close(senderSees: theirs, receiverSees: own);
        _in.Drain();
        return ValueTask.CompletedTask;
    }

    internal static Result<(MemoryLink One, MemoryLink Other)> CreatePair(
        LinkIdentity one, LinkIdentity other, (string One, string Other) names, MemoryLinkSettings settings, TimeProvider time, int seed)
    {
        if ((LinkLimits.Check(one) ?? LinkLimits.Check(other)) is { } wrong)
            return wrong;
        var helloOfOne = LinkLimits.HelloOf(one, VersionRange.Current);
        var helloOfOther = LinkLimits.HelloOf(other, VersionRange.Current);
        if (!Agreement.Of(helloOfOne, helloOfOther).TryGet(out var agreedByOne, out var error))
            return error;
        var agreedByOther = Agreement.Of(helloOfOther, helloOfOne).Value;

        var seeds = new Random(seed);
        var toOther = NewPipe();
        var toOne = NewPipe();
        return (new MemoryLink(agreedByOne, names.Other, toOther, toOne), new MemoryLink(agreedByOther, names.One, toOne, toOther));

        MemoryPipe NewPipe() =>
            new(settings.MaxQueueBytes, settings.Faults is { } faults ? new FaultSource(faults, seeds.Next()) : null, time);
    }
}

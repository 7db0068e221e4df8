using System.Buffers.Binary;
using ActorSync.Peers;

namespace ActorSync.Transport.Framing;

/// <summary>The protocol versions that a node speaks, both ends included.</summary>
internal readonly record struct VersionRange(ushort Lowest, ushort Highest)
{
    /// <summary>What this code speaks.</summary>
    public static readonly VersionRange Current = new(1, 1);

    /// <summary>The highest version that both speak, or null.</summary>
    public ushort? HighestCommon(VersionRange other)
    {
        var version = Math.Min(Highest, other.Highest);
        return version >= Math.Max(Lowest, other.Lowest) ? version : null;
    }

    public override string ToString() => $"{Lowest}..{Highest}";
}

/// <summary>
/// What each end of a link says first. On the wire, after the byte that names the control frame: lowest and highest
/// version (u16 each), node id (16 bytes) and instance id (8 bytes) in the order they are printed, largest payload
/// (u32 bytes). Numbers are little-endian. What a later version appends is skipped.
/// </summary>
internal readonly record struct Hello(VersionRange Versions, PeerIdentity Self, uint MaxPayloadBytes)
{
    /// <summary>Bytes of the fields that this version knows.</summary>
    public const int Size = 2 + 2 + NodeId.Size + 8 + 4;

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, Versions.Lowest);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], Versions.Highest);
        BinaryPrimitives.WriteUInt128BigEndian(destination[4..], Self.Node.Value);
        BinaryPrimitives.WriteUInt64BigEndian(destination[20..], Self.Instance.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[28..], MaxPayloadBytes);
    }

    public static Result<Hello> Read(ReadOnlySpan<byte> fields)
    {
        if (fields.Length < Size)
            return new SyncError(SyncErrorKind.MalformedPayload, $"the hello has {fields.Length} bytes of fields, at least {Size} are needed");
        var versions = new VersionRange(BinaryPrimitives.ReadUInt16LittleEndian(fields), BinaryPrimitives.ReadUInt16LittleEndian(fields[2..]));
        if (versions.Lowest == 0 || versions.Lowest > versions.Highest)
            return new SyncError(SyncErrorKind.MalformedPayload, $"the hello names the versions {versions}, which is no range");
        var maxPayloadBytes = BinaryPrimitives.ReadUInt32LittleEndian(fields[28..]);
        if (maxPayloadBytes < LinkLimits.MinMaxPayloadBytes)
            return new SyncError(SyncErrorKind.LimitExceeded,
                $"the hello takes payloads of at most {maxPayloadBytes} bytes; a link must take {LinkLimits.MinMaxPayloadBytes}");
        var node = new NodeId(BinaryPrimitives.ReadUInt128BigEndian(fields[4..]));
        var instance = new InstanceId(BinaryPrimitives.ReadUInt64BigEndian(fields[20..]));
        return new Hello(versions, new PeerIdentity(node, instance), maxPayloadBytes);
    }
}

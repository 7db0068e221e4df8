using System.Buffers.Binary;
using ActorSync.Graphs;
using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.Storage;

/// <summary>
/// What one incarnation of a peer is known to hold of one graph. In a record, entries follow each other:
/// <code>
/// 16 bytes  node             8 bytes  instance, both big-endian
/// 32 bytes  graph
/// varint    count of heads   count ×  32 bytes of id, varint max cut
/// </code>
/// </summary>
internal sealed record RememberedHeads(PeerIdentity Peer, GraphId Graph, IReadOnlyList<Address> Heads)
{
    /// <summary>The record type of entries.</summary>
    public const byte RecordType = 1;

    private const int FixedSize = NodeId.Size + sizeof(ulong) + CommandId.Size;

    public int Size => FixedSize + Varint.Size((uint)Heads.Count) + Heads.Sum(head => CommandId.Size + Varint.Size((uint)head.MaxCut));

    /// <summary>Encodes entries, with room for a record's head before them.</summary>
    public static byte[] Encode(IReadOnlyCollection<RememberedHeads> entries)
    {
        var record = new byte[RecordFormat.HeadSize + entries.Sum(entry => entry.Size)];
        var at = RecordFormat.HeadSize;
        foreach (var entry in entries)
            at += entry.Write(record.AsSpan(at));
        return record;
    }

    /// <summary>Reads the entry at an offset, which is moved behind it; null when there is no whole one.</summary>
    public static RememberedHeads? Read(ReadOnlySpan<byte> body, ref int at)
    {
        if (body.Length - at < FixedSize)
            return null;
        var node = new NodeId(BinaryPrimitives.ReadUInt128BigEndian(body[at..]));
        var instance = new InstanceId(BinaryPrimitives.ReadUInt64BigEndian(body[(at + NodeId.Size)..]));
        var graph = new GraphId(new CommandId(body[(at + FixedSize - CommandId.Size)..]));
        at += FixedSize;
        if (!TryReadNumber(body, ref at, out var count) || count > body.Length / CommandId.Size)
            return null;
        var heads = new Address[count];
        for (var i = 0; i < count; i++)
        {
            if (body.Length - at < CommandId.Size)
                return null;
            var id = new CommandId(body[at..]);
            at += CommandId.Size;
            if (!TryReadNumber(body, ref at, out var maxCut))
                return null;
            heads[i] = new Address(id, maxCut);
        }
        return new RememberedHeads(new PeerIdentity(node, instance), graph, heads);
    }

    private int Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Peer.Node.Value);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[NodeId.Size..], Peer.Instance.Value);
        Graph.Init.CopyTo(bytes[(FixedSize - CommandId.Size)..]);
        var at = FixedSize;
        at += Varint.Write(bytes[at..], (uint)Heads.Count);
        foreach (var head in Heads)
        {
            head.Id.CopyTo(bytes[at..]);
            at += CommandId.Size;
            at += Varint.Write(bytes[at..], (uint)head.MaxCut);
        }
        return at;
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> body, ref int at, out int number)
    {
        var ok = Varint.TryRead(body[at..], out var value, out var size) && value <= int.MaxValue;
        number = (int)value;
        at += size;
        return ok;
    }
}

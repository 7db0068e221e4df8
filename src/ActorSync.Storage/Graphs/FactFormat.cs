using System.Buffers.Binary;
using System.Text;
using ActorSync.Graphs;
using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.Storage;

/// <summary>
/// The bytes of a snapshot of facts (docs/storage.md). They are read as a whole and believed only when all of them are what
/// was written: length, checksum, graph, incarnation, and then every field.
/// </summary>
internal static class FactFormat
{
    public const int HeaderSize = 64;
    public const int TrailerSize = 4;

    private const ushort Version = 1;
    private const int MostPolicyBytes = 4096;
    private const byte HasBefore = 4;

    private static ReadOnlySpan<byte> Magic => "ASYNCFCT"u8;

    /// <summary>Bytes of the file, without writing it.</summary>
    public static long SizeOf(FactSnapshot snapshot)
    {
        var size = new Sizer();
        WriteBody(snapshot, size);
        return HeaderSize + size.Bytes + TrailerSize;
    }

    /// <summary>Writes a snapshot part by part.</summary>
    public static void Write(FactSnapshot snapshot, InstanceId instance, long size, Action<ReadOnlyMemory<byte>> write)
    {
        var header = new byte[HeaderSize];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), size);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(24), instance.Value);
        snapshot.Graph.Init.CopyTo(header.AsSpan(32));
        var sink = new BufferedSink(write);
        sink.Raw(header);
        WriteBody(snapshot, sink);
        sink.End();
    }

    /// <summary>Reads a snapshot; null when it is not intact, of another graph or of another incarnation.</summary>
    public static FactSnapshot? Read(byte[] bytes, GraphId graph, InstanceId instance)
    {
        var span = bytes.AsSpan();
        if (span.Length < HeaderSize + TrailerSize
            || !span.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt16LittleEndian(span[8..]) != Version
            || BinaryPrimitives.ReadInt64LittleEndian(span[16..]) != span.Length
            || BinaryPrimitives.ReadUInt64BigEndian(span[24..]) != instance.Value
            || new CommandId(span[32..]) != graph.Init
            || BinaryPrimitives.ReadUInt32LittleEndian(span[^TrailerSize..]) != Crc.Of(span[..^TrailerSize]))
            return null;
        var at = new Reader(span[HeaderSize..^TrailerSize]);
        var policy = Encoding.UTF8.GetString(at.Bytes(MostPolicyBytes));
        var commands = at.Count(int.MaxValue);
        var digest = at.Id();
        var facts = ReadFacts(ref at);
        var recent = ReadRecent(ref at, facts);
        return at.IsWhole && recent.Places <= commands ? new FactSnapshot(graph, policy, commands, digest, new FactVersion(facts), recent) : null;
    }

    private static void WriteBody(FactSnapshot snapshot, ISink sink)
    {
        sink.Bytes(Encoding.UTF8.GetBytes(snapshot.Policy));
        sink.Number((ulong)snapshot.Commands);
        sink.Raw(snapshot.HeadsDigest.ToArray());
        sink.Number((ulong)snapshot.FactCount);
        foreach (var fact in snapshot.Facts.From([]))
        {
            sink.Bytes(fact.Place);
            sink.Bytes(fact.Value.Span);
        }
        var recent = snapshot.Recent;
        sink.Number((ulong)recent.Places);
        for (var place = 0; place < recent.Places; place++)
        {
            sink.Number((ulong)(recent.StartOf(place + 1) - recent.StartOf(place)));
            for (var touch = recent.StartOf(place); touch < recent.StartOf(place + 1); touch++)
                WriteTouch(recent, touch, sink);
        }
    }

    private static void WriteTouch(FactRun recent, int touch, ISink sink)
    {
        var (place, before) = recent.Undo[touch];
        sink.Number((ulong)FactMark.KindOf(recent.Marks[touch]) | (before.IsNone ? 0u : HasBefore));
        sink.Bytes(place);
        if (!before.IsNone)
            sink.Bytes(before.Span);
    }

    private static FactTree ReadFacts(ref Reader at)
    {
        // Each takes two bytes at least.
        var facts = new (byte[] Place, FactValue Value)[at.Count(at.Left / 2)];
        for (var i = 0; i < facts.Length; i++)
        {
            facts[i] = (at.Bytes(int.MaxValue).ToArray(), at.Bytes(int.MaxValue).ToArray());
            at.Require(i == 0 || facts[i - 1].Place.AsSpan().SequenceCompareTo(facts[i].Place) < 0);
        }
        return FactTree.Of(facts);
    }

    private static FactRun ReadRecent(ref Reader at, FactTree facts)
    {
        var (recent, touches) = (new FactRun(), new List<FactTouch>());
        for (var places = at.Count(at.Left); places > 0; places--)
        {
            touches.Clear();
            for (var left = at.Count(at.Left / 2); left > 0; left--)
            {
                var kind = at.Count(HasBefore + (int)TouchKind.Query);
                var bytes = at.Bytes(int.MaxValue);
                var place = new SoughtPlace(bytes, FactMark.Of(bytes, (TouchKind)(kind & ~HasBefore)));
                facts.Find(ref place);
                at.Require((kind & ~HasBefore) <= (int)TouchKind.Query);
                var before = (kind & HasBefore) == 0 ? FactValue.None : at.Bytes(int.MaxValue).ToArray();
                touches.Add(new FactTouch(place.Kept, place.Mark, before, null));
            }
            recent.Add(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(touches));
        }
        return recent;
    }

    private interface ISink
    {
        void Number(ulong value);

        void Raw(ReadOnlySpan<byte> bytes);

        void Bytes(ReadOnlySpan<byte> bytes)
        {
            Number((ulong)bytes.Length);
            Raw(bytes);
        }
    }

    private sealed class Sizer : ISink
    {
        public long Bytes { get; private set; }

        public void Number(ulong value) => Bytes += Varint.Size(value);

        public void Raw(ReadOnlySpan<byte> bytes) => Bytes += bytes.Length;
    }

    private sealed class BufferedSink(Action<ReadOnlyMemory<byte>> write) : ISink
    {
        private readonly byte[] _buffer = new byte[1 << 16];
        private uint _crc = Crc.Start;
        private int _used;

        public void Number(ulong value)
        {
            Span<byte> bytes = stackalloc byte[Varint.MaxSize];
            Raw(bytes[..Varint.Write(bytes, value)]);
        }

        public void Raw(ReadOnlySpan<byte> bytes)
        {
            while (bytes.Length > 0)
            {
                if (_used == _buffer.Length)
                    Flush();
                var part = bytes[..Math.Min(bytes.Length, _buffer.Length - _used)];
                part.CopyTo(_buffer.AsSpan(_used));
                _used += part.Length;
                bytes = bytes[part.Length..];
            }
        }

        public void End()
        {
            Flush();
            BinaryPrimitives.WriteUInt32LittleEndian(_buffer, Crc.End(_crc));
            write(_buffer.AsMemory(0, TrailerSize));
        }

        private void Flush()
        {
            _crc = Crc.Add(_crc, _buffer.AsSpan(0, _used));
            write(_buffer.AsMemory(0, _used));
            _used = 0;
        }
    }

    // What cannot be read gives nothing, and the whole is not believed.
    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _bytes = bytes;
        private bool _isWrong;

        public readonly int Left => _bytes.Length;

        public readonly bool IsWhole => !_isWrong && _bytes.IsEmpty;

        public int Count(int most)
        {
            Require(Varint.TryRead(_bytes, out var value, out var size) && value <= (ulong)most);
            if (_isWrong)
                return 0;
            _bytes = _bytes[size..];
            return (int)value;
        }

        public ReadOnlySpan<byte> Bytes(int most)
        {
            var length = Count(Math.Min(most, Left));
            Require(length <= Left);
            return Take(length);
        }

        public CommandId Id()
        {
            Require(Left >= CommandId.Size);
            return _isWrong ? default : new CommandId(Take(CommandId.Size));
        }

        public void Require(bool holds) => _isWrong |= !holds;

        private ReadOnlySpan<byte> Take(int length)
        {
            if (_isWrong)
                return default;
            var taken = _bytes[..length];
            _bytes = _bytes[length..];
            return taken;
        }
    }
}

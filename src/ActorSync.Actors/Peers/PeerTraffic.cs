using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.Actors;

/// <summary>What went between this node and one peer, over all links: bytes, and payloads by type.</summary>
internal sealed class PeerTraffic
{
    private readonly long[] _in = new long[256];
    private readonly long[] _out = new long[256];
    private LinkCounters _before;

    public void NoteIn(ReadOnlySpan<byte> payload) => Note(_in, payload);

    public void NoteOut(ReadOnlySpan<byte> payload) => Note(_out, payload);

    public long In(SyncType type) => _in[(int)type];

    public long Out(SyncType type) => _out[(int)type];

    /// <summary>Adds a link's totals once it is gone.</summary>
    public void KeepTotals(LinkCounters link) => _before = Totals(link);

    /// <summary>All links up to the one there is now.</summary>
    public LinkCounters Totals(LinkCounters link) => new(
        _before.BytesIn + link.BytesIn,
        _before.BytesOut + link.BytesOut,
        _before.PayloadsIn + link.PayloadsIn,
        _before.PayloadsOut + link.PayloadsOut);

    private static void Note(long[] counts, ReadOnlySpan<byte> payload)
    {
        if (SyncCodec.PeekType(payload).TryGet(out var type, out _))
            counts[(int)type]++;
    }
}

using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.Actors;

/// <summary>What went between this node and one peer, over all links: bytes, and the payloads that poll and push.</summary>
internal struct PeerTraffic
{
    private LinkCounters _before;

    public long PollsIn { get; private set; }

    public long PollsOut { get; private set; }

    public long PushesIn { get; private set; }

    public long PushesOut { get; private set; }

    public void NoteIn(ReadOnlySpan<byte> payload)
    {
        var (polls, pushes) = Of(payload);
        (PollsIn, PushesIn) = (PollsIn + polls, PushesIn + pushes);
    }

    public void NoteOut(ReadOnlySpan<byte> payload)
    {
        var (polls, pushes) = Of(payload);
        (PollsOut, PushesOut) = (PollsOut + polls, PushesOut + pushes);
    }

    /// <summary>Adds what was pushed past <see cref="NoteOut"/>.</summary>
    public void KeepPushes(long pushes) => PushesOut += pushes;

    /// <summary>Adds a link's totals once it is gone.</summary>
    public void KeepTotals(LinkCounters link) => _before = Totals(link);

    /// <summary>All links up to the one there is now.</summary>
    public readonly LinkCounters Totals(LinkCounters link) => new(
        _before.BytesIn + link.BytesIn,
        _before.BytesOut + link.BytesOut,
        _before.PayloadsIn + link.PayloadsIn,
        _before.PayloadsOut + link.PayloadsOut);

    private static (int Polls, int Pushes) Of(ReadOnlySpan<byte> payload) =>
        !SyncCodec.PeekType(payload).TryGet(out var type, out _) ? default : type switch
        {
            SyncType.Poll => (1, 0),
            SyncType.Push or SyncType.ShortPush => (0, 1),
            _ => default,
        };
}

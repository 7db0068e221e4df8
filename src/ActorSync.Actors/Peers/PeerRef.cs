using ActorSync.Peers;
using Akka.Actor;

namespace ActorSync.Actors;

/// <summary>A linked peer as other actors know it.</summary>
/// <param name="Identity">Who it is, from the link's handshake.</param>
/// <param name="Actor">Its <see cref="PeerActor"/>.</param>
/// <param name="MaxPayloadBytes">The largest payload of the link.</param>
/// <param name="FrameOverheadBytes">What framing costs a payload.</param>
public sealed record PeerRef(PeerIdentity Identity, IActorRef Actor, int MaxPayloadBytes, int FrameOverheadBytes)
{
    private long _pushes;

    /// <summary>The link, to be asked for its signs of life and to push on; null where there is none, and all goes through the actor.</summary>
    public ILink? Link { get; init; }

    /// <summary>Pushes that were handed to the link past the peer's actor.</summary>
    internal long Pushes => Volatile.Read(ref _pushes);

    /// <summary>Hands a push to the link; the answer is the link's own.</summary>
    internal ValueTask<SyncError?> PushAsync(ReadOnlyMemory<byte> payload)
    {
        Interlocked.Increment(ref _pushes);
        return Link!.SendAsync(payload);
    }
}

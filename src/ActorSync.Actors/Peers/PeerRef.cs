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
    /// <summary>The link, to be asked for its signs of life; null where there is none to ask.</summary>
    public ILink? Link { get; init; }
}

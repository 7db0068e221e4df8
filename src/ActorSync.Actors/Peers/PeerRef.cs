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

    /// <summary>The link, to be asked for its signs of life and to send on; null where there is none, and all goes through the actor.</summary>
    public ILink? Link { get; init; }

    /// <summary>Its payloads that are being handled; null where its actor alone counts them.</summary>
    internal PayloadsUnderWay? UnderWay { get; init; }

    /// <summary>Pushes that were handed to the link past the peer's actor.</summary>
    internal long Pushes => Volatile.Read(ref _pushes);

    /// <summary>Counts a push that is handed to the link past the peer's actor.</summary>
    internal void NotePush() => Interlocked.Increment(ref _pushes);

    /// <summary>A payload of a peer was handled, by a child of its actor: which is told if it waits for that, or no link is known.</summary>
    internal static void NoteHandled(PeerRef? peer, IActorRef actor)
    {
        if (peer?.UnderWay is not { } underWay)
            actor.Tell(PeerActor.Handled.Instance);
        else if (underWay.End())
            actor.Tell(PeerActor.MayRead.Instance);
    }

    /// <summary>
    /// Hands a payload to the link, which takes it from any thread, past the peer's actor. True when the link took it at
    /// once; if not, the sender hears <see cref="PeerActor.LinkTook"/>, and sees to it that not too much waits so.
    /// </summary>
    internal bool SendHere(ReadOnlyMemory<byte> payload, IActorRef sender)
    {
        var link = Link!;
        var sending = link.SendAsync(payload).AsTask();
        if (sending is { IsCompletedSuccessfully: true, Result: null })
            return true;
        sending.PipeTo(sender, success: error => new PeerActor.LinkTook(link, error), failure: why => new PeerActor.LinkTook(link, PeerActor.Broken(why)));
        return false;
    }
}

using System.Diagnostics.CodeAnalysis;

namespace ActorSync.Actors;

/// <summary>
/// Payloads that wait for a link, bounded in bytes. Pushes and answers wait here only a few at a time, for their senders
/// hold the next one back until the link took the last: what fills it is answers to a peer that does not read them.
/// </summary>
internal sealed class OutboundQueue(int mostBytes)
{
    // Null while nothing waits, which is nearly always.
    private Queue<PeerActor.Send>? _sends;
    private long _bytes;

    /// <summary>
    /// Adds a payload; false, and it is dropped, when it does not fit. Those always fit whose senders wait until the
    /// link has them: a few a conversation, and the conversations with a peer are limited.
    /// </summary>
    public bool TryAdd(PeerActor.Send send)
    {
        if (send.Notify is null && !IsEmpty && _bytes + send.Payload.Length > mostBytes)
            return false;
        _bytes += send.Payload.Length;
        (_sends ??= new Queue<PeerActor.Send>()).Enqueue(send);
        return true;
    }

    public bool TryTake([MaybeNullWhen(false)] out PeerActor.Send send)
    {
        send = null;
        if (_sends?.TryDequeue(out send) != true)
            return false;
        _bytes -= send!.Payload.Length;
        if (_sends.Count == 0)
            _sends = null;
        return true;
    }

    public bool IsEmpty => _sends is null;

    /// <summary>Drops all. Whoever waits for the link to take a payload goes on, as if it had been lost on the way.</summary>
    public void Clear()
    {
        while (TryTake(out var send))
            send.Notify?.Tell(PeerActor.Taken.Instance, Akka.Actor.ActorRefs.NoSender);
    }
}

using ActorSync.Peers;
using ActorSync.Wire;
using Akka.Actor;

namespace ActorSync.Actors;

// What is read from the link, and when the next is.
public sealed partial class PeerActor
{
    private void ReadNext()
    {
        if (_reading || _link is not { } link)
            return;
        if (_underWay.MustWait(_sync.Settings.InboundPayloads))
        {
            if (!Timers.IsTimerActive(HandledNothing.Instance))
                Timers.StartSingleTimer(HandledNothing.Instance, HandledNothing.Instance, _sync.Settings.GraphTimeout);
            return;
        }
        _reading = true;
        _ = ReceiveAsync(link, Self);
    }

    // It waits for as long as the peer is silent, and most peers are: what PipeTo would hold for each adds up.
    private static async Task ReceiveAsync(ILink link, IActorRef self)
    {
        try
        {
            var payload = await link.ReceiveAsync().ConfigureAwait(false);
            self.Tell(new Arrived(link, payload), ActorRefs.NoSender);
        }
        catch (Exception why)
        {
            self.Tell(new Arrived(link, Broken(why)), ActorRefs.NoSender);
        }
    }

    internal static SyncError Broken(Exception why) => new(SyncErrorKind.Unreachable, why.Message);

    private void OnArrived(Arrived arrived)
    {
        if (arrived.Link != _link)
            return;
        _reading = false;
        if (!arrived.Payload.TryGet(out var payload, out var error))
        {
            OnBroken(error);
            return;
        }
        _traffic.NoteIn(payload.Span);
        if (!_underWay.BeginAlone() || !TryHandOn(payload))
            _sync.Router.Tell(new SyncRouter.Payload(_peer!, payload));
        ReadNext();
    }

    // Pushes and their acknowledgements concern nobody but the subscriptions, which are here: the way over the router is
    // spared them. What the peer sends keeps its order, as this is done only while nothing of it is under way.
    private bool TryHandOn(ReadOnlyMemory<byte> payload)
    {
        if (!SyncCodec.PeekType(payload.Span).TryGet(out var type, out _))
            return false;
        var isPush = type is SyncType.Push or SyncType.ShortPush;
        if (!isPush && type is not (SyncType.PushAck or SyncType.ShortAck))
            return false;
        var child = isPush ? Subscriber : Context.Child(SubscriptionActor.Name);
        if (child.IsNobody())
            return false;
        if (SyncCodec.Decode(payload, _sync.Settings.Wire).TryGet(out var message, out var error))
        {
            child.Tell(isPush ? new SubscriberActor.Message(message) : new SubscriptionActor.Other(message));
        }
        else
        {
            _underWay.End();
            OnFault(new Fault(error, 0));
        }
        return true;
    }

    // Frames that break the rules end the link, and are held against the peer as its payloads are.
    private void OnBroken(SyncError why)
    {
        if (!PeerStanding.IsFault(why.Kind))
        {
            Detach(why);
            return;
        }
        _sync.Errors.Count(why.Kind);
        Detach(Strike() ? ShutOut(why) : why);
    }

    private void OnHandled()
    {
        _underWay.End();
        OnMayRead();
    }

    private void OnMayRead()
    {
        Timers.Cancel(HandledNothing.Instance);
        if (!_ending)
            ReadNext();
    }

    // Whoever had the payloads ended with them in its mailbox: they are not waited for any more.
    private void OnHandledNothing()
    {
        _underWay.Forget();
        if (!_ending)
            ReadNext();
    }
}

using ActorSync.Peers;
using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

// The link: which one is kept, what is written to it, and how it ends.
public sealed partial class PeerActor
{
    // One link a peer. A link made by the same side replaces the old one, which that side has given up; when both sides
    // made one, both keep the one that the smaller node id made. A dialer whose link was not kept is a spare: it hears
    // when there is no link any more.
    private void OnAttach(Attach attach)
    {
        Context.Parent.Tell(new PeersActor.Attended(attach.Link));
        if (_standing?.IsShutOut(Now) == true)
        {
            var shutOut = new SyncError(SyncErrorKind.NotAllowed, $"the peer {_node.ToShortString()} is shut out for its faults");
            attach.Link.DisposeInBackground();
            attach.Dialer?.Tell(new Detached(_node, shutOut));
            Context.Parent.Tell(new PeersActor.Broke(_node));
            return;
        }
        var keepsOld = _link is not null && _peer!.Identity == attach.Link.Peer && _dialer is null != attach.Dialer is null && MadeBySmaller(_dialer is not null);
        if (keepsOld)
        {
            attach.Link.DisposeInBackground();
            if (attach.Dialer is { } spare)
            {
                (_spareDialers ??= []).Add(spare);
                spare.Tell(new Attached(_node));
            }
            return;
        }
        if (_link is not null)
        {
            if (_dialer is not null)
                (_spareDialers ??= []).Add(_dialer);
            Unlink(new SyncError(SyncErrorKind.Unreachable, "another link to the peer took the place of this one"));
        }
        BeginLink(attach);
    }

    private bool MadeBySmaller(bool dialedHere) => dialedHere == _sync.Self.Node.Value < _node.Value;

    private void BeginLink(Attach attach)
    {
        _link = attach.Link;
        _dialer = attach.Dialer;
        if (_dialer is not null)
            _spareDialers?.Remove(_dialer);
        _endpoint = attach.Link.RemoteName;
        _traffic.KeepPushes(_peer?.Pushes ?? 0);
        _peer = new PeerRef(attach.Link.Peer, Self, attach.Link.MaxPayloadBytes, attach.Link.FrameOverheadBytes) { Link = attach.Link, UnderWay = _underWay };
        Timers.Cancel(DeadTimer);
        Log.Info("Peer {0} is linked at {1}", _node.ToShortString(), _endpoint);
        _dialer?.Tell(new Attached(_node));
        _sync.Events.Publish(new LinkUp(_peer));
        foreach (var conversation in Conversations)
            conversation.Tell(new Linking(_peer));
        foreach (var poll in (_polls ?? []).Values)
            poll.Tell(new PollActor.Relinked(_peer));
        ReadNext();
    }

    private void Detach(SyncError why)
    {
        Unlink(why);
        TellDialers(why);
        Context.Parent.Tell(new PeersActor.Broke(_node));
        Timers.StartSingleTimer(DeadTimer, Dead.Instance, _sync.Settings.DeadAfter);
    }

    private void Unlink(SyncError why)
    {
        Log.Info("Peer {0} is no longer linked: {1}", _node.ToShortString(), why.Message);
        var link = _link!;
        link.DisposeInBackground();
        _traffic.KeepTotals(link.Counters);
        _link = null;
        _lastError = why;
        _outbound?.Clear();
        NotifyWritten();
        _reading = false;
        _writing = false;
        _sync.Events.Publish(new LinkDown(_node));
        foreach (var conversation in Conversations)
            conversation.Tell(Unlinking.Instance);
    }

    // What is said over the link for longer than a poll takes; who is not there hears nothing.
    private static IActorRef[] Conversations =>
        [Context.Child(SubscriptionActor.Name), Subscriber, Context.Child(HelloPublisherActor.Name), HelloSubscriber];

    private void TellDialers(SyncError why)
    {
        _dialer?.Tell(new Detached(_node, why));
        foreach (var spare in _spareDialers ?? [])
            spare.Tell(new Detached(_node, why));
        _dialer = null;
        _spareDialers = null;
    }

    // Who is shut out is remembered until it may come again.
    private void OnDead()
    {
        if (_standing?.IsShutOut(Now) == true)
            Timers.StartSingleTimer(DeadTimer, Dead.Instance, _sync.Settings.DeadAfter);
        else
            Context.Stop(Self);
    }

    private void OnLinkFailed(LinkFailed failed)
    {
        if (failed.Link == _link)
            Detach(failed.Why);
    }

    private bool Strike() => (_standing ??= new PeerStanding(_sync.Settings.Standing)).Strike(Now);

    private SyncError ShutOut(SyncError last) =>
        new(SyncErrorKind.NotAllowed, $"shut out after {_sync.Settings.Standing.StrikesMost} faults, the last: {last.Message}");

    private void OnSend(Send send)
    {
        if (!_writing && _outbound is null or { IsEmpty: true })
            Write(send);
        else if (!(_outbound ??= new OutboundQueue(_sync.Settings.OutboundBytes)).TryAdd(send))
            _sync.Errors.Count(SyncErrorKind.LimitExceeded);
    }

    private void WriteNext()
    {
        while (!_writing && _outbound is not null && _outbound.TryTake(out var send))
            Write(send);
    }

    private void Write(Send send)
    {
        if (_link is not { } link)
        {
            send.Notify?.Tell(Taken.Instance);
            return;
        }
        if (send.Payload.Length > link.MaxPayloadBytes)
        {
            _sync.Errors.Count(SyncErrorKind.LimitExceeded);
            Log.Warning("A payload of {0} bytes for peer {1} is dropped: its link takes {2}", send.Payload.Length, _node.ToShortString(), link.MaxPayloadBytes);
            send.Notify?.Tell(Taken.Instance);
            return;
        }
        _traffic.NoteOut(send.Payload.Span);
        var sending = link.SendAsync(send.Payload).AsTask();
        if (sending is { IsCompletedSuccessfully: true, Result: null })
        {
            send.Notify?.Tell(Taken.Instance);
            return;
        }
        _writing = true;
        _notifyWritten = send.Notify;
        sending.PipeTo(Self, success: error => new Written(link, error), failure: why => new Written(link, Broken(why)));
    }

    private void OnWritten(Written written)
    {
        if (written.Link != _link)
            return;
        _writing = false;
        NotifyWritten();
        if (_ending)
        {
            if (written.Error is null)
                WriteNext();
            CloseIfFlushed(written.Error);
        }
        else if (written.Error is { } error)
        {
            Detach(error);
        }
        else
        {
            WriteNext();
        }
    }

    private void NotifyWritten()
    {
        _notifyWritten?.Tell(Taken.Instance);
        _notifyWritten = null;
    }

    // Both subscriptions and the hello held there say that they end, and what waits goes out, before the link is closed.
    private void OnStop()
    {
        _ending = true;
        Timers.StartSingleTimer(DrainEnded.Instance, DrainEnded.Instance, _sync.Settings.DrainTimeout / 2);
        Tell(Subscriber, SubscriberActor.Stop.Instance);
        Tell(Context.Child(SubscriptionActor.Name), SubscriptionActor.Stop.Instance);
        Tell(HelloSubscriber, HelloSubscriberActor.Stop.Instance);
        CloseIfFlushed(null);

        void Tell(IActorRef child, object stop)
        {
            if (child.IsNobody())
                return;
            (_telling ??= []).Add(child);
            Context.Watch(child);
            child.Tell(stop);
        }
    }

    private void OnStoppedWhileStopping(Terminated terminated)
    {
        _telling?.Remove(terminated.ActorRef);
        CloseIfFlushed(null);
    }

    private void CloseIfFlushed(SyncError? broken)
    {
        if (broken is not null || _telling is null or { Count: 0 } && !_writing && _outbound is null or { IsEmpty: true })
            CloseLink();
    }

    private void CloseLink()
    {
        if (_link is not { } link)
            return;
        Log.Info("Peer {0} is no longer linked: the link was closed here", _node.ToShortString());
        _link = null;
        link.DisposeAsync().AsTask().PipeTo(Self, success: () => LinkClosed.Instance, failure: _ => LinkClosed.Instance);
    }
}

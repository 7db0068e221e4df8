using ActorSync.Graphs.Subscriptions;
using ActorSync.Machines;
using ActorSync.Wire;
using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

// What the machine wants done. Pushes go straight to the link, which may be handed payloads from any thread and takes them
// at once as long as its queue has room. Answers go through the peer's actor, which bounds what a peer makes this node say;
// the next push goes behind them.
public sealed partial class SubscriptionActor
{
    // An actor's turn is short, and there are many of these actors: a thread has one outbox for all of them.
    [ThreadStatic]
    private static Outbox<SubscriptionOutput>? _spareOutbox;

    private WayToLink _way;

    private void Run(SubscriptionInput input)
    {
        var now = Timer.Now;
        for (var taken = Handle(input, now); taken > 0; taken--)
            taken += Handle(SubscriptionInput.Taken.Instance, now);
        // Only an open subscription keeps its place: this holds for refused and ignored requests, too.
        if (!_machine.IsOpen && input is SubscriptionInput.Subscribe)
            FreeSlot();
    }

    // How many pushes of the machine's the link took at once.
    private int Handle(SubscriptionInput input, MonotonicTime now)
    {
        var taken = 0;
        var outbox = _spareOutbox ?? new Outbox<SubscriptionOutput>();
        _spareOutbox = null;
        try
        {
            _machine.Handle(input, now, outbox);
        }
        catch (SyncException damaged)
        {
            Log.Error("The subscription of peer {0} ends, a graph cannot be read: {1}", _peer.Identity.Node.ToShortString(), damaged.Error);
            _sync.Errors.Count(damaged.Error.Kind);
            _machine.Handle(new SubscriptionInput.Stop(SubscriptionEndReason.Failed), now, outbox);
        }
        while (outbox.TryTake(out var output))
        {
            if (output is not SubscriptionOutput.Push push)
                Interpret(output);
            else if (IsTakenAtOnce(push.Payload))
                taken++;
        }
        _spareOutbox = outbox;
        return taken;
    }

    private void Interpret(SubscriptionOutput output)
    {
        switch (output)
        {
            case SubscriptionOutput.Answer answer:
                Answer(new PeerActor.Send(answer.Payload, null));
                break;
            case SubscriptionOutput.AckedMoved moved:
                _sync.Store.PeerKnowledge.RememberAckedHeads(_peer.Identity, moved.Graph, moved.Heads);
                _sync.Events.Publish(new PeerAcked(_peer.Identity.Node, moved.Graph, moved.Heads));
                break;
            case SubscriptionOutput.Unfollow unfollow:
                Unfollow(unfollow.Graph);
                break;
            case SubscriptionOutput.StartTimer timer:
                Timer.Start(timer.At);
                break;
            case SubscriptionOutput.Ended ended:
                Log.Info("The subscription of peer {0} ended: {1}", _peer.Identity.Node.ToShortString(), ended.Reason);
                FreeSlot();
                break;
        }
    }

    private void Answer(PeerActor.Send answer)
    {
        _way.ThroughSilently();
        _peer.Actor.Tell(answer);
    }

    private bool IsTakenAtOnce(ReadOnlyMemory<byte> push)
    {
        if (_peer.Link is null || !_way.IsClear)
        {
            _way.Through();
            _peer.Actor.Tell(new PeerActor.Send(push, Self));
            return false;
        }
        _peer.NotePush();
        return _peer.SendHere(push, Self);
    }

    private void OnTaken()
    {
        _way.Took();
        Run(SubscriptionInput.Taken.Instance);
    }

    // What a link that is gone did not take is not waited for: the peer's actor says when there is another.
    private void OnLinkTook(PeerActor.LinkTook took)
    {
        if (took.Error is { } error)
            _peer.Actor.Tell(new PeerActor.LinkFailed(took.Link, error));
        else if (took.Link == _peer.Link)
            Run(SubscriptionInput.Taken.Instance);
    }
}

using ActorSync.Graphs;
using ActorSync.Graphs.Hellos;
using ActorSync.Graphs.Polls;
using ActorSync.Wire;
using Akka.Actor;

namespace ActorSync.Actors;

// What peers tell each other of changes without the commands: hello while it is wanted, an offer at the end of a poll.
public sealed partial class PeerActor
{
    /// <summary>Be told of changes of this graph at the peer, and poll it then.</summary>
    public sealed record WantHello(GraphId Graph, HelloTerms Terms, LinkKeepers For = LinkKeepers.Application) : ILocalMessage;

    /// <summary>They need be told no longer.</summary>
    public sealed record UnwantHello(GraphId Graph, LinkKeepers For = LinkKeepers.Application) : ILocalMessage;

    /// <summary>From the peers: what was wanted of this peer before whoever hears of it began.</summary>
    public sealed record WantedHellos(IReadOnlyList<WantHello> Hellos, int TakenBack = 0) : ILocalMessage;

    /// <summary>From a poll: it ended with all that the peer held, which may offer now what came meanwhile.</summary>
    public sealed record PolledAll(SessionId Session, GraphId Graph, PollOptions Options) : ILocalMessage;

    private EndedPolls<PollOptions>? _endedPolls;

    // Who hears of changes at the peer is there once that is wanted of it.
    private static IActorRef HelloSubscriber => Context.Child(HelloSubscriberActor.Name);

    private IActorRef BegunHelloSubscriber =>
        HelloSubscriber is var child && child.IsNobody() ? Context.ActorOf(HelloSubscriberActor.Props(_sync), HelloSubscriberActor.Name) : child;

    private void OnHello(HelloPublisherActor.Message message)
    {
        var child = Context.Child(HelloPublisherActor.Name);
        if (!child.IsNobody())
            child.Forward(message);
        else if (_peer is not null)
            Context.ActorOf(HelloPublisherActor.Props(_peer, _sync), HelloPublisherActor.Name).Forward(message);
        else
            OnHandled();
    }

    // What is wanted of a peer outlives its actor and the subscriber: the peers keep it.
    private void OnWantHello(WantHello want)
    {
        Context.Parent.Tell(new PeersActor.WantsHello(_node, want.Graph, want.For, want.Terms));
        BegunHelloSubscriber.Forward(want);
    }

    private void OnUnwantHello(UnwantHello unwant)
    {
        _takenBack++;
        Context.Parent.Tell(new PeersActor.WantsHello(_node, unwant.Graph, unwant.For, null));
        if (HelloSubscriber.IsNobody())
            Sender.Tell(new HelloSubscriberActor.Answered(null));
        else
            HelloSubscriber.Forward(unwant);
    }

    private void OnWantedHellos(WantedHellos wanted)
    {
        if (wanted.TakenBack != _takenBack)
        {
            Context.Parent.Tell(new PeersActor.GetWantedHellos(_node, _takenBack));
            return;
        }
        foreach (var hello in wanted.Hellos)
            BegunHelloSubscriber.Tell(hello, ActorRefs.NoSender);
    }

    private void OnPolledAll(PolledAll polled) => (_endedPolls ??= new()).Note(polled.Session, polled.Graph, polled.Options);

    // Of a poll that is not remembered an offer says nothing: it comes again, or late, or was made up.
    private void OnOffer(Offer offer)
    {
        if (_peer is not null && _endedPolls is not null && _endedPolls.TryTake(offer, out var options))
            BeginPoll(new Poll(offer.Graph, new PollOptions { MaxBytes = options.MaxBytes }, offer.Head), ActorRefs.Nobody);
        OnHandled();
    }
}

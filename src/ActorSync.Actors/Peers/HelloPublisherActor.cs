using ActorSync.Graphs;
using ActorSync.Graphs.Hellos;
using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.Wire;
using Akka.Actor;

namespace ActorSync.Actors;

/// <summary>
/// Tells one peer of changes here, beside the peer's link: interprets a <see cref="HelloPublisher"/>. It follows the
/// graphs that the peer asked to be told of.
/// </summary>
public sealed class HelloPublisherActor : ReceiveActor, IWithTimers
{
    /// <summary>Its name below the peer's actor.</summary>
    public const string Name = "hello-publisher";

    /// <summary>What comes from the router.</summary>
    public abstract record Message : ILocalMessage;

    /// <summary>A HelloSubscribe, with the actor of its graph; null when the graph is not here.</summary>
    public sealed record SubscribeTo(HelloSubscribe Request, IActorRef? Graph) : Message;

    /// <summary>A HelloUnsubscribe.</summary>
    public sealed record Unsubscribe(HelloUnsubscribe Request) : Message;

    /// <summary>On the event stream: a peer asked, or asked again, to be told of a graph here.</summary>
    public sealed record Tells(NodeId Peer, GraphId Graph) : ILocalMessage;

    private readonly SyncContext _sync;
    private readonly HelloPublisher _machine;
    private readonly Outbox<HelloPublisherOutput> _outbox = new();
    private readonly Dictionary<GraphId, FollowedGraph> _followed = [];
    private PeerRef _peer;

    public HelloPublisherActor(PeerRef peer, SyncContext sync)
    {
        _peer = peer;
        _sync = sync;
        _machine = new HelloPublisher(sync.Settings.Hellos);
        Receive<SubscribeTo>(OnSubscribeTo);
        Receive<Unsubscribe>(OnUnsubscribe);
        Receive<GraphActor.Changed>(OnChanged);
        Receive<GraphActor.Version>(OnRefused);
        Receive<GraphActor.PeerHolds>(_ => { });
        Receive<PeerActor.Linking>(OnLinked);
        Receive<PeerActor.Unlinking>(_ => Run(new HelloPublisherInput.Unlinked()));
        Receive<MachineTick>(_ => OnTick());
        Receive<HelloReport.Get>(_ => Sender.Tell(HelloReport.Of(_machine.Graphs, _machine.EndsAt, Timer.Now, _machine.Notifications)));
        Receive<Terminated>(OnGraphStopped);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private MachineTimer Timer => field ??= new MachineTimer(Timers, Context.System.Scheduler);

    public static Props Props(PeerRef peer, SyncContext sync) => Akka.Actor.Props.Create(() => new HelloPublisherActor(peer, sync));

    protected override void PreStart() => Run(new HelloPublisherInput.Linked());

    // What was asked for is forgotten: the subscriber hears nothing after its schedule delay, and asks again.
    protected override void PostRestart(Exception reason)
    {
        base.PostRestart(reason);
        Context.Parent.Tell(PeerActor.Began.Instance);
    }

    private void OnLinked(PeerActor.Linking linked)
    {
        _peer = linked.Peer;
        Run(new HelloPublisherInput.Linked());
    }

    // A request waits for its graph to tell its version, or that it is broken; a later one takes its place. Past the limit
    // of graphs nothing is looked up: the machine refuses.
    private void OnSubscribeTo(SubscribeTo subscribe)
    {
        var request = subscribe.Request;
        if (subscribe.Graph is not { } actor)
        {
            Run(new HelloPublisherInput.Subscribe(request, null, SyncErrorKind.UnknownGraph));
        }
        else if (_followed.TryGetValue(request.Graph, out var followed))
        {
            followed.Asked = request;
            SubscribeIfFound(followed);
        }
        else if (_followed.Count >= _sync.Settings.Hellos.GraphsPerPeer)
        {
            var full = new SyncError(SyncErrorKind.LimitExceeded, $"this peer is told of {_followed.Count} graphs, as many as it may be; unsubscribe from one");
            _sync.Errors.Count(full.Kind);
            _peer.Actor.Tell(PeerActor.Send.Failure(full, 0, request.Graph));
        }
        else
        {
            _followed.Add(request.Graph, new FollowedGraph(actor) { Asked = request });
            Context.Watch(actor);
            actor.Tell(new GraphActor.Follow(null, _peer.Identity.Node, MayRest: true));
        }
        Context.Parent.Tell(PeerActor.Handled.Instance);
    }

    private void SubscribeIfFound(FollowedGraph followed)
    {
        if (followed is not { Asked: { } request, Snapshot: { } snapshot })
            return;
        followed.Asked = null;
        Run(new HelloPublisherInput.Subscribe(request, snapshot, null));
        if (_machine.Graphs.Contains(request.Graph))
            _sync.Events.Publish(new Tells(_peer.Identity.Node, request.Graph));
        else
            Unfollow(request.Graph);
    }

    private void OnUnsubscribe(Unsubscribe unsubscribe)
    {
        Run(new HelloPublisherInput.Unsubscribe(unsubscribe.Request));
        Unfollow(unsubscribe.Request.Graph);
        Context.Parent.Tell(PeerActor.Handled.Instance);
    }

    private void OnChanged(GraphActor.Changed changed)
    {
        if (!_followed.TryGetValue(changed.Snapshot.Graph, out var followed))
            return;
        followed.Snapshot = changed.Snapshot;
        Run(new HelloPublisherInput.Changed(changed.Snapshot));
        SubscribeIfFound(followed);
    }

    private void OnRefused(GraphActor.Version version)
    {
        if (version.Result.Error is not { } error || !_followed.TryGetValue(version.Graph, out var followed))
            return;
        Unfollow(version.Graph);
        if (followed.Asked is { } request)
            Run(new HelloPublisherInput.Subscribe(request, null, error.Kind));
        else
            Run(new HelloPublisherInput.Removed(version.Graph));
    }

    private void OnGraphStopped(Terminated stopped)
    {
        foreach (var (graph, followed) in _followed.Where(pair => pair.Value.Actor.Equals(stopped.ActorRef)).ToArray())
        {
            _followed.Remove(graph);
            Run(new HelloPublisherInput.Removed(graph));
            if (followed.Asked is { } request)
                Run(new HelloPublisherInput.Subscribe(request, null, SyncErrorKind.UnknownGraph));
        }
    }

    private void Unfollow(GraphId graph)
    {
        if (!_followed.Remove(graph, out var followed))
            return;
        Context.Unwatch(followed.Actor);
        followed.Actor.Tell(GraphActor.Unfollow.Instance);
    }

    private void OnTick()
    {
        if (Timer.IsDue())
            Run(new HelloPublisherInput.Tick());
    }

    private void Run(HelloPublisherInput input)
    {
        _machine.Handle(input, Timer.Now, _outbox);
        while (_outbox.TryTake(out var output))
        {
            switch (output)
            {
                case HelloPublisherOutput.Send send:
                    if (send.Refused is { } kind)
                        _sync.Errors.Count(kind);
                    _peer.Actor.Tell(new PeerActor.Send(send.Payload, null));
                    break;
                case HelloPublisherOutput.Unfollow unfollow:
                    Unfollow(unfollow.Graph);
                    break;
                case HelloPublisherOutput.StartTimer timer:
                    Timer.Start(timer.At);
                    break;
            }
        }
    }

    private sealed class FollowedGraph(IActorRef actor)
    {
        public IActorRef Actor { get; } = actor;

        public GraphSnapshot? Snapshot { get; set; }

        /// <summary>The request that waits for the graph.</summary>
        public HelloSubscribe? Asked { get; set; }
    }
}

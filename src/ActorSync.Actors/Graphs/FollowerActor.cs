using System.Threading.Channels;
using ActorSync.Graphs;
using Akka.Actor;

namespace ActorSync.Actors;

/// <summary>Hands the versions of a graph to a reader outside of the actors; the newest takes the place of one not read yet.</summary>
internal sealed class FollowerActor : ReceiveActor
{
    private readonly IActorRef _router;
    private readonly GraphId _graph;
    private readonly ChannelWriter<GraphSnapshot> _versions;

    public FollowerActor(IActorRef router, GraphId graph, ChannelWriter<GraphSnapshot> versions)
    {
        _router = router;
        _graph = graph;
        _versions = versions;
        Receive<GraphActor.Changed>(changed => versions.TryWrite(changed.Snapshot));
        Receive<GraphActor.Version>(broken => versions.TryComplete(broken.Result.Error is { } error ? new SyncException(error) : null));
        ReceiveAny(_ => { });
    }

    public static Props Props(IActorRef router, GraphId graph, ChannelWriter<GraphSnapshot> versions) =>
        Akka.Actor.Props.Create(() => new FollowerActor(router, graph, versions));

    protected override void PreStart() => _router.Tell(new SyncRouter.FollowGraph(_graph, Reads: true));

    // With the node the reading ends.
    protected override void PostStop()
    {
        _router.Tell(new SyncRouter.UnfollowGraph(_graph));
        _versions.TryComplete();
    }
}

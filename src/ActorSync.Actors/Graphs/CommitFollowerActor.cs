using System.Threading.Channels;
using ActorSync.Graphs;
using ActorSync.Graphs.Clients;
using Akka.Actor;

namespace ActorSync.Actors;

/// <summary>
/// Hands every commit of a graph to a reader outside of the actors. None is left out: a reader that falls too far behind
/// is cut off, with an error that says so.
/// </summary>
internal sealed class CommitFollowerActor : ReceiveActor
{
    private readonly IActorRef _router;
    private readonly GraphId _graph;
    private readonly ChannelWriter<GraphCommit> _commits;
    private bool _hasBegun;

    public CommitFollowerActor(IActorRef router, GraphId graph, ChannelWriter<GraphCommit> commits)
    {
        _router = router;
        _graph = graph;
        _commits = commits;
        Receive<GraphActor.Changed>(OnChanged);
        Receive<GraphActor.Version>(broken => commits.TryComplete(broken.Result.Error is { } error ? new SyncException(error) : null));
        ReceiveAny(_ => { });
    }

    public static Props Props(IActorRef router, GraphId graph, ChannelWriter<GraphCommit> commits) =>
        Akka.Actor.Props.Create(() => new CommitFollowerActor(router, graph, commits));

    protected override void PreStart() => _router.Tell(new SyncRouter.FollowGraph(_graph, Reads: true));

    // With the node the watching ends.
    protected override void PostStop()
    {
        _router.Tell(new SyncRouter.UnfollowGraph(_graph));
        _commits.TryComplete();
    }

    // A graph whose actor began anew says where it is once more, and what was committed meanwhile is not told.
    private void OnChanged(GraphActor.Changed changed)
    {
        if (changed.Commits.Count == 0 && _hasBegun)
        {
            CutOff(new SyncError(SyncErrorKind.StoreFailed, $"the graph {_graph.ToShortString()} was opened anew: watch again, from the facts that are there then"));
            return;
        }
        var begun = new GraphCommit([], changed.Snapshot.Heads, changed.Facts, [], -1, 0);
        foreach (var commit in _hasBegun ? changed.Commits : [begun])
        {
            if (_commits.TryWrite(commit))
                continue;
            CutOff(new SyncError(SyncErrorKind.LimitExceeded, $"the watcher of the graph {_graph.ToShortString()} fell too many commits behind: watch again, from the facts that are there then"));
            return;
        }
        _hasBegun = true;
    }

    private void CutOff(SyncError why)
    {
        _commits.TryComplete(new SyncException(why));
        Context.Stop(Self);
    }
}

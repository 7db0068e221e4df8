using ActorSync.Graphs;
using ActorSync.Membership;
using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

// What a mesh adds: it says where actions are carried out, and which graphs are to go.
public sealed partial class SyncRouter
{
    private sealed record Deleted(GraphId Graph, SyncError? Error) : ILocalMessage;

    private readonly Dictionary<GraphId, IActorRef> _asksToDrop = [];
    private readonly Dictionary<GraphId, IActorRef> _dropping = [];
    private MembershipView? _members;
    private IActorRef? _mesh;
    private IActorRef? _actions;

    internal static SyncError BeingDropped => new(SyncErrorKind.Busy, "the graph is just being deleted here, as other members hold it; try again in a moment");

    private void Mesh()
    {
        Receive<ServeMesh>(_ => OnServeMesh());
        Receive<ServeActions>(_ => _actions = Sender);
        Receive<MembershipActor.ViewChanged>(changed => _members = changed.View);
        _events.Subscribe(Self, typeof(MembershipActor.ViewChanged));
        Receive<LookFor>(OnLookFor);
        Receive<DropGraph>(OnDropGraph);
        Receive<LetGo>(OnLetGo);
        Receive<Kept>(OnKept);
        Receive<Fetched>(OnFetched);
        Receive<Deleted>(OnDeleted);
    }

    private void OnServeMesh()
    {
        _mesh = Sender;
        // One that has begun anew knows of nothing that it was asked for.
        foreach (var graph in _fetching.Keys.ToArray())
            OnFetched(new Fetched(graph, new SyncError(SyncErrorKind.Busy, "the mesh began anew; try again")));
        Sender.Tell(new StateActor.Linked([.. _linked.Values]));
        foreach (var graph in _graphs.Keys)
            Sender.Tell(new GraphHere(graph, IsNew: false));
    }

    private void OnAct(Act act)
    {
        if ((_actions ?? _mesh) is { } carrier)
            carrier.Forward(new MeshActor.Act(act.Graph, act.Action, act.Ack, act.Within));
        else
            Forward(act.Graph, act.Action, error => new GraphActor.Acted(error));
    }

    private void OnLookFor(LookFor look)
    {
        if (IsHere(look.Graph))
            Sender.Tell(new GraphHere(look.Graph, IsNew: false));
    }

    private void OnDropGraph(DropGraph drop)
    {
        if (!_graphs.TryGetValue(drop.Graph, out var graph))
            return;
        _asksToDrop[drop.Graph] = Sender;
        graph.Tell(new GraphActor.LetGo(drop.Version, _members));
    }

    private void OnKept(Kept kept)
    {
        if (_asksToDrop.Remove(kept.Graph, out var asker))
            asker.Tell(kept);
    }

    // From now on it is not here; its store is deleted when its actor has closed it.
    private void OnLetGo(LetGo letGo)
    {
        if (_asksToDrop.Remove(letGo.Graph, out var asker))
            _dropping[letGo.Graph] = asker;
    }

    private void Delete(GraphId graph)
    {
        var self = Self;
        _store.RemoveAsync(graph).PipeTo(
            self, success: error => new Deleted(graph, error), failure: why => new Deleted(graph, new SyncError(SyncErrorKind.StoreFailed, why.Message)));
    }

    private void OnDeleted(Deleted deleted)
    {
        _dropping.Remove(deleted.Graph, out var asker);
        if (deleted.Error is null)
        {
            asker!.Tell(new Dropped(deleted.Graph));
            if (_fetching.ContainsKey(deleted.Graph))
                _mesh!.Tell(new MeshActor.Fetch(deleted.Graph));
        }
        else
        {
            _log.Error("Graph {0} could not be deleted: {1}", deleted.Graph, deleted.Error);
            if (!_closing)
                Open(deleted.Graph, null).Tell(GraphActor.Survey.Instance);
            OnFetched(new Fetched(deleted.Graph, null));
        }
        StopIfClosed();
    }
}

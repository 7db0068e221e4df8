using ActorSync.Graphs;
using ActorSync.Placement;
using Akka.Actor;

namespace ActorSync.Actors;

// Graphs that others hold, and that are wanted here all the same.
internal sealed partial class MeshActor
{
    /// <summary>From the router: get a graph that is not here, if others hold it. Answered by <see cref="SyncRouter.Fetched"/>.</summary>
    public sealed record Fetch(GraphId Graph) : ILocalMessage;

    private readonly HashSet<GraphId> _fetching = [];

    private void Guests()
    {
        Receive<Fetch>(OnFetch);
        Receive<HolderActor.Fetched>(OnFetched);
        Receive<HolderActor.Idle>(OnIdle);
    }

    // Strangers may ask for anything: so many graphs at once are looked for, and of those not found nothing remains. A
    // graph that this node itself is to hold would have been named to it by the others.
    private void OnFetch(Fetch fetch)
    {
        var isKnown = _holdings.ContainsKey(fetch.Graph);
        if (_fetching.Count >= _mesh.Options.Holding.FetchesMost)
            Answer(fetch.Graph, new SyncError(SyncErrorKind.Busy, $"{_fetching.Count} graphs are being fetched from the members that hold them; try again in a moment"));
        else if (!isKnown && Rendezvous.Holders(_view, fetch.Graph, _mesh.Options.Placement).Contains(_mesh.Self))
            Answer(fetch.Graph, new SyncError(SyncErrorKind.UnknownGraph, $"the graph {fetch.Graph} is not here"));
        else if (_fetching.Add(fetch.Graph))
            Holder(fetch.Graph, isNew: false).Actor.Tell(HolderActor.Fetch.Instance);
    }

    private void OnFetched(HolderActor.Fetched fetched)
    {
        if (!_fetching.Remove(fetched.Graph))
            return;
        if (fetched.Idle is { } idle)
            OnIdle(idle);
        Answer(fetched.Graph, fetched.Error);
    }

    // Nothing of the graph is kept in mind, so that what was once a guest, or was asked for in vain, takes no memory. What is
    // in its mailbox is answered first; should the graph have come meanwhile the router says so, and it begins anew.
    private void OnIdle(HolderActor.Idle idle)
    {
        var isOfNow = idle.View == _view && !_fetching.Contains(idle.Graph);
        if (!isOfNow || !_holdings.TryGetValue(idle.Graph, out var holding) || !holding.Actor.Equals(Sender))
            return;
        _holdings.Remove(idle.Graph);
        holding.Actor.Tell(PoisonPill.Instance);
        _mesh.Sync.Router.Tell(new SyncRouter.LookFor(idle.Graph));
    }

    private void Answer(GraphId graph, SyncError? error) => _mesh.Sync.Router.Tell(new SyncRouter.Fetched(graph, error));
}

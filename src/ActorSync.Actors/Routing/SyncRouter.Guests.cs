using ActorSync.Graphs;
using ActorSync.Wire;
using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

// A graph that other members of the mesh hold is fetched when somebody from outside of it, or an application, wants it
// here. Members among themselves know who holds what.
public sealed partial class SyncRouter
{
    // What one message may have fetched; the rest of its graphs are not here, as those that nobody holds.
    private const int FetchedPerMessage = 16;

    private static readonly Dictionary<GraphId, SyncError> NothingFailed = [];

    private readonly Dictionary<GraphId, List<Waiting>> _fetching = [];

    // While a message goes on that waited: why its graphs could not be fetched, though others may hold them.
    private Dictionary<GraphId, SyncError> _notFetched = NothingFailed;

    // Goes on when none of its graphs is left to be fetched, with those that could not be.
    private sealed class Waiting(IEnumerable<GraphId> graphs, Action<Dictionary<GraphId, SyncError>> resume)
    {
        private readonly Dictionary<GraphId, SyncError> _failed = [];

        public Queue<GraphId> Graphs { get; } = new(graphs);

        public void NoteFailed(GraphId graph, SyncError error) => _failed[graph] = error;

        public void Resume() => resume(_failed);
    }

    // Until then the peer's message counts as not handled: it does not send more than it may meanwhile.
    private bool WaitsForFetch(PeerRef peer, SyncMessage message, int bytes)
    {
        if (_mesh is null || _members?.Find(peer.Identity.Node) is not null)
            return false;
        var missing = GraphsOf(message).Where(graph => !IsHere(graph)).Take(FetchedPerMessage).ToArray();
        if (missing.Length == 0 || _closing)
            return false;
        Continue(new Waiting(missing, failed =>
        {
            if (!DispatchFetched(peer, message, bytes, failed))
                peer.Actor.Tell(PeerActor.Handled.Instance);
        }));
        return true;
    }

    // That a graph could not be fetched now is another answer than that nobody has it.
    private bool DispatchFetched(PeerRef peer, SyncMessage message, int bytes, Dictionary<GraphId, SyncError> failed)
    {
        if (message is HelloSubscribe hello && failed.TryGetValue(hello.Graph, out var error))
        {
            Refuse(peer, error, 0, hello.Graph);
            return false;
        }
        _notFetched = failed;
        try
        {
            return Dispatch(peer, message, bytes);
        }
        finally
        {
            _notFetched = NothingFailed;
        }
    }

    private SyncError NotHere(GraphId graph) => _notFetched.GetValueOrDefault(graph) ?? UnknownGraph(graph);

    private bool IsHere(GraphId graph) => _graphs.ContainsKey(graph) && !_dropping.ContainsKey(graph);

    private static IEnumerable<GraphId> GraphsOf(SyncMessage message) => message switch
    {
        Poll poll => [poll.Graph],
        Subscribe subscribe => subscribe.Graphs.Select(asked => asked.Graph).Distinct(),
        HelloSubscribe hello => [hello.Graph],
        _ => [],
    };

    private void OnRead(ReadGraph read)
    {
        if (!read.Fetches || _mesh is null || _closing || IsHere(read.Graph))
        {
            Read(read.Graph, Sender);
            return;
        }
        var asker = Sender;
        Fetch(read.Graph, new Waiting([], failed => Read(read.Graph, asker, failed.GetValueOrDefault(read.Graph))));
    }

    private void Read(GraphId graph, IActorRef asker, SyncError? notFetched = null)
    {
        if (_graphs.TryGetValue(graph, out var actor))
            actor.Tell(GraphActor.Read.Instance, asker);
        else
            asker.Tell(new GraphActor.Version(graph, notFetched ?? UnknownGraph(graph)));
    }

    private void Fetch(GraphId graph, Waiting? waiting)
    {
        if (_mesh is null || _closing)
            return;
        if (!_fetching.TryGetValue(graph, out var all))
        {
            _fetching.Add(graph, all = []);
            // One that is just being deleted is asked for after that.
            if (!_dropping.ContainsKey(graph))
                _mesh.Tell(new MeshActor.Fetch(graph));
        }
        if (waiting is not null)
            all.Add(waiting);
    }

    private void OnFetched(Fetched fetched)
    {
        if (!_fetching.Remove(fetched.Graph, out var all))
            return;
        if (fetched.Error is { } error)
            _log.Debug("Graph {0} is not here: {1}", fetched.Graph.ToShortString(), error);
        foreach (var waiting in all)
        {
            if (fetched.Error is { Kind: not SyncErrorKind.UnknownGraph } failed)
                waiting.NoteFailed(fetched.Graph, failed);
            Continue(waiting);
        }
    }

    private void Continue(Waiting waiting)
    {
        if (!_closing && waiting.Graphs.TryDequeue(out var graph))
            Fetch(graph, waiting);
        else
            waiting.Resume();
    }
}

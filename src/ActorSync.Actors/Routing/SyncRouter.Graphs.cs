using ActorSync.Graphs;
using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

// Its graphs, from their beginning to their end. Those that the store was found to hold are looked at a few at a time, so
// that it can be told what is in them, and rest until they are needed.
public sealed partial class SyncRouter
{
    private readonly Dictionary<GraphId, Dictionary<IActorRef, bool>> _awaited = [];
    private readonly Queue<GraphId> _toSurvey = [];
    private readonly HashSet<GraphId> _underSurvey = [];
    private long _opened;
    private bool _closing;

    private void OpenFoundGraphs()
    {
        foreach (var graph in _store.Graphs)
        {
            Open(graph, null);
            if (_settings.GraphIdle is not null)
                _toSurvey.Enqueue(graph);
        }
        SurveyNext(null);
    }

    private void SurveyNext(GraphId? done)
    {
        if (done is { } known)
            _underSurvey.Remove(known);
        while (!_closing && _underSurvey.Count < _settings.GraphSurveys && _toSurvey.TryDequeue(out var next))
        {
            if (_graphs.TryGetValue(next, out var actor) && _underSurvey.Add(next))
                actor.Tell(GraphActor.Survey.Instance);
        }
    }

    private void OnCreate(CreateGraph create)
    {
        if (_closing)
            Sender.Tell(new GraphActor.Version(new GraphId(create.Init.Id), Closing));
        else if (_dropping.ContainsKey(new GraphId(create.Init.Id)))
            Sender.Tell(new GraphActor.Version(new GraphId(create.Init.Id), BeingDropped));
        else
            Graph(create.Init, isMadeHere: true).Forward(GraphActor.Read.Instance);
    }

    private static SyncError Closing => new(SyncErrorKind.ShuttingDown, "the node is shutting down");

    private void OnReceiveCommands(GraphActor.ReceiveCommands receive)
    {
        var first = receive.Commands.Count > 0 ? receive.Commands[0] : null;
        if (!_closing && !_graphs.ContainsKey(receive.Graph) && !_dropping.ContainsKey(receive.Graph) && first is { Prior.Kind: PriorKind.None } && first.Id == receive.Graph.Init)
            Graph(first);
        Forward(receive.Graph, receive, error => new GraphActor.CommandsReceived(receive.Graph, receive.Tag, error));
    }

    private void Forward(GraphId graph, object message, Func<SyncError, object> refusal)
    {
        if (_dropping.ContainsKey(graph))
            Sender.Tell(refusal(BeingDropped));
        else if (_graphs.TryGetValue(graph, out var actor))
            actor.Forward(message);
        else
            Sender.Tell(refusal(UnknownGraph(graph)));
    }

    private static SyncError UnknownGraph(GraphId graph) => new(SyncErrorKind.UnknownGraph, $"the graph {graph} is not here");

    private IActorRef Graph(Command init, bool isMadeHere = false)
    {
        var graph = new GraphId(init.Id);
        return _graphs.TryGetValue(graph, out var actor) ? actor : Open(graph, init, isMadeHere);
    }

    private IActorRef Open(GraphId graph, Command? init, bool isMadeHere = false)
    {
        // A graph that could not be made may be begun again before its actor is gone: the name is its own.
        var actor = Context.ActorOf(GraphActor.Props(graph, init, _store, _settings, _errors, _open), $"graph-{graph}-{++_opened}");
        Context.Watch(actor);
        _graphs.Add(graph, actor);
        _mesh?.Tell(new GraphHere(graph, isMadeHere && !_store.Graphs.Contains(graph)));
        if (_awaited.Remove(graph, out var followers))
        {
            foreach (var (follower, reads) in followers)
                actor.Tell(new GraphActor.Follow(null, Keeps: reads, MayRest: !reads), follower);
        }
        return actor;
    }

    private void OnFollow(FollowGraph follow)
    {
        if (IsHere(follow.Graph) && _graphs.TryGetValue(follow.Graph, out var actor))
        {
            actor.Tell(new GraphActor.Follow(null, Keeps: follow.Reads, MayRest: !follow.Reads), Sender);
            return;
        }
        if (!_awaited.TryGetValue(follow.Graph, out var followers))
            _awaited.Add(follow.Graph, followers = []);
        followers[Sender] = follow.Reads;
        Sender.Tell(new NoGraph(follow.Graph));
        if (follow.Reads)
            Fetch(follow.Graph, null);
    }

    private void OnUnfollow(UnfollowGraph unfollow)
    {
        if (_graphs.TryGetValue(unfollow.Graph, out var actor))
            actor.Tell(GraphActor.Unfollow.Instance, Sender);
        if (_awaited.TryGetValue(unfollow.Graph, out var followers) && followers.Remove(Sender) && followers.Count == 0)
            _awaited.Remove(unfollow.Graph);
    }

    private void OnTerminated(Terminated terminated)
    {
        foreach (var session in _sessions.Where(pair => pair.Value.Equals(terminated.ActorRef)).Select(pair => pair.Key).ToArray())
            _sessions.Remove(session);
        foreach (var graph in _graphs.Where(pair => pair.Value.Equals(terminated.ActorRef)).Select(pair => pair.Key).ToArray())
        {
            _graphs.Remove(graph);
            SurveyNext(graph);
            if (_dropping.ContainsKey(graph))
                Delete(graph);
            else if (!_closing)
                _log.Error("Graph {0} is down", graph);
        }
        OnStateTerminated(terminated.ActorRef);
        StopIfClosed();
    }

    // What was asked of it before is answered still; then it stops, and a graph begun anew is another actor.
    private void OnNotMade(NotMade notMade)
    {
        if (_graphs.TryGetValue(notMade.Graph, out var actor) && actor.Equals(Sender) && !_closing)
            _graphs.Remove(notMade.Graph);
        Sender.Tell(GraphActor.Close.Instance);
    }

    private void OnClose()
    {
        _closing = true;
        foreach (var graph in _graphs.Values)
            graph.Tell(GraphActor.Close.Instance);
        CloseStates();
        StopIfClosed();
    }

    private void StopIfClosed()
    {
        if (_closing && _graphs.Count + _states.Count + _dropping.Count == 0)
            Context.Stop(Self);
    }
}

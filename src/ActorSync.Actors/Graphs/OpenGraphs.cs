using System.Collections.Concurrent;
using ActorSync.Graphs;
using Akka.Actor;

namespace ActorSync.Actors;

/// <summary>
/// The graphs of a node that are open, with their actors: each enters itself, and leaves before it closes. What is for one
/// graph alone may go straight to its actor; where there is none the router knows why, and what is to be done. What goes
/// straight would overtake what the same sender has told the router just before, and waits until that is answered.
/// Safe from any thread.
/// </summary>
public sealed class OpenGraphs
{
    private readonly ConcurrentDictionary<GraphId, IActorRef> _actors = new();

    /// <summary>The actor of a graph; null when it is not open.</summary>
    public IActorRef? Find(GraphId graph) => _actors.GetValueOrDefault(graph);

    /// <summary>From now on messages may go straight to the actor.</summary>
    public void Enter(GraphId graph, IActorRef actor) => _actors[graph] = actor;

    /// <summary>The actor is about to close; the graph may be open with another by now, who stays.</summary>
    public void Leave(GraphId graph, IActorRef actor) => _actors.TryRemove(KeyValuePair.Create(graph, actor));
}

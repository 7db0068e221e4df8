using ActorSync.Actors;
using ActorSync.Wire;
using Akka.Actor;

namespace ActorSync.Cluster;

/// <summary>
/// A graph as the cluster addresses it: there is one, named by the graph's id, on the node that owns its shard. All
/// actions on the graph pass it, wherever they come from, and are carried out here; the graph's own actor, its store and
/// what other holders have to say to it are the node's. When nothing comes for long it is put to sleep.
/// </summary>
internal sealed class GraphEntity : ReceiveActor
{
    public GraphEntity(IActorRef graphs, TimeSpan patience)
    {
        Receive<Carried>(carried =>
        {
            if (carried.Message is not ForwardAction action)
                return;
            var within = TimeSpan.FromMilliseconds(action.WithinMilliseconds);
            var act = new MeshActor.Act(action.Graph, new GraphActor.Act(action.Payload, action.Priority), action.Ack, within);
            graphs.Ask<GraphActor.Acted>(act, within + patience).PipeTo(
                Sender,
                success: acted => Answer(action.Token, acted),
                failure: _ => Answer(action.Token, new GraphActor.Acted(new SyncError(SyncErrorKind.Unreachable, "the graph's owner did not answer in time: the action may have been carried out"))));
        });
    }

    public static Props Props(IActorRef graphs, TimeSpan patience) => Akka.Actor.Props.Create(() => new GraphEntity(graphs, patience));

    private static Carried Answer(ulong token, GraphActor.Acted acted)
    {
        var error = acted.Result.Error;
        return new Carried(new ForwardResult(token, error is null ? acted.Result.Value : acted.Durable, error?.Kind, error?.Message ?? ""));
    }
}

using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs;

namespace ActorSync.Actors.Tests.Routing;

public sealed class LettingGoTests : ActorTest
{
    [Fact]
    public void Whoever_comes_while_a_graph_is_being_deleted_is_answered_by_whatever_way_it_comes()
    {
        var (store, open, graph) = (new FaultStore(Identity(1)), new OpenGraphs(), new TestGraph());
        var router = Sys.ActorOf(SyncRouter.Props(store, new SyncSettings(), open: open));
        router.Tell(new SyncRouter.CreateGraph(graph.Init), TestActor);
        var version = ExpectMsg<GraphActor.Version>().Result.Value;
        var closing = new TaskCompletionSource();
        store.CloseWaits = closing.Task;
        var shortWay = open.Find(graph.Id)!;
        var mesh = CreateTestProbe();
        router.Tell(new SyncRouter.DropGraph(graph.Id, version), mesh.Ref);
        AwaitCondition(() => open.Find(graph.Id) is null, TimeSpan.FromSeconds(20));

        var act = new GraphActor.Act(new byte[] { 1 }, Priority.Basic(0));
        router.Tell(new SyncRouter.ActHere(graph.Id, act), TestActor);
        Assert.Equal(SyncErrorKind.Busy, ExpectMsg<GraphActor.Acted>().Result.Error?.Kind);
        shortWay.Tell(act, TestActor);
        Assert.Equal(SyncErrorKind.Busy, ExpectMsg<GraphActor.Acted>().Result.Error?.Kind);
        shortWay.Tell(new GraphActor.ReceiveCommands(graph.Id, [graph.Add()], null, "push"), TestActor);
        Assert.Equal(SyncErrorKind.Busy, ExpectMsg<GraphActor.CommandsReceived>().Result.Error?.Kind);
        closing.SetResult();
        mesh.ExpectMsg<SyncRouter.Dropped>();
        router.Tell(new SyncRouter.ActHere(graph.Id, act), TestActor);
        Assert.Equal(SyncErrorKind.UnknownGraph, ExpectMsg<GraphActor.Acted>().Result.Error?.Kind);
    }
}

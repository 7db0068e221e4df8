using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs;
using ActorSync.Graphs.Hellos;
using ActorSync.Graphs.Stores;
using ActorSync.Wire;
using Akka.Actor;
using Akka.TestKit;
using Address = ActorSync.Graphs.Address;

namespace ActorSync.Actors.Tests.Peers;

public sealed class HelloPublisherActorTests : ActorTest
{
    private readonly TestGraph _graph = new();
    private readonly ErrorCounts _errors = new();
    private readonly NodeEvents _events = new();
    private readonly TestProbe _peer;
    private readonly TestProbe _parent;
    private readonly TestProbe _graphActor;
    private readonly IActorRef _hello;

    public HelloPublisherActorTests()
        : base(ManualScheduler.Config)
    {
        (_peer, _parent, _graphActor) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        var settings = new SyncSettings { Hellos = new HelloSettings { GraphsPerPeer = 1 } };
        var sync = new SyncContext(Identity(1), CreateTestProbe().Ref, new MemoryNodeStore(Identity(1)), settings, _errors, new Random(1)) { Events = _events };
        _hello = ChildOf(_parent, HelloPublisherActor.Props(Peer(_peer), sync));
    }

    [Fact]
    public void A_change_within_the_delay_is_told_at_its_end()
    {
        Assert.Equal(_graph.Init.Address, Subscribe());
        Commit();
        Step(_hello, TimeSpan.FromSeconds(1) - Tick);
        var last = Commit();
        NothingWasSent();
        Step(_hello, Tick);
        Assert.Equal(last.Address, ExpectSent<HelloNotify>(_peer).Head);
        Step(_hello, TimeSpan.FromSeconds(50));
        NothingWasSent();
    }

    [Fact]
    public void It_tells_on_schedule_and_ends_with_its_duration()
    {
        Subscribe(scheduleDelay: 40_000);
        Step(_hello, TimeSpan.FromSeconds(40));
        ExpectSent<HelloNotify>(_peer);
        Step(_hello, TimeSpan.FromSeconds(20) + Tick);
        _graphActor.ExpectMsg<GraphActor.Unfollow>();
        Commit();
        NothingWasSent();
    }

    [Fact]
    public void A_graph_that_is_not_here_or_broken_or_one_too_many_is_refused_by_name()
    {
        Assert.Equal(SyncErrorKind.UnknownGraph, Refused(null));
        Tell(_graphActor.Ref);
        _graphActor.ExpectMsg<GraphActor.Follow>();
        _graphActor.Reply(new GraphActor.Version(_graph.Id, new SyncError(SyncErrorKind.StoreDamaged, "a bad byte")));
        Assert.Equal((SyncErrorKind.StoreDamaged, _graph.Id), Failure());
        _graphActor.ExpectMsg<GraphActor.Unfollow>();
        Subscribe();
        var other = new TestGraph("another graph");
        _hello.Tell(new HelloPublisherActor.SubscribeTo(new HelloSubscribe(other.Id, 1, 1, 0), CreateTestProbe().Ref));
        Assert.Equal((SyncErrorKind.LimitExceeded, other.Id), Failure());
        Assert.Equal([("LimitExceeded", 1), ("UnknownGraph", 1), ("StoreDamaged", 1)], _errors.ToDictionary().Select(error => (error.Key, (int)error.Value)));
    }

    [Fact]
    public void Whoever_listens_hears_that_a_peer_asked_to_be_told()
    {
        _events.Subscribe(TestActor, typeof(HelloPublisherActor.Tells));
        Assert.Equal(SyncErrorKind.UnknownGraph, Refused(null));
        Subscribe();
        Assert.Equal(new HelloPublisherActor.Tells(Identity(2).Node, _graph.Id), ExpectMsg<HelloPublisherActor.Tells>());
        Assert.False(HasMessages);
    }

    [Fact]
    public void A_graph_that_breaks_while_it_is_told_of_is_told_no_more()
    {
        Subscribe(scheduleDelay: 40_000);
        _hello.Tell(new GraphActor.Version(_graph.Id, new SyncError(SyncErrorKind.StoreDamaged, "a bad byte")), _graphActor.Ref);
        Assert.Equal((SyncErrorKind.UnknownGraph, _graph.Id), Failure());
        Step(_hello, TimeSpan.FromSeconds(41));
        NothingWasSent();
    }

    [Fact]
    public void A_graph_that_goes_down_is_told_as_gone()
    {
        Subscribe();
        Sys.Stop(_graphActor.Ref);
        Assert.Equal((SyncErrorKind.UnknownGraph, _graph.Id), Failure());
    }

    [Fact]
    public void Unsubscribed_it_follows_the_graph_no_more_and_while_there_is_no_link_it_says_nothing()
    {
        Subscribe();
        _hello.Tell(PeerActor.Unlinking.Instance);
        var last = Commit();
        Step(_hello, TimeSpan.FromSeconds(10));
        NothingWasSent();
        _hello.Tell(new PeerActor.Linking(Peer(_peer)));
        Assert.Equal(last.Address, ExpectSent<HelloNotify>(_peer).Head);
        _hello.Tell(new HelloPublisherActor.Unsubscribe(new HelloUnsubscribe(_graph.Id)));
        _graphActor.ExpectMsg<GraphActor.Unfollow>();
        Commit();
        NothingWasSent();
    }

    private Address Subscribe(uint scheduleDelay = 0)
    {
        Tell(_graphActor.Ref, scheduleDelay);
        _graphActor.FishForMessage<GraphActor.Follow>(_ => true);
        _graphActor.Reply(new GraphActor.Changed(_graph.Snapshot, []));
        return ExpectSent<HelloNotify>(_peer).Head;
    }

    private void Tell(IActorRef? graph, uint scheduleDelay = 0) =>
        _hello.Tell(new HelloPublisherActor.SubscribeTo(new HelloSubscribe(_graph.Id, 1000, 60, scheduleDelay), graph));

    private SyncErrorKind Refused(IActorRef? graph)
    {
        Tell(graph);
        return Failure().Kind;
    }

    private (SyncErrorKind Kind, GraphId? Graph) Failure()
    {
        var failure = ExpectSent<SyncFailure>(_peer);
        return (failure.Kind, failure.Graph);
    }

    private Command Commit()
    {
        var command = _graph.Add();
        _graphActor.Send(_hello, new GraphActor.Changed(_graph.Snapshot, []));
        return command;
    }

    // The answer to a question says that all before it was handled.
    private void NothingWasSent()
    {
        _hello.Tell(new HelloPublisherActor.SubscribeTo(new HelloSubscribe(new TestGraph("a question").Id, 1, 1, 0), null), TestActor);
        Assert.Equal(SyncErrorKind.UnknownGraph, Failure().Kind);
    }
}

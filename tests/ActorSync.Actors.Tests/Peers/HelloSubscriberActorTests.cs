using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs;
using ActorSync.Graphs.Hellos;
using ActorSync.Graphs.Stores;
using ActorSync.Wire;
using Akka.Actor;
using Akka.TestKit;

namespace ActorSync.Actors.Tests.Peers;

public sealed class HelloSubscriberActorTests : ActorTest
{
    private static readonly HelloTerms Terms = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(100), TimeSpan.Zero);

    private readonly TestGraph _graph = new();
    private readonly TestProbe _router;
    private readonly TestProbe _peer;
    private readonly TestProbe _parent;
    private readonly IActorRef _hello;

    public HelloSubscriberActorTests()
        : base(ManualScheduler.Config)
    {
        (_router, _peer, _parent) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        _parent.IgnoreMessages(message => message is PeerActor.Handled);
        _hello = ChildOf(_parent, HelloSubscriberActor.Props(new SyncContext(
            Identity(1), _router.Ref, new MemoryNodeStore(Identity(1)), new SyncSettings(), new ErrorCounts(), new Random(1))));
        _parent.ExpectMsg<PeerActor.Began>();
        _hello.Tell(new PeerActor.Linking(Peer(_peer)));
    }

    [Fact]
    public void A_graph_is_asked_for_on_its_terms_and_its_asker_hears_of_the_answer()
    {
        Assert.Equal(new HelloSubscribe(_graph.Id, 1000, 100, 0), Want());
        Notify(_graph.Init);
        Assert.Null(ExpectMsg<HelloSubscriberActor.Answered>().Error);
        NothingIsPolledFor();
    }

    [Fact]
    public void A_refusal_is_told_to_the_asker()
    {
        Want();
        _hello.Tell(new HelloSubscriberActor.Message(new SyncFailure(SyncErrorKind.NotAllowed, 0, _graph.Id, "not you")));
        Assert.Equal(SyncErrorKind.NotAllowed, ExpectMsg<HelloSubscriberActor.Answered>().Error?.Kind);
    }

    [Fact]
    public void A_head_that_is_not_here_is_polled_for_one_poll_at_a_time()
    {
        Want();
        Notify(_graph.Init);
        ExpectMsg<HelloSubscriberActor.Answered>();
        var told = new TestGraph().Add(3, 8);
        Notify(told.Commands[1]);
        Assert.Equal(_graph.Id, _parent.ExpectMsg<PeerActor.Poll>().Graph);
        Notify(told.Commands[2]);
        NothingIsPolledFor();
        // The poll brought only the first: the second is looked at now.
        _graph.Add(1, 8);
        _hello.Tell(new GraphActor.Changed(_graph.Snapshot, []));
        _hello.Tell(new PollActor.Ended(_graph.Id, new PollOutcome(false, 1, 1, false, 1)));
        _parent.ExpectMsg<PeerActor.Poll>();
    }

    [Fact]
    public void A_poll_that_fails_is_made_again_later()
    {
        Want();
        Notify(new TestGraph().Add());
        ExpectMsg<HelloSubscriberActor.Answered>();
        _parent.ExpectMsg<PeerActor.Poll>();
        _hello.Tell(new PollActor.Ended(_graph.Id, new SyncError(SyncErrorKind.Busy, "later")));
        Notify(new TestGraph().Add());
        NothingIsPolledFor();
        Step(_hello, TimeSpan.FromSeconds(1));
        _parent.ExpectMsg<PeerActor.Poll>();
    }

    [Fact]
    public void It_is_renewed_when_half_of_the_duration_is_over()
    {
        Want();
        Notify(_graph.Init);
        ExpectMsg<HelloSubscriberActor.Answered>();
        Step(_hello, TimeSpan.FromSeconds(50));
        ExpectSent<HelloSubscribe>(_peer);
    }

    [Fact]
    public void Unwanted_it_unsubscribes_and_follows_the_graph_no_more()
    {
        Want();
        _hello.Tell(new PeerActor.UnwantHello(_graph.Id), TestActor);
        Assert.Equal(SyncErrorKind.InvalidRequest, ExpectMsg<HelloSubscriberActor.Answered>().Error?.Kind);
        Assert.Null(ExpectMsg<HelloSubscriberActor.Answered>().Error);
        Assert.Equal(_graph.Id, ExpectSent<HelloUnsubscribe>(_peer).Graph);
        Assert.Equal(_graph.Id, _router.ExpectMsg<SyncRouter.UnfollowGraph>().Graph);
    }

    [Fact]
    public void What_the_mesh_takes_back_an_application_still_wants_on_its_own_terms()
    {
        var ofMesh = Terms with { Duration = TimeSpan.FromDays(1) };
        Want();
        Notify(_graph.Init);
        ExpectMsg<HelloSubscriberActor.Answered>();
        _hello.Tell(new PeerActor.WantHello(_graph.Id, ofMesh, LinkKeepers.Mesh), TestActor);
        Assert.Null(ExpectMsg<HelloSubscriberActor.Answered>().Error);
        _hello.Tell(new PeerActor.UnwantHello(_graph.Id, LinkKeepers.Mesh), TestActor);
        Assert.Null(ExpectMsg<HelloSubscriberActor.Answered>().Error);
        _hello.Tell(new PeerActor.WantHello(_graph.Id, ofMesh, LinkKeepers.Mesh), TestActor);
        Assert.Null(ExpectMsg<HelloSubscriberActor.Answered>().Error);
        Assert.False(_peer.HasMessages);

        _hello.Tell(new PeerActor.UnwantHello(_graph.Id), TestActor);
        Assert.Null(ExpectMsg<HelloSubscriberActor.Answered>().Error);
        Assert.Equal(24 * 3600u, ExpectSent<HelloSubscribe>(_peer).DurationSeconds);
        _hello.Tell(new PeerActor.UnwantHello(_graph.Id, LinkKeepers.Mesh), TestActor);
        Assert.Equal(_graph.Id, ExpectSent<HelloUnsubscribe>(_peer).Graph);
        Assert.Equal(_graph.Id, _router.ExpectMsg<SyncRouter.UnfollowGraph>().Graph);
    }

    [Fact]
    public void A_graph_wanted_again_on_the_same_terms_is_not_asked_for_again_unless_it_was_refused()
    {
        Want();
        _hello.Tell(new HelloSubscriberActor.Message(new SyncFailure(SyncErrorKind.UnknownGraph, 0, _graph.Id, "not here")));
        Assert.Equal(SyncErrorKind.UnknownGraph, ExpectMsg<HelloSubscriberActor.Answered>().Error?.Kind);
        _hello.Tell(new PeerActor.WantHello(_graph.Id, Terms), TestActor);
        ExpectSent<HelloSubscribe>(_peer);
        Notify(_graph.Init);
        Assert.Null(ExpectMsg<HelloSubscriberActor.Answered>().Error);
        _hello.Tell(new PeerActor.WantHello(_graph.Id, Terms), TestActor);
        Assert.Null(ExpectMsg<HelloSubscriberActor.Answered>().Error);
        Assert.False(_peer.HasMessages);
    }

    [Fact]
    public void Stopped_it_takes_back_what_it_asked_for()
    {
        Want();
        Watch(_hello);
        _hello.Tell(HelloSubscriberActor.Stop.Instance);
        ExpectSent<HelloUnsubscribe>(_peer);
        Assert.Equal(SyncErrorKind.Unreachable, ExpectMsg<HelloSubscriberActor.Answered>().Error?.Kind);
        ExpectTerminated(_hello);
    }

    private HelloSubscribe Want()
    {
        _hello.Tell(new PeerActor.WantHello(_graph.Id, Terms), TestActor);
        Assert.Equal(_graph.Id, _router.ExpectMsg<SyncRouter.FollowGraph>().Graph);
        _router.Reply(new GraphActor.Changed(_graph.Snapshot, []));
        return ExpectSent<HelloSubscribe>(_peer);
    }

    // The answer says that all before it was handled.
    private void NothingIsPolledFor()
    {
        _hello.Tell(new PeerActor.UnwantHello(new TestGraph("a question").Id), TestActor);
        Assert.Null(ExpectMsg<HelloSubscriberActor.Answered>().Error);
        Assert.False(_parent.HasMessages);
    }

    private void Notify(Command head) => _hello.Tell(new HelloSubscriberActor.Message(new HelloNotify(_graph.Id, head.Address)));
}

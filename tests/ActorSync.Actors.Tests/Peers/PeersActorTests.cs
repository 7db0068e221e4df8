using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;
using Akka.Actor;
using Akka.TestKit;

namespace ActorSync.Actors.Tests.Peers;

public sealed class PeersActorTests : ActorTest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly FakeConnector _connector = new();
    private readonly ErrorCounts _errors = new();
    private readonly TestGraph _graph = new();
    private readonly TestProbe _router;
    private IActorRef _peers = ActorRefs.Nobody;

    public PeersActorTests()
        : base(ManualScheduler.Config) => _router = CreateTestProbe();

    [Fact]
    public void Accepted_links_get_a_peer_each_and_a_closed_listener_ends_nothing()
    {
        Start();
        _connector.Accept(new FakeLink(Identity(2)));
        _connector.Accept(new FakeLink(Identity(3)));
        _connector.Accept(null);
        AwaitAssert(() => Assert.Equal(2, All().Peers.Count));
        Assert.NotNull(Find(Identity(2)));
        Assert.Null(Find(Identity(4)));
        Assert.NotNull(FindByDigits(Identity(3).Node.ToString()));
        // More than one begins so.
        Assert.Null(FindByDigits("0000"));
    }

    [Fact]
    public void An_endpoint_is_dialed_once_however_often_it_is_asked_for()
    {
        Start();
        _peers.Tell(new PeersActor.Dial("there:1"), TestActor);
        _peers.Tell(new PeersActor.Dial("there:1"), TestActor);
        Attempt().SetResult(new FakeLink(Identity(2)));
        Assert.Equal(Identity(2).Node, ExpectMsg<DialerActor.Dialed>().Result.Value);
        Assert.Equal(Identity(2).Node, ExpectMsg<DialerActor.Dialed>().Result.Value);
        Assert.False(_connector.Attempts.TryRead(out _));
        Assert.Single(All().Dialers);
    }

    [Fact]
    public void Past_the_limit_a_link_is_closed_and_counted()
    {
        Start(new SyncSettings { MaximumPeers = 1 });
        _connector.Accept(new FakeLink(Identity(2)));
        var second = new FakeLink(Identity(3));
        _connector.Accept(second);
        Await(second.Disposed);
        Assert.Equal(1, _errors.ToDictionary()["Busy"]);
        var again = new FakeLink(Identity(2, 5));
        _connector.Accept(again);
        AwaitAssert(() => Assert.Equal(1, again.Receives));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Hung_up_the_link_is_closed_and_made_no_more(bool byDigits)
    {
        Start();
        var link = Connect("there:1");
        _peers.Tell(new PeersActor.HangUp(byDigits ? Identity(2).Node.ToString() : "there:1"), TestActor);
        Assert.Null(ExpectMsg<PeersActor.HungUp>().Error);
        Await(link.Disposed);
        AwaitAssert(() => Assert.Empty(All().Peers));
        Assert.Empty(All().Dialers);
        Step(_peers, TimeSpan.FromMinutes(10));
        All();
        Assert.False(_connector.Attempts.TryRead(out _));

        _peers.Tell(new PeersActor.HangUp("there:1"), TestActor);
        Assert.Equal(SyncErrorKind.Unreachable, ExpectMsg<PeersActor.HungUp>().Error?.Kind);
    }

    [Fact]
    public void Hung_up_and_dialed_again_at_once_it_is_linked_again()
    {
        Start();
        var link = Connect("there:1");
        link.Block();
        Find(Identity(2))!.Tell(new PeerActor.Send(new byte[1], null));
        _peers.Tell(new PeersActor.HangUp("there:1"), TestActor);
        ExpectMsg<PeersActor.HungUp>();
        _peers.Tell(new PeersActor.Dial("there:1"), TestActor);
        var anew = new FakeLink(Identity(2));
        Attempt().SetResult(anew);
        // The old link is still being flushed: the new one waits for it.
        All();
        link.Unblock();
        Await(link.Disposed);
        Assert.Equal(Identity(2).Node, ExpectMsg<DialerActor.Dialed>().Result.Value);
        AwaitAssert(() => Assert.Equal(1, anew.Receives));
    }

    [Fact]
    public void What_is_wanted_of_a_peer_outlives_its_death_and_not_its_hanging_up()
    {
        Start();
        var link = Connect("there:1");
        Find(Identity(2))!.Tell(new PeerActor.Want(_graph.Id), TestActor);
        Assert.Equal(_graph.Id, _router.FishForMessage<SyncRouter.FollowGraph>(_ => true).Graph);
        link.Break();
        AwaitAssert(() => Assert.Equal("waiting", DialerStatus().State));
        var old = Find(Identity(2))!;
        Watch(old);
        Step(_peers, new SyncSettings().DeadAfter);
        Assert.Equal(SyncErrorKind.Unreachable, ExpectMsg<SubscriberActor.Answered>().Error?.Kind);
        ExpectTerminated(old);
        _router.FishForMessage<SyncRouter.UnfollowGraph>(_ => true);
        Attempt().SetResult(new FakeLink(Identity(2)));
        Assert.Equal(_graph.Id, _router.FishForMessage<SyncRouter.FollowGraph>(_ => true).Graph);

        _peers.Tell(new PeersActor.HangUp("there:1"), TestActor);
        ExpectMsg<PeersActor.HungUp>();
        _peers.Tell(new PeersActor.GetWanted(Identity(2).Node), TestActor);
        Assert.Empty(ExpectMsg<PeerActor.Wanted>().Graphs);

        DialerActor.Status DialerStatus() => All().Dialers[0].Ask<DialerActor.Status>(DialerActor.GetStatus.Instance, Patience).GetAwaiter().GetResult();
    }

    [Fact]
    public void Closed_it_ends_when_all_links_are_closed_and_takes_none()
    {
        Start();
        var link = Connect("there:1");
        link.Block();
        Find(Identity(2))!.Tell(new PeerActor.Send(new byte[1], null));
        Watch(_peers);
        _peers.Tell(PeersActor.Close.Instance);
        _peers.Tell(new PeersActor.Dial("elsewhere:1"), TestActor);
        Assert.Equal(SyncErrorKind.ShuttingDown, ExpectMsg<DialerActor.Dialed>().Result.Error?.Kind);
        var late = new FakeLink(Identity(7));
        _peers.Tell(new PeersActor.LinkMade(late, null));
        Await(late.Disposed);
        link.Unblock();
        Await(link.Disposed);
        ExpectTerminated(_peers);
    }

    private void Start(SyncSettings? settings = null)
    {
        var sync = new SyncContext(Identity(1), _router.Ref, new MemoryNodeStore(Identity(1)), settings ?? new SyncSettings(), _errors, new Random(1));
        _peers = Sys.ActorOf(PeersActor.Props(sync, _connector, _connector));
    }

    private FakeLink Connect(string endpoint)
    {
        var link = new FakeLink(Identity(2));
        _peers.Tell(new PeersActor.Dial(endpoint), TestActor);
        Attempt().SetResult(link);
        Assert.Null(ExpectMsg<DialerActor.Dialed>().Result.Error);
        return link;
    }

    private TaskCompletionSource<Result<ILink>> Attempt() => _connector.Attempts.ReadAsync().AsTask().WaitAsync(Patience).GetAwaiter().GetResult();

    private PeersActor.All All() => _peers.Ask<PeersActor.All>(PeersActor.GetAll.Instance, Patience).GetAwaiter().GetResult();

    private IActorRef? Find(PeerIdentity peer) => _peers.Ask<PeersActor.Found>(new PeersActor.Find(peer.Node), Patience).GetAwaiter().GetResult().Actor;

    private IActorRef? FindByDigits(string digits) => _peers.Ask<PeersActor.Found>(new PeersActor.FindByDigits(digits), Patience).GetAwaiter().GetResult().Actor;

    private static void Await(Task task) => task.WaitAsync(Patience).GetAwaiter().GetResult();
}

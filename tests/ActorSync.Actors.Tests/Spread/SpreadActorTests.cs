using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs;
using ActorSync.Graphs.Spread;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;
using Akka.Actor;
using Akka.TestKit;

namespace ActorSync.Actors.Tests.Spread;

/// <summary>What the machine wants of its neighbours is asked of their actors, and what those say comes back to it.</summary>
public sealed class SpreadActorTests : ActorTest
{
    private readonly TestGraph _graph = new();
    private readonly Dictionary<NodeId, TestProbe> _probes = [];
    private readonly TestProbe _peers;
    private readonly TestProbe _links;
    private readonly IActorRef _spread;
    private readonly Overlay _view;
    private readonly NodeId _self;
    private readonly NodeEvents _events = new();

    public SpreadActorTests()
        : base(ManualScheduler.Config)
    {
        NodeId[] members = [.. Enumerable.Range(1, 12).Select(i => Identity((uint)i).Node)];
        _view = new Overlay(members);
        _self = members.First(member => _view.NeighboursOf(member).Count == 4 && _view.TreeOf(_graph.Id, member).Count == 2);
        (_peers, _links) = (CreateTestProbe(), CreateTestProbe());
        var sync = new SyncContext(
            new PeerIdentity(_self, new InstanceId(1)), CreateTestProbe().Ref, new MemoryNodeStore(Identity(1)), new SyncSettings(), new ErrorCounts(), new Random(1))
        { Events = _events };
        _spread = Sys.ActorOf(SpreadActor.Props(_graph.Id, sync, _peers.Ref, _links.Ref, SpreadSettings.Default));
        _peers.ExpectMsg<PeersActor.AnnounceLinks>();
    }

    private NodeId[] Tree => [.. _view.NeighboursOf(_self).Where(_view.TreeOf(_graph.Id, _self).Contains)];

    private NodeId[] Others => [.. _view.NeighboursOf(_self).Except(Tree)];

    [Fact]
    public void Links_to_the_neighbours_are_needed_and_over_them_subscriptions_and_hellos_are_wanted()
    {
        Begin();
    }

    [Fact]
    public void Links_that_were_there_before_are_asked_for_and_count()
    {
        _spread.Tell(new SpreadActor.Members(_view));
        var probe = CreateTestProbe();
        _spread.Tell(new PeerActor.LinkUp(Peer(probe, (uint)Tree[0].Value)));
        probe.ExpectMsg<PeerActor.Want>();
    }

    [Fact]
    public void A_push_in_vain_makes_a_neighbour_lazy_and_a_miss_makes_one_eager()
    {
        Begin();
        Publish(new SubscriberActor.PushedInVain(Tree[0], new GraphId(Command.Init("another"u8.ToArray()).Id), 1));
        Publish(new SubscriberActor.PushedInVain(Tree[0], _graph.Id, 1));
        Assert.Equal(new PeerActor.Unwant(_graph.Id, LinkKeepers.Mesh), _probes[Tree[0]].ExpectMsg<PeerActor.Unwant>());
        Assert.True(_probes[Tree[0]].ExpectMsg<PeerActor.WantHello>().Terms.Patience > TimeSpan.Zero);

        Publish(new HelloSubscriberActor.Missed(Others[0], _graph.Id));
        _probes[Others[0]].ExpectMsg<PeerActor.UnwantHello>();
        _probes[Others[0]].ExpectMsg<PeerActor.Want>();
    }

    [Fact]
    public void A_neighbour_that_subscribes_here_is_subscribed_to()
    {
        Begin();
        Publish(new SubscriptionActor.Covers(Others[0], _graph.Id, true));
        _probes[Others[0]].ExpectMsg<PeerActor.UnwantHello>();
        _probes[Others[0]].ExpectMsg<PeerActor.Want>();
    }

    [Fact]
    public void A_neighbour_that_asks_to_be_told_here_is_asked_once_more()
    {
        Begin();
        Publish(new HelloPublisherActor.Tells(Others[0], new GraphId(Command.Init("another"u8.ToArray()).Id)));
        Publish(new HelloPublisherActor.Tells(Others[0], _graph.Id));
        Assert.Equal(LinkKeepers.Mesh, _probes[Others[0]].ExpectMsg<PeerActor.WantHello>().For);
        Publish(new HelloSubscriberActor.Missed(Others[0], _graph.Id));
        _probes[Others[0]].ExpectMsg<PeerActor.UnwantHello>();
    }

    [Fact]
    public void When_a_neighbour_is_gone_the_others_take_over_and_nothing_is_wanted_of_it()
    {
        Begin();
        Publish(new PeerActor.LinkDown(Tree[0]));
        _probes[Tree[0]].ExpectMsg<PeerActor.Unwant>();
        _probes[Others[0]].ExpectMsg<PeerActor.UnwantHello>();
        _probes[Others[0]].ExpectMsg<PeerActor.Want>();
        Assert.DoesNotContain(Tree[0], _links.ExpectMsg<SpreadActor.NeedsLinks>().Peers);
    }

    [Fact]
    public void A_linked_member_outside_is_polled_when_its_time_comes()
    {
        Begin();
        foreach (var member in _view.Members.Where(member => member != _self && !_probes.ContainsKey(member)))
            Link(member);
        Step(_spread, SpreadSettings.Default.PollEvery * 1.5);
        var outside = _probes.Where(pair => !_view.NeighboursOf(_self).Contains(pair.Key)).Select(pair => pair.Value).ToArray();
        AwaitAssert(() => Assert.Single(outside, probe => probe.HasMessages));
        var polled = outside.Single(probe => probe.HasMessages);
        Assert.Equal(_graph.Id, polled.ExpectMsg<PeerActor.Poll>().Graph);
        polled.Reply(new PollActor.Ended(_graph.Id, new PollOutcome(true, 0, 0, false, 1)));
    }

    [Fact]
    public void Begun_anew_after_a_failure_it_knows_the_members_still()
    {
        Begin();
        // A view that cannot be is a bug of whoever told it.
        _spread.Tell(new SpreadActor.Members(null!));
        _peers.ExpectMsg<PeersActor.AnnounceLinks>();
        Assert.All(Tree, peer => _probes[peer].ExpectMsg<PeerActor.Unwant>());
        Assert.Empty(_links.ExpectMsg<SpreadActor.NeedsLinks>().Peers);
    }

    [Fact]
    public void Stopped_it_takes_back_what_it_asked_for()
    {
        Begin();
        Watch(_spread);
        Sys.Stop(_spread);
        ExpectTerminated(_spread);
        Assert.All(Tree, peer => _probes[peer].ExpectMsg<PeerActor.Unwant>());
        Assert.All(Others, peer => _probes[peer].ExpectMsg<PeerActor.UnwantHello>());
        Assert.Empty(_links.ExpectMsg<SpreadActor.NeedsLinks>().Peers);
    }

    private void Begin()
    {
        _spread.Tell(new SpreadActor.Members(_view));
        Assert.Equal(_view.NeighboursOf(_self), _links.ExpectMsg<SpreadActor.NeedsLinks>().Peers);
        foreach (var peer in Tree)
            Assert.Equal(new PeerActor.Want(_graph.Id, LinkKeepers.Mesh), Link(peer).ExpectMsg<PeerActor.Want>());
        foreach (var peer in Others)
            Assert.Equal(_graph.Id, Link(peer).ExpectMsg<PeerActor.WantHello>().Graph);
    }

    private TestProbe Link(NodeId peer)
    {
        var probe = _probes[peer] = CreateTestProbe();
        Publish(new PeerActor.LinkUp(Peer(probe, (uint)peer.Value)));
        return probe;
    }

    private void Publish(object message) => _events.Publish(message);
}

using System.Text;
using ActorSync.Actors.Tests.Support;
using ActorSync.Peers;
using ActorSync.States;
using ActorSync.States.Stores;
using ActorSync.Wire;
using Akka.Actor;
using Akka.TestKit;

namespace ActorSync.Actors.Tests.States;

public sealed class StateActorTests : ActorTest
{
    private static readonly StateName Name = new("fleet");
    private static readonly ExchangeId Exchange = new(77);

    private readonly HeldStore _store = new();
    private readonly TestProbe _router;
    private readonly TestProbe _peer;

    public StateActorTests()
    {
        _router = CreateTestProbe();
        _peer = CreateTestProbe();
    }

    [Fact]
    public void A_write_is_durable_when_it_is_answered_and_followers_hear_of_it()
    {
        var state = Start();
        var follower = CreateTestProbe();
        follower.Send(state, StateActor.Follow.Instance);
        _store.Holds = true;
        state.Tell(Set("limit", "20"), TestActor);
        var append = _store.Next();
        Assert.Null(ValueOf(state, "limit"));

        append.SetResult(null);
        Assert.Equal([MergeOutcome.Won], ExpectMsg<StateActor.Applied>().Result.Value.Outcomes);
        follower.ExpectMsg<StateActor.Content>();
        Assert.Equal("limit", follower.ExpectMsg<StateActor.Changed>().Entries.Single().Key);
        Assert.Equal("20", ValueOf(state, "limit"));
    }

    [Fact]
    public void A_failed_append_is_answered_and_the_next_write_works()
    {
        var state = Start();
        _store.Holds = true;
        state.Tell(Set("limit", "20"), TestActor);
        _store.Next().SetResult(new SyncError(SyncErrorKind.StoreFailed, "the disk is full"));
        Assert.Equal(SyncErrorKind.StoreFailed, ExpectMsg<StateActor.Applied>().Result.Error?.Kind);
        state.Tell(Set("limit", "30"), TestActor);
        _store.Next().SetResult(null);
        Assert.Null(ExpectMsg<StateActor.Applied>().Result.Error);
        Assert.Equal("30", ValueOf(state, "limit"));
    }

    [Fact]
    public void What_is_malformed_is_an_error_and_nothing_of_it_is_there()
    {
        var state = Start();
        state.Tell(new StateActor.Set([StateSet.To("a", "1"u8.ToArray()), StateSet.To("b", "{"u8.ToArray())]), TestActor);
        Assert.Equal(SyncErrorKind.InvalidRequest, ExpectMsg<StateActor.Applied>().Result.Error?.Kind);
        Assert.Null(ValueOf(state, "a"));
    }

    [Fact]
    public void A_pull_of_a_peer_is_answered_and_its_payload_is_handled()
    {
        var state = Start();
        state.Tell(new StateActor.FromPeer(Peer(_peer), new StatePull(Name, Exchange, 1, StateRange.All, 0, 0)));
        var level = Assert.IsType<StateLevel>(Decode(_peer.ExpectMsg<PeerActor.Send>().Payload));
        Assert.Equal((Exchange, 1u), (level.Exchange, level.Round));
        _peer.ExpectMsg<PeerActor.Handled>();
    }

    [Fact]
    public void A_push_is_acknowledged_when_it_is_durable()
    {
        var state = Start();
        _store.Holds = true;
        var entry = StateEntry.Live("k", "1"u8.ToArray(), new StateStamp(1, 0, new NodeId(2)));
        state.Tell(new StateActor.FromPeer(Peer(_peer), new StatePush(Name, Exchange, 4, true, default, [entry])));
        _peer.ExpectMsg<PeerActor.Handled>();
        var append = _store.Next();
        Assert.False(_peer.HasMessages);
        append.SetResult(null);
        var pushed = ExpectSent<StatePushed>(_peer);
        Assert.Equal((4u, 0, new StateVersion(entry.Hash)), (pushed.Round, pushed.Refused, pushed.Version));
    }

    [Fact]
    public void A_peer_that_is_linked_is_pulled_and_one_that_does_not_share_the_state_is_left_alone()
    {
        var state = Start();
        state.Tell(new StateActor.Linked([Peer(_peer)]));
        var pull = ExpectSent<StatePull>(_peer);
        state.Tell(new StateActor.PeerFailed(Peer(_peer), new SyncFailure(SyncErrorKind.UnknownState, pull.Exchange.Value, null, "not shared")));
        state.Tell(StateActor.GetStatus.Instance, TestActor);
        Assert.Empty(ExpectMsg<StateActor.Status>().Now.Peers);
        state.Tell(new StateActor.FromPeer(Peer(_peer), new StatePull(Name, Exchange, 1, StateRange.All, 0, 0)));
        state.Tell(StateActor.GetStatus.Instance, TestActor);
        Assert.Single(ExpectMsg<StateActor.Status>().Now.Peers);
    }

    [Fact]
    public void Closing_waits_for_what_is_under_way_and_refuses_what_is_new()
    {
        var state = Start();
        Watch(state);
        _store.Holds = true;
        state.Tell(Set("limit", "20"), TestActor);
        var append = _store.Next();
        state.Tell(StateActor.Close.Instance);
        state.Tell(Set("limit", "30"), TestActor);
        Assert.Equal(SyncErrorKind.ShuttingDown, ExpectMsg<StateActor.Applied>().Result.Error?.Kind);
        Assert.False(_store.IsClosed);
        append.SetResult(null);
        Assert.Null(ExpectMsg<StateActor.Applied>().Result.Error);
        ExpectTerminated(state);
        Assert.True(_store.IsClosed);
    }

    [Fact]
    public void A_state_that_cannot_be_opened_says_why_to_everyone()
    {
        _store.Broken = new SyncError(SyncErrorKind.StoreDamaged, "byte 40 is wrong");
        var state = Start();
        state.Tell(Set("limit", "20"), TestActor);
        Assert.Equal(SyncErrorKind.StoreDamaged, ExpectMsg<StateActor.Applied>().Result.Error?.Kind);
        state.Tell(new StateActor.FromPeer(Peer(_peer), new StatePull(Name, Exchange, 1, StateRange.All, 0, 0)));
        var failure = Assert.IsType<SyncFailure>(Decode(_peer.ExpectMsg<PeerActor.Send>().Payload));
        Assert.Equal((SyncErrorKind.StoreDamaged, Exchange.Value), (failure.Kind, failure.Reference));
        _peer.ExpectMsg<PeerActor.Handled>();
    }

    [Fact]
    public void Two_nodes_come_level_through_their_routers()
    {
        var (one, other) = (Router(1), Router(2));
        var (states, wires) = (new IActorRef[2], new IActorRef[2]);
        wires[0] = Sys.ActorOf(Props.Create(() => new Wire(other, Identity(1))));
        wires[1] = Sys.ActorOf(Props.Create(() => new Wire(one, Identity(2))));
        wires[0].Tell(new Wire.Back(wires[1]));
        wires[1].Tell(new Wire.Back(wires[0]));
        one.Tell(new SyncRouter.OpenState(Name, StateSettings.Default), TestActor);
        states[0] = ExpectMsg<SyncRouter.StateOpened>().Actor.Value;
        other.Tell(new SyncRouter.OpenState(Name, StateSettings.Default), TestActor);
        states[1] = ExpectMsg<SyncRouter.StateOpened>().Actor.Value;
        states[0].Tell(Set("before", "1"), TestActor);
        ExpectMsg<StateActor.Applied>();
        var follower = CreateTestProbe();
        follower.Send(states[1], StateActor.Follow.Instance);
        follower.ExpectMsg<StateActor.Content>();
        // What node 1 sends its peer 2 comes out at node 2, and the other way round.
        one.Tell(new PeerActor.LinkUp(new PeerRef(Identity(2), wires[0], 1 << 20, 8)));
        other.Tell(new PeerActor.LinkUp(new PeerRef(Identity(1), wires[1], 1 << 20, 8)));
        Assert.Equal("before", follower.ExpectMsg<StateActor.Changed>().Entries.Single().Key);
        states[0].Tell(Set("after", "2"), TestActor);
        Assert.Equal("after", follower.ExpectMsg<StateActor.Changed>().Entries.Single().Key);
        Assert.Equal("2", ValueOf(states[1], "after"));
    }

    [Fact]
    public void A_state_that_is_not_shared_is_refused_by_its_name()
    {
        var router = Router(1);
        router.Tell(new SyncRouter.Payload(Peer(_peer), SyncCodec.Encode(new StatePull(Name, Exchange, 1, StateRange.All, 0, 0))));
        var failure = Assert.IsType<SyncFailure>(Decode(_peer.ExpectMsg<PeerActor.Send>().Payload));
        Assert.Equal((SyncErrorKind.UnknownState, Exchange.Value), (failure.Kind, failure.Reference));
        _peer.ExpectMsg<PeerActor.Handled>();
        router.Tell(new SyncRouter.Payload(Peer(_peer), SyncCodec.Encode(new StateLevel(Name, Exchange, 1))));
        _peer.ExpectMsg<PeerActor.Handled>();
    }

    [Fact]
    public void A_router_that_closes_waits_for_its_states()
    {
        var router = Router(1);
        router.Tell(new SyncRouter.OpenState(Name, StateSettings.Default), TestActor);
        var state = ExpectMsg<SyncRouter.StateOpened>().Actor.Value;
        Watch(state);
        Watch(router);
        router.Tell(SyncRouter.Close.Instance);
        ExpectTerminated(state);
        ExpectTerminated(router);
    }

    private static StateActor.Set Set(string key, string json) => new([StateSet.To(key, Encoding.UTF8.GetBytes(json))]);

    private IActorRef Start()
    {
        var sync = new SyncContext(Identity(1), _router.Ref, Nodes.MemoryStore(1), new SyncSettings(), new ErrorCounts(), new Random(1));
        return ChildOf(_router, StateActor.Props(Name, StateSettings.Default, sync, _store));
    }

    private IActorRef Router(uint node) => Sys.ActorOf(SyncRouter.Props(Nodes.MemoryStore(node), new SyncSettings()));

    private string? ValueOf(IActorRef state, string key)
    {
        var probe = CreateTestProbe();
        probe.Send(state, new StateActor.Get(key));
        return probe.ExpectMsg<StateActor.Value>().Entry.Value is { } entry ? Encoding.UTF8.GetString(entry.Value.Span) : null;
    }

    /// <summary>Stands for the actor of a peer: what it is to send arrives at the peer's router.</summary>
    private sealed class Wire : ReceiveActor
    {
        public sealed record Back(IActorRef Actor);

        public Wire(IActorRef router, PeerIdentity from)
        {
            IActorRef back = ActorRefs.Nobody;
            Receive<Back>(other => back = other.Actor);
            Receive<PeerActor.Send>(send => router.Tell(new SyncRouter.Payload(new PeerRef(from, back, 1 << 20, 8), send.Payload)));
            ReceiveAny(_ => { });
        }
    }

    /// <summary>A store whose appends end when a test says so.</summary>
    private sealed class HeldStore : IStateStores, IStateStore
    {
        private readonly System.Collections.Concurrent.BlockingCollection<TaskCompletionSource<SyncError?>> _appends = [];

        public StateName Name => StateActorTests.Name;

        public IReadOnlyList<StateName> Found => [Name];

        public bool Holds { get; set; }

        public bool IsClosed { get; private set; }

        public SyncError? Broken { get; set; }

        public Task<Result<OpenedState>> OpenStateAsync(StateName name, StateSettings settings) =>
            Task.FromResult<Result<OpenedState>>(Broken is { } why ? why : new OpenedState(this, [], default));

        public Task<SyncError?> AppendAsync(IReadOnlyList<StateEntry> entries)
        {
            var append = new TaskCompletionSource<SyncError?>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (Holds)
                _appends.Add(append);
            else
                append.SetResult(null);
            return append.Task;
        }

        public TaskCompletionSource<SyncError?> Next() =>
            _appends.TryTake(out var append, TimeSpan.FromSeconds(20)) ? append : throw new TimeoutException("nothing was appended");

        public ValueTask DisposeAsync()
        {
            IsClosed = true;
            return ValueTask.CompletedTask;
        }
    }
}

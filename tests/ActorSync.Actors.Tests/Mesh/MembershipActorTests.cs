using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs.Stores;
using ActorSync.Membership;
using ActorSync.States;
using Akka.Actor;

namespace ActorSync.Actors.Tests.Mesh;

/// <summary>What the membership asks of its state, and when it says that something is done.</summary>
public sealed class MembershipActorTests() : ActorTest(ManualScheduler.Config)
{
    [Fact]
    public void A_member_is_said_to_be_removed_when_that_is_durable_and_not_when_it_cannot_be()
    {
        var (router, state) = (CreateTestProbe(), CreateTestProbe());
        var sync = new SyncContext(Identity(1), router.Ref, new MemoryNodeStore(Identity(1)), new SyncSettings(), new ErrorCounts(), new Random(1));
        var other = Identity(2).Node;
        var membership = Sys.ActorOf(MembershipActor.Props(
            sync, CreateTestProbe().Ref, new MeshOptions { Endpoints = ["memory://node-1"] }, new MembershipBoard(sync.Self.Node), TimeProvider.System));
        membership.Tell(new SyncRouter.StateOpened(MembershipSettings.State, new Result<IActorRef>(state.Ref)));
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var entry = StateEntry.Live(MemberEntry.KeyOf(other), MemberEntry.ValueOf(new Member(other, now, ["memory://node-2"], [])), new StateStamp(now, 0, other));
        var content = new StateActor.Content(new Result<IReadOnlyList<StateEntry>>([entry]), default);
        membership.Tell(content);
        membership.Tell(content);

        membership.Tell(new MembershipActor.Remove(other), TestActor);
        state.FishForMessage<StateActor.Set>(set => set.Sets[0].Value is null);
        membership.Tell(new Identify(null), TestActor);
        ExpectMsg<ActorIdentity>();
        state.Reply(new StateActor.Applied(new StateSetResult([], default)));
        Assert.Null(ExpectMsg<MembershipActor.Removing>().Error);

        membership.Tell(new MembershipActor.Remove(other), TestActor);
        state.FishForMessage<StateActor.Set>(set => set.Sets[0].Value is null);
        state.Reply(new StateActor.Applied(new SyncError(SyncErrorKind.StoreFailed, "the disk is full")));
        Assert.Equal(SyncErrorKind.StoreFailed, ExpectMsg<MembershipActor.Removing>().Error?.Kind);
    }
}

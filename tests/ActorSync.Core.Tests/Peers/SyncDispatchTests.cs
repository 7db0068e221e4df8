using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.Core.Tests.Peers;

public sealed class SyncDispatchTests
{
    private static readonly SyncType[] Reserved =
        [SyncType.HelloSubscribe, SyncType.HelloUnsubscribe, SyncType.HelloNotify, SyncType.Offer, SyncType.Rejected];

    public static TheoryData<SyncType> Types => [.. Enum.GetValues<SyncType>()];

    [Theory]
    [MemberData(nameof(Types))]
    public void EveryTypeHasADestinationAndOnlyTheReservedHaveNone(SyncType type) =>
        Assert.Equal(Reserved.Contains(type), SyncDispatch.DestinationOf(type) == SyncDestination.None);

    [Theory]
    [InlineData(SyncType.Poll, SyncDestination.Graph)]
    [InlineData(SyncType.Subscribe, SyncDestination.Subscription)]
    [InlineData(SyncType.Unsubscribe, SyncDestination.Subscription)]
    [InlineData(SyncType.Push, SyncDestination.Subscriber)]
    [InlineData(SyncType.StatePull, SyncDestination.State)]
    [InlineData(SyncType.StatePush, SyncDestination.State)]
    public void TheRequestsGoWhereTheyAreServed(SyncType type, SyncDestination destination) =>
        Assert.Equal(destination, SyncDispatch.DestinationOf(type));
}

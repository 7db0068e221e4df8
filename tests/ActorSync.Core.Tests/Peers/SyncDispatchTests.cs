using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.Core.Tests.Peers;

public sealed class SyncDispatchTests
{
    public static TheoryData<SyncType> Types => [.. Enum.GetValues<SyncType>()];

    [Theory]
    [MemberData(nameof(Types))]
    public void EveryTypeHasADestination(SyncType type) => Assert.NotEqual(SyncDestination.None, SyncDispatch.DestinationOf(type));

    [Theory]
    [InlineData(SyncType.Poll, SyncDestination.Graph)]
    [InlineData(SyncType.Subscribe, SyncDestination.Subscription)]
    [InlineData(SyncType.Unsubscribe, SyncDestination.Subscription)]
    [InlineData(SyncType.Push, SyncDestination.Subscriber)]
    [InlineData(SyncType.ShortPush, SyncDestination.Subscriber)]
    [InlineData(SyncType.NumberGraphs, SyncDestination.Subscription)]
    [InlineData(SyncType.ShortAck, SyncDestination.Subscription)]
    [InlineData(SyncType.StatePull, SyncDestination.State)]
    [InlineData(SyncType.StatePush, SyncDestination.State)]
    [InlineData(SyncType.HelloSubscribe, SyncDestination.HelloPublisher)]
    [InlineData(SyncType.HelloUnsubscribe, SyncDestination.HelloPublisher)]
    [InlineData(SyncType.HelloNotify, SyncDestination.HelloSubscriber)]
    [InlineData(SyncType.Offer, SyncDestination.PollRequester)]
    public void TheRequestsGoWhereTheyAreServed(SyncType type, SyncDestination destination) =>
        Assert.Equal(destination, SyncDispatch.DestinationOf(type));
}

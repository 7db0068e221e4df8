using ActorSync.Peers;

namespace ActorSync.Core.Tests.Peers;

public sealed class SubscriptionSlotsTests
{
    [Fact]
    public void TheHundredAndTwentyNinthPeerIsRefusedAndTheOthersKeepTheirPlaces()
    {
        var slots = new SubscriptionSlots(128, 8);
        Assert.All(Enumerable.Range(1, 128), i => Assert.True(slots.TryTake(Peer(i), isMember: false)));
        Assert.False(slots.TryTake(Peer(129), isMember: false));
        Assert.Equal(128, slots.Count);
        Assert.All(Enumerable.Range(1, 128), i => Assert.True(slots.TryTake(Peer(i), isMember: false)));
        slots.Free(Peer(5));
        Assert.True(slots.TryTake(Peer(129), isMember: false));
    }

    [Fact]
    public void MembersCountAgainstALimitOfTheirOwn()
    {
        var slots = new SubscriptionSlots(1, 1);
        Assert.True(slots.TryTake(Peer(1), isMember: false));
        Assert.True(slots.TryTake(Peer(2), isMember: true));
        Assert.False(slots.TryTake(Peer(3), isMember: true));
        Assert.False(slots.TryTake(Peer(3), isMember: false));
    }

    [Fact]
    public void APeerThatBecomesAMemberHoldsOnePlace()
    {
        var slots = new SubscriptionSlots(1, 1);
        Assert.True(slots.TryTake(Peer(1), isMember: false));
        Assert.True(slots.TryTake(Peer(1), isMember: true));
        Assert.Equal(1, slots.Count);
        Assert.True(slots.TryTake(Peer(2), isMember: false));
        Assert.False(slots.TryTake(Peer(1), isMember: false));
        Assert.False(slots.TryTake(Peer(3), isMember: true));
    }

    [Fact]
    public void FreeingWhatIsNotTakenDoesNothing()
    {
        var slots = new SubscriptionSlots(1, 1);
        slots.Free(Peer(1));
        Assert.Equal(0, slots.Count);
    }

    private static NodeId Peer(int i) => new((UInt128)i);
}

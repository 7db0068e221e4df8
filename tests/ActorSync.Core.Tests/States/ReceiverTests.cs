using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.States;
using ActorSync.States.Exchange;

namespace ActorSync.Core.Tests.States;

/// <summary>Whom the receiver of a state asks.</summary>
public sealed class ReceiverTests
{
    private static readonly StatePeer[] Peers = [.. Enumerable.Range(1, 8).Select(i => new StatePeer(new NodeId((UInt128)i), 4096))];

    private readonly Outbox<ReceiverPull> _outbox = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_peer_that_comes_is_asked_at_once_where_that_is_wanted(bool pullsNewPeers)
    {
        var receiver = new ReceiverMachine(StateSettings.Default with { PullsNewPeers = pullsNewPeers }, new PeerVersions(new StateTable(StateSettings.Default)), new Random(1));
        Assert.Equal([Peers[0]], Pulled(receiver, new ReceiverInput.Peers(Peers[..1])));
        Assert.Empty(Pulled(receiver, new ReceiverInput.Ended(Peers[0].Node)));
        Assert.Equal(pullsNewPeers ? [Peers[1]] : [], Pulled(receiver, new ReceiverInput.Peers(Peers[..2])));
        Assert.Empty(Pulled(receiver, new ReceiverInput.Peers(Peers[..2])));
    }

    [Fact]
    public void Many_that_come_at_once_are_asked_a_few_at_a_time_and_those_that_went_are_not()
    {
        var receiver = new ReceiverMachine(StateSettings.Default with { PullsNewPeers = true, SampledPeers = 1 }, new PeerVersions(new StateTable(StateSettings.Default)), new Random(1));
        var first = Pulled(receiver, new ReceiverInput.Peers(Peers));
        Assert.Equal(4, first.Count);
        Assert.Empty(Pulled(receiver, new ReceiverInput.Peers(Peers[..6])));
        List<StatePeer> asked = [.. first];
        for (var i = 0; i < asked.Count; i++)
            asked.AddRange(Pulled(receiver, new ReceiverInput.Ended(asked[i].Node)));
        Assert.Equal(asked.Distinct().Count(), asked.Count);
        Assert.Superset(Peers[..6].ToHashSet(), asked.ToHashSet());
    }

    private List<StatePeer> Pulled(ReceiverMachine receiver, ReceiverInput input)
    {
        receiver.Handle(input, MonotonicTime.Zero + TimeSpan.FromSeconds(1), _outbox);
        var pulled = new List<StatePeer>();
        while (_outbox.TryTake(out var pull))
            pulled.Add(pull.Peer);
        return pulled;
    }
}

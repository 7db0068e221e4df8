using ActorSync.Graphs.Polls;
using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.Core.Tests.Polls;

public sealed class FinishedSessionsTests
{
    [Fact]
    public void OnePeerPushesOutNoneOfAnothers()
    {
        var finished = new FinishedSessions();
        finished.Note(new NodeId(1), new SessionId(7));
        for (var i = 0ul; i <= FinishedSessions.MostOfPeer; i++)
            finished.Note(new NodeId(2), new SessionId(i));
        Assert.True(finished.Contains(new NodeId(1), new SessionId(7)));
        Assert.False(finished.Contains(new NodeId(2), new SessionId(0)));
        Assert.True(finished.Contains(new NodeId(2), new SessionId(FinishedSessions.MostOfPeer)));
        Assert.False(finished.Contains(new NodeId(1), new SessionId(1)));
    }

    [Fact]
    public void OfTooManyPeersTheFirstIsForgotten()
    {
        var finished = new FinishedSessions();
        for (var i = 0u; i <= FinishedSessions.MostPeers; i++)
            finished.Note(new NodeId(i), new SessionId(1));
        Assert.False(finished.Contains(new NodeId(0), new SessionId(1)));
        Assert.True(finished.Contains(new NodeId(1), new SessionId(1)));
    }
}

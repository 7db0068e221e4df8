using ActorSync.Graphs.Hellos;
using ActorSync.Machines;
using ActorSync.Peers;

namespace ActorSync.Graphs.Spread;

/// <summary>What reaches the machine that decides from whom the commits of a graph come.</summary>
public abstract record SpreadInput
{
    private SpreadInput()
    {
    }

    /// <summary>The members that hold the graph, this node among them, now.</summary>
    public sealed record Members(Overlay View) : SpreadInput;

    /// <summary>There is a link to a peer, member or not.</summary>
    public sealed record PeerHere(NodeId Peer) : SpreadInput;

    /// <summary>There is no link to a peer any more.</summary>
    public sealed record PeerGone(NodeId Peer) : SpreadInput;

    /// <summary>A peer subscribed to the graph here, or does so no longer.</summary>
    public sealed record Follows(NodeId Peer, bool IsOn) : SpreadInput;

    /// <summary>A peer asked to be told of the graph's heads here: it has the graph.</summary>
    public sealed record Hears(NodeId Peer) : SpreadInput;

    /// <summary>The graph has a new version here. Of several, one suffices until the next poll.</summary>
    public sealed record Changed : SpreadInput;

    /// <summary>A push of a peer was kept.</summary>
    /// <param name="Peer">Who pushed.</param>
    /// <param name="Fresh">Commands of it that were new.</param>
    /// <param name="Known">Commands of it that were here already.</param>
    public sealed record Pushed(NodeId Peer, int Fresh, int Known) : SpreadInput;

    /// <summary>
    /// What a lazy neighbour told did not come from elsewhere in time, and a poll of that neighbour brought it; it was
    /// the <see cref="HelloTerms.Patience"/> that ran out.
    /// </summary>
    public sealed record Missed(NodeId Peer) : SpreadInput;

    /// <summary>A poll that was asked for has ended.</summary>
    public sealed record PollEnded(NodeId Peer, Result<PollOutcome> Result) : SpreadInput;

    /// <summary>The timer ran out.</summary>
    public sealed record Tick : SpreadInput;
}

/// <summary>What is wanted done, so that the commits of a graph come.</summary>
public abstract record SpreadOutput
{
    private SpreadOutput()
    {
    }

    /// <summary>These are the neighbours from now on: links to them are needed.</summary>
    public sealed record Neighbours(IReadOnlyList<NodeId> Peers) : SpreadOutput;

    /// <summary>Hold a subscription of the graph at this peer, which is linked.</summary>
    public sealed record Subscribe(NodeId Peer) : SpreadOutput;

    /// <summary>Hold it no longer.</summary>
    public sealed record Unsubscribe(NodeId Peer) : SpreadOutput;

    /// <summary>Have this peer, which is linked, tell of the graph's heads.</summary>
    public sealed record Hello(NodeId Peer, HelloTerms Terms) : SpreadOutput;

    /// <summary>Have it do that no longer.</summary>
    public sealed record StopHello(NodeId Peer) : SpreadOutput;

    /// <summary>Poll the graph of this peer, to which a link may have to be made first; <see cref="SpreadInput.PollEnded"/> says how it ended.</summary>
    public sealed record Poll(NodeId Peer) : SpreadOutput;

    /// <summary>Call again then, in place of any time named before.</summary>
    public sealed record StartTimer(MonotonicTime At) : SpreadOutput;
}

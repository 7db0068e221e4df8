namespace ActorSync.Node.Demo;

/// <summary>What a live view shows at one moment.</summary>
/// <param name="Step">What is under way; null between two steps.</param>
/// <param name="Nodes">Nodes that are in no mesh.</param>
/// <param name="Hosts">Members of a mesh; one of the two lists is empty.</param>
internal sealed record DemoFrame(DemoStep? Step, IReadOnlyList<NodeView> Nodes, IReadOnlyList<HostView> Hosts);

/// <summary>How far a step is.</summary>
/// <param name="Title">What is done.</param>
/// <param name="Unit">What is counted.</param>
/// <param name="Done">So many are done.</param>
/// <param name="Total">Of so many; 0 when that is not known yet.</param>
/// <param name="Elapsed">Since the step began.</param>
internal sealed record DemoStep(string Title, string Unit, long Done, long Total, TimeSpan Elapsed)
{
    // A rate of the first moments says nothing about the rest.
    private static readonly TimeSpan Soonest = TimeSpan.FromSeconds(0.5);

    /// <summary>From 0 to 1.</summary>
    public double Share => Total > 0 ? Math.Clamp((double)Done / Total, 0, 1) : 0;

    /// <summary>Done a second; null when it is too early to say.</summary>
    public double? PerSecond => Elapsed >= Soonest && Done > 0 ? Done / Elapsed.TotalSeconds : null;

    /// <summary>Seconds to the end, if it goes on like this; null when that cannot be told.</summary>
    public double? SecondsLeft => Total > Done && PerSecond is { } rate ? Math.Ceiling((Total - Done) / rate) : null;
}

/// <summary>One node in a live view. Bytes, polls and pushes are those of all its links.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Commands">Commands of the graph.</param>
/// <param name="Heads">Heads of the graph.</param>
/// <param name="Subscriptions">Subscriptions that the node holds at others.</param>
/// <param name="BytesLeft">The fewest bytes that one of them has left.</param>
/// <param name="SecondsLeft">The fewest seconds that one of them has left.</param>
/// <param name="BytesIn">Bytes received.</param>
/// <param name="BytesOut">Bytes sent.</param>
/// <param name="PollsMade">Polls made.</param>
/// <param name="PollsAnswered">Polls answered.</param>
/// <param name="PushesIn">Pushes received.</param>
/// <param name="PushesOut">Pushes sent.</param>
internal sealed record NodeView(
    int Number,
    int Commands,
    int Heads,
    int Subscriptions,
    long BytesLeft,
    long SecondsLeft,
    long BytesIn,
    long BytesOut,
    long PollsMade,
    long PollsAnswered,
    long PushesIn,
    long PushesOut)
{
    public static NodeView Of(int number, NodeStatus status)
    {
        var held = status.Peers.Select(peer => peer.Subscription).OfType<SubscriptionStatus>().ToArray();
        return new NodeView(
            number,
            status.Graphs.Sum(graph => graph.Commands),
            status.Graphs.Sum(graph => graph.Heads),
            held.Length,
            held.Select(one => one.BytesLeft).DefaultIfEmpty().Min(),
            held.Select(one => one.SecondsLeft).DefaultIfEmpty().Min(),
            status.Peers.Sum(peer => peer.BytesIn),
            status.Peers.Sum(peer => peer.BytesOut),
            status.Peers.Sum(peer => peer.PollsOut),
            status.Peers.Sum(peer => peer.PollsIn),
            status.Peers.Sum(peer => peer.PushesIn),
            status.Peers.Sum(peer => peer.PushesOut));
    }

    /// <summary>The subscriptions held, with what they have left.</summary>
    public string Held => Subscriptions == 0 ? "none" : $"{Subscriptions}: {Units.Bytes(BytesLeft)}, {Units.Count(SecondsLeft)} s left";
}

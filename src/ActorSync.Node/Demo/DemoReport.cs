namespace ActorSync.Node.Demo;

/// <summary>What a demo measured; <c>demo --json</c> prints it.</summary>
/// <param name="Version">The version of ActorSync.</param>
/// <param name="Engine">The actor engine that ran.</param>
/// <param name="History">Where the history was read from.</param>
/// <param name="Commits">Commits of the history.</param>
/// <param name="Graph">The graph that it became.</param>
/// <param name="Level">Whether the three nodes hold the same graph: the digests of their heads are equal.</param>
/// <param name="Nodes">What each of the three holds after the pushes.</param>
/// <param name="Phases">Import, catch-up by poll, catch-up by subscription, pushes: import, poll, subscription, pushes.</param>
/// <param name="Latency">How long pushes took; null when none was measured.</param>
/// <param name="Polling">What polling would have cost instead; null when the nodes were not level.</param>
/// <param name="Idle">What the subscriptions cost while nothing changes; null when the nodes were not level.</param>
/// <param name="Mesh">What became of a mesh of these nodes and more; null when the nodes were not level.</param>
public sealed record DemoReport(
    string Version,
    string Engine,
    string History,
    long Commits,
    string Graph,
    bool Level,
    IReadOnlyList<DemoNodeReport> Nodes,
    IReadOnlyList<DemoPhase> Phases,
    PushLatency? Latency,
    PollingCost? Polling,
    IdleCost? Idle,
    MeshReport? Mesh)
{
    /// <summary>Whether all is as it should be: the nodes level, and nothing of the mesh's missing.</summary>
    public bool Holds => Level && Mesh is { Holds: true };
}

/// <summary>One node at the end.</summary>
public sealed record DemoNodeReport(int Number, string Node, int Commands, int Heads, string Digest);

/// <summary>One phase of a demo.</summary>
/// <param name="Name">What was done.</param>
/// <param name="Commands">Commands that came to be on a node by it.</param>
/// <param name="Receivers">Nodes that each of them came to over the wire.</param>
/// <param name="Seconds">From its beginning until the last command was durable where it had to be.</param>
/// <param name="WireBytes">Bytes on the wire: commands, what was said about them, framing and keep-alives.</param>
public sealed record DemoPhase(string Name, long Commands, int Receivers, double Seconds, long WireBytes)
{
    public double CommandsPerSecond => Seconds > 0 ? Commands / Seconds : 0;

    /// <summary>Bytes on the wire for each command at each node that it came to; null when nothing was sent.</summary>
    public double? WireBytesPerCommand => Commands > 0 && Receivers > 0 ? (double)WireBytes / (Commands * Receivers) : null;
}

/// <summary>
/// The time from a commit, durable and answered at the node where it was made, to the commit at another node, in
/// milliseconds, over all pairs of command and other node.
/// </summary>
public sealed record PushLatency(int Pairs, double P50Ms, double P99Ms, double MaxMs)
{
    /// <summary>Null when there are no samples.</summary>
    public static PushLatency? Of(IReadOnlyCollection<double> milliseconds)
    {
        if (milliseconds.Count == 0)
            return null;
        var sorted = milliseconds.Order().ToArray();
        return new PushLatency(sorted.Length, Percentile(sorted, 50), Percentile(sorted, 99), sorted[^1]);
    }

    // The nearest rank: the smallest sample that so many percent of all are not above.
    private static double Percentile(double[] sorted, int percent) => sorted[Math.Max(0, (sorted.Length * percent + 99) / 100 - 1)];
}

/// <summary>
/// What one poll a second would have cost in the time of the pushes:
/// <c>pairs × seconds × level poll bytes + receivers × command bytes</c>.
/// </summary>
/// <param name="LevelPollBytes">Bytes on the wire of a poll that finds nothing new, both ways, as measured.</param>
/// <param name="Pairs">Pairs of a node that polls and one that answers.</param>
/// <param name="Seconds">How long they would have polled.</param>
/// <param name="CommandBytes">Bytes of the new commands themselves.</param>
/// <param name="Receivers">Nodes that each of them has to come to.</param>
public sealed record PollingCost(long LevelPollBytes, int Pairs, double Seconds, long CommandBytes, int Receivers)
{
    /// <summary>Bytes of all those polls, answers and commands.</summary>
    public long Bytes => (long)(Pairs * Math.Ceiling(Seconds)) * LevelPollBytes + Receivers * CommandBytes;

    /// <summary>Bytes of an hour of polls in which nothing changes.</summary>
    public long IdleBytesPerHour => Pairs * 3600L * LevelPollBytes;
}

/// <summary>
/// What subscriptions cost while nothing changes: each is renewed, and each end of a link sends keep-alives:
/// <c>subscriptions × renewals × renewal bytes + 2 × links × keep-alives × keep-alive bytes</c>.
/// </summary>
/// <param name="RenewalBytes">Bytes on the wire of ending a subscription and making it again, both ways, as measured: no less than a renewal.</param>
/// <param name="Subscriptions">Subscriptions that are held.</param>
/// <param name="RenewalSeconds">From one renewal to the next.</param>
/// <param name="Links">Links that they are held over.</param>
/// <param name="KeepAliveSeconds">From one keep-alive of an end to its next.</param>
/// <param name="KeepAliveBytes">Bytes of a keep-alive.</param>
public sealed record IdleCost(long RenewalBytes, int Subscriptions, double RenewalSeconds, int Links, double KeepAliveSeconds, int KeepAliveBytes)
{
    /// <summary>Bytes of an hour in which nothing changes.</summary>
    public long BytesPerHour => (long)(Subscriptions * (3600 / RenewalSeconds) * RenewalBytes + 2 * Links * (3600 / KeepAliveSeconds) * KeepAliveBytes);
}

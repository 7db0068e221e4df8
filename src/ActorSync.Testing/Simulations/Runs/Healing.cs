using ActorSync.Testing.Simulations.Invariants;

namespace ActorSync.Testing.Simulations.Runs;

/// <summary>
/// After the last fault: every node must be level within a bound, and silent within another. Silent is who sends nothing
/// but signs of life: a Subscribe or HelloSubscribe, no more often than twice in the time that it asks for, and the answer to
/// it; a request for a subscription that is refused, after waits that double up to a minute; and a HelloNotify on schedule.
/// </summary>
internal sealed class Healing(Simulation simulation, SimWorld world, Workload workload, Traffic traffic)
{
    /// <summary>
    /// The longest waits that the machines have, a dialer's 30 s, a subscriber's and a publisher's 60 s each, may follow
    /// each other once; a poll's last attempts, and a hello's schedule of at most 60 s.
    /// </summary>
    public static readonly TimeSpan LongestWaits = TimeSpan.FromMinutes(5);

    /// <summary>For so long nothing must be sent to call that silence: the longest wait, twice, and what an exchange takes.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(125);

    // After waits of 2, 4, 8, 16, 32 and then 60 s.
    private const int MostRefusals = 7;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    /// <summary>Within this every node is level: the longest waits, and for each node on the way a poll's turn for each graph.</summary>
    public TimeSpan LevelWithin => LongestWaits + world.Plan.Nodes * (TimeSpan.FromSeconds(2) + 2 * world.Plan.Graphs * world.Plan.PollEvery);

    /// <summary>Once all are level, the silence must have begun within this.</summary>
    public static TimeSpan SilentWithin => LongestWaits;

    /// <summary>Runs until all is level and silent; the time until it was level.</summary>
    /// <exception cref="InvariantBrokenException">It did not come within the bounds.</exception>
    public TimeSpan Run()
    {
        var began = simulation.Now;
        while (!world.IsLevel())
        {
            if (simulation.Now - began > LevelWithin)
                throw new InvariantBrokenException($"{LevelWithin.TotalSeconds:F0} s after the last fault not all nodes are level: {Unlevel()}");
            simulation.Run(Step);
        }
        var level = simulation.Now - began;
        workload.StopPolling();
        FallSilent();
        return level;
    }

    private void FallSilent()
    {
        var began = simulation.Now;
        while (simulation.Now - traffic.LastNews < Silence)
        {
            if (traffic.LastNews - began > SilentWithin)
                throw new InvariantBrokenException($"{SilentWithin.TotalSeconds:F0} s after all were level there still was {traffic.Last}");
            simulation.Run(TimeSpan.FromSeconds(1));
        }
        if (!world.IsLevel())
            throw new InvariantBrokenException($"what was level is not any more, and all are silent: {Unlevel()}");
        if (traffic.MostRefusals > MostRefusals)
            throw new InvariantBrokenException($"a subscription was asked for, and refused, {traffic.MostRefusals} times in {Silence.TotalSeconds:F0} s of silence");
        var mostRenewals = 2 + Silence / (world.Plan.Subscriptions.RemainOpen / 2);
        if (traffic.MostRenewals > mostRenewals)
            throw new InvariantBrokenException($"a subscription was renewed {traffic.MostRenewals} times in {Silence.TotalSeconds:F0} s of silence");
        // Each renewal is answered, and each answer may leave numbers to be told.
        if (traffic.MostNumberings > mostRenewals)
            throw new InvariantBrokenException($"graphs were numbered {traffic.MostNumberings} times in {Silence.TotalSeconds:F0} s of silence");
        var terms = world.Plan.Hellos.Terms;
        if (traffic.MostHellos > world.Plan.Graphs * (2 + Silence / terms.ScheduleDelay + 2 * (Silence / terms.Duration)))
            throw new InvariantBrokenException($"a peer was told {traffic.MostHellos} times in {Silence.TotalSeconds:F0} s of silence that nothing has changed");
        foreach (var peer in world.Nodes.SelectMany(node => node.Peers))
        {
            if (peer.Publisher.UnackedPushes > 0 || peer.IsPolling)
                throw new InvariantBrokenException($"{peer.Node} is silent toward {peer.Link.Other(peer.Node)}, and waits for {(peer.IsPolling ? "a poll" : "acknowledgements")}");
        }
    }

    private string Unlevel() => string.Join(", ", world.Nodes.Select(node =>
        $"{node}: {string.Join('+', world.Graphs.Select(graph => node.SnapshotOf(graph) is { } version ? $"{version.Count} ({version.Heads.Count} heads)" : "nothing"))}"));
}

using System.Globalization;
using ActorSync.States;
using ActorSync.Testing.States;

namespace ActorSync.Bench;

/// <summary>The share of nodes that a change reaches by push alone, beside z = 1 - e^(-r0 z).</summary>
internal static class Coverage
{
    private const double Within = 0.02;

    public static int Run(int nodes, int changes)
    {
        var missed = 0;
        foreach (var sampled in (int[])[2, 3, 4, 6])
        {
            var settings = StateSettings.Default with { SampledPeers = sampled, PullInterval = TimeSpan.FromDays(30) };
            var world = new StateWorld(sampled, nodes, settings) { NotesTraffic = false };
            world.Link();
            world.Run(TimeSpan.FromSeconds(5));
            var reached = new List<double>();
            for (var i = 0; i < changes; i++)
            {
                var value = i.ToString(CultureInfo.InvariantCulture);
                world.Nodes[world.Random.Next(nodes)].Set("k", value);
                world.Run(TimeSpan.FromSeconds(60));
                reached.Add(world.Nodes.Count(node => node["k"] == value) / (double)nodes);
            }
            // One that dies out with its first few nodes is not what the formula speaks of.
            var spread = reached.Where(share => share > 0.2).ToArray();
            var (coverage, formula) = (spread.Average(), Formula(sampled));
            missed += Math.Abs(coverage - formula) <= Within ? 0 : 1;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"r0 = {sampled}: {coverage:p2} of {nodes} nodes, formula {formula:p2}; {changes - spread.Length} of {changes} changes died out early"));
        }
        return missed == 0 ? 0 : 1;
    }

    private static double Formula(int sampled)
    {
        var z = 1.0;
        for (var i = 0; i < 1000; i++)
            z = 1 - Math.Exp(-sampled * z);
        return z;
    }
}

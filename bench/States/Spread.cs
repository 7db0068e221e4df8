using System.Globalization;
using ActorSync.Testing.States;

namespace ActorSync.Bench;

/// <summary>How long a change takes to all nodes of a simulated mesh, and what it costs each.</summary>
internal static class Spread
{
    public static int Run(int changes)
    {
        foreach (var nodes in (int[])[3, 10, 50])
        {
            var world = new StateWorld(nodes, nodes);
            world.Link();
            world.Run(TimeSpan.FromSeconds(90));
            world.Traffic.Clear();
            var (times, idle) = (new List<double>(), TimeSpan.Zero);
            for (var i = 0; i < changes; i++)
            {
                // Anywhere within the intervals.
                world.Run(TimeSpan.FromSeconds(5 + 60 * world.Random.NextDouble()));
                var start = world.Elapsed;
                world.Nodes[world.Random.Next(nodes)].Set("k", i.ToString(CultureInfo.InvariantCulture));
                if (!world.RunUntil(() => world.Nodes[0].Table.Count > 0 && world.IsLevel, TimeSpan.FromMinutes(10)))
                    return Fail(nodes);
                times.Add((world.Elapsed - start).TotalSeconds);
            }
            times.Sort();
            var pushed = world.Traffic.Where(sent => sent.Message is Wire.StatePush or Wire.StatePushed).Sum(sent => (long)sent.Bytes);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{nodes} nodes: a change reaches all within {times[times.Count / 2]:f2} s (median), {times[^1]:f1} s (longest); {(double)pushed / changes / nodes:f0} bytes of pushes a change and node"));
        }
        return 0;
    }

    private static int Fail(int nodes)
    {
        Console.Error.WriteLine($"{nodes} nodes do not come level within 10 minutes");
        return 1;
    }
}

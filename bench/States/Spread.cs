using System.Globalization;
using ActorSync.States;
using ActorSync.Testing.States;

namespace ActorSync.Bench;

/// <summary>How long a change takes to all nodes of a simulated mesh, and what it costs each: with pulls all the time, and of unlevel peers only.</summary>
internal static class Spread
{
    public static int Run(int changes)
    {
        foreach (var (nodes, isSilent) in from silent in (bool[])[false, true] from nodes in (int[])[3, 10, 50] select (nodes, silent))
        {
            var world = new StateWorld(nodes, nodes, StateSettings.Default with { PullsOnlyUnlevel = isSilent });
            world.Link();
            world.Run(TimeSpan.FromMinutes(5));
            world.Traffic.Clear();
            world.Run(TimeSpan.FromHours(1));
            var idle = world.Traffic.Count / nodes;
            var idleBytes = world.Traffic.Sum(sent => (long)sent.Bytes) / nodes;
            world.Traffic.Clear();
            var times = new List<double>();
            for (var i = 0; i < changes; i++)
            {
                // Anywhere within the intervals.
                world.Run(TimeSpan.FromSeconds(5 + 60 * world.Random.NextDouble()));
                var start = world.Elapsed;
                var value = i.ToString(CultureInfo.InvariantCulture);
                world.Nodes[world.Random.Next(nodes)].Set("k", value);
                if (!world.RunUntil(() => world.Nodes.All(node => node["k"] == value), TimeSpan.FromMinutes(10)))
                    return Fail(nodes);
                times.Add((world.Elapsed - start).TotalSeconds);
            }
            times.Sort();
            var pushed = world.Traffic.Where(sent => sent.Message is Wire.StatePush or Wire.StatePushed).Sum(sent => (long)sent.Bytes);
            // What the last change still makes them tell each other.
            world.Run(isSilent ? TimeSpan.FromMinutes(5) : TimeSpan.Zero);
            var (payloads, bytes) = (world.Traffic.Count, world.Traffic.Sum(sent => (long)sent.Bytes));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{nodes} nodes, {(isSilent ? "unlevel peers pulled" : "pulls every minute")}: {idle} payloads of {idleBytes} bytes a node in an idle hour; a change and node, pulls meanwhile included, {(double)payloads / changes / nodes:f1} payloads of {(double)bytes / changes / nodes:f0} bytes; a change reaches all within {1000 * times[times.Count / 2]:f0} ms (median), {1000 * times[^1]:f0} ms (longest); {(double)pushed / changes / nodes:f0} bytes of pushes a change and node"));
        }
        return 0;
    }

    private static int Fail(int nodes)
    {
        Console.Error.WriteLine($"{nodes} nodes do not come level within 10 minutes");
        return 1;
    }
}

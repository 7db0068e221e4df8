using System.Globalization;
using ActorSync.Testing.Spread;

namespace ActorSync.Bench;

/// <summary>Prints how commits spread through simulated meshes: copies, hops, times, messages, bytes, and what a loss of nodes does.</summary>
internal static class Program
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private static int Main(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var seeds = args is [var first, ..] && int.TryParse(first, out var given) ? given : 5;
        Console.WriteLine("| nodes | seed | what | commits | redundant copies a node and commit | most hops | median time | worst time | messages a commit | bytes a commit |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (var nodes in new[] { 50 })
        {
            for (var seed = 1; seed <= seeds; seed++)
                Report(nodes, seed);
        }
        return 0;
    }

    private static void Report(int nodes, int seed)
    {
        var world = new SpreadWorld(new SpreadOptions { Seed = seed, Nodes = nodes, NoticesWithin = TimeSpan.FromSeconds(double.Parse(Environment.GetEnvironmentVariable("NOTICE") ?? "1")) });
        world.Meet(TimeSpan.FromSeconds(1));
        world.Run(TimeSpan.FromSeconds(10));
        var writer = world.Draw(1)[0];
        Phase(world, "one writer", 30, () => [writer]);
        Phase(world, "any writer", 60, () => world.Draw(1));
        Phase(world, "five writers at once", 20, () => world.Draw(5));
        var idleBefore = world.Measures.Total;
        world.Run(TimeSpan.FromHours(1));
        var idle = world.Measures.Total;
        Console.WriteLine($"| {nodes} | {seed} | an idle hour: {(idle.Messages - idleBefore.Messages) / (double)nodes:F0} messages, {(idle.Bytes - idleBefore.Bytes) / (double)nodes:F0} bytes a node | | | | | | | |");
        world.Kill(world.Draw(nodes * 3 / 10));
        Phase(world, "30 % die, survivors write at once", 1, () => world.Draw(5));
        Phase(world, "after that, any writer", 30, () => world.Draw(1));
    }

    private static void Phase(SpreadWorld world, string what, int rounds, Func<IReadOnlyList<SpreadNode>> writers)
    {
        var (from, before) = (world.Measures.Count, world.Measures.Total);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var writer in writers())
                writer.Act();
            world.Run(Pause);
        }
        world.Run(TimeSpan.FromSeconds(20));
        var commits = world.Measures.Commits(from);
        var (messages, bytes) = (world.Measures.Total.Messages - before.Messages, world.Measures.Total.Bytes - before.Bytes);
        var times = commits.Select(commit => commit.Taken?.TotalMilliseconds ?? double.PositiveInfinity).Order().ToArray();
        Console.WriteLine(
            $"| {world.Options.Nodes} | {world.Options.Seed} | {what} | {commits.Count} | {world.Measures.Redundancy(from):F3} | {commits.Max(commit => commit.HopsMost)} | " +
            $"{times[times.Length / 2]:F0} ms | {times[^1]:F0} ms | {messages / (double)commits.Count:F0} | {bytes / (double)commits.Count:F0} |");
    }
}

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
        var numbers = args.Select(arg => int.TryParse(arg, out var number) ? number : 0).ToArray();
        if (numbers.Any(number => number <= 0))
            return Usage();
        var runs = numbers is [var given, ..] ? given : 5;
        foreach (var nodes in numbers.Length > 1 ? numbers[1..] : [10, 50, 200])
            Table.Print(nodes, [.. Enumerable.Range(1, runs).SelectMany(seed => Run(nodes, seed))]);
        return 0;
    }

    private static List<Measured> Run(int nodes, int seed)
    {
        var world = new SpreadWorld(new SpreadOptions { Seed = seed, Nodes = nodes });
        world.Meet(TimeSpan.FromSeconds(1));
        world.Run(TimeSpan.FromSeconds(10));
        var writer = world.Draw(1)[0];
        List<Measured> phases =
        [
            Phase(world, "one writer", 30, () => [writer]),
            Phase(world, "any writer, one at a time", 60, () => world.Draw(1)),
            Phase(world, "five writers at once", 20, () => world.Draw(Math.Min(5, nodes))),
        ];
        world.Kill(world.Draw(nodes * 3 / 10));
        phases.Add(Phase(world, "30 % die, five survivors write at that moment", 1, () => world.Draw(Math.Min(5, nodes * 7 / 10))));
        phases.Add(Phase(world, "after that, any writer", 30, () => world.Draw(1)));
        // The members remove those that died.
        world.Meet(TimeSpan.FromSeconds(1));
        phases.Add(Idle(world, "two hours after that, idle", TimeSpan.FromHours(2)));
        phases.Add(Idle(world, "an idle week then", TimeSpan.FromDays(7)));
        return phases;
    }

    private static Measured Phase(SpreadWorld world, string what, int rounds, Func<IReadOnlyList<SpreadNode>> writers)
    {
        var from = world.Measures.Count;
        var before = world.Measures.Total;
        for (var round = 0; round < rounds; round++)
        {
            foreach (var writer in writers())
                writer.Act();
            world.Run(Pause);
        }
        world.Run(TimeSpan.FromSeconds(20));
        var after = world.Measures.Total;
        return new Measured(what, world.Measures.Commits(from), world.Alive.Count(), after.Messages - before.Messages, after.Bytes - before.Bytes);
    }

    // Polls die down, and then there is nothing but keep-alives, which are the links' and are not simulated.
    private static Measured Idle(SpreadWorld world, string what, TimeSpan time)
    {
        var before = world.Measures.Total;
        world.Run(time);
        var after = world.Measures.Total;
        return new Measured(what, [], world.Alive.Count(), after.Messages - before.Messages, after.Bytes - before.Bytes);
    }

    private static int Usage()
    {
        Console.Error.WriteLine("""
            usage: dotnet run --project bench/Mesh -c Release -- [RUNS [NODES ...]]
              how commits spread through simulated meshes of so many nodes (10 50 200), each run with another seed (5 runs)
            """);
        return 2;
    }
}

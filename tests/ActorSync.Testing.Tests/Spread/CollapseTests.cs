using ActorSync.Graphs;
using ActorSync.Testing.Spread;
using Xunit.Abstractions;

namespace ActorSync.Testing.Tests.Spread;

/// <summary>Many nodes write at once, more than the graph should have heads: merges come to an end.</summary>
public sealed class CollapseTests(ITestOutputHelper output)
{
    private const int Nodes = 24;
    private const int Actions = 3 * Nodes;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void With_more_writers_than_heads_a_mesh_settles(int seed)
    {
        var world = Begin(seed, waits: true);
        Assert.True(world.RunUntil(() => world.IsLevel && world.Nodes[0].Snapshot!.Heads.Count <= 4, TimeSpan.FromMinutes(2)), Say(world));
        output.WriteLine(Say(world));
        var settled = world.Measures.Count;
        world.Run(TimeSpan.FromMinutes(5));
        Assert.Equal(settled, world.Measures.Count);
        Assert.InRange(settled, Actions, 5 * Actions);
    }

    [Theory]
    [InlineData(1)]
    public void Without_waiting_it_goes_on_and_on(int seed)
    {
        var world = Begin(seed, waits: false);
        world.RunUntil(() => world.Measures.Count > 10 * Actions, TimeSpan.FromSeconds(30));
        output.WriteLine(Say(world));
        Assert.InRange(world.Measures.Count, 5 * Actions + 1, int.MaxValue);
    }

    private static SpreadWorld Begin(int seed, bool waits)
    {
        var world = new SpreadWorld(new SpreadOptions { Seed = seed, Nodes = Nodes, WaitsToCollapse = waits, Limits = new GraphLimits { Heads = 4 } });
        world.Meet(TimeSpan.FromSeconds(1));
        world.Run(TimeSpan.FromSeconds(10));
        for (var round = 0; round < 3; round++)
        {
            foreach (var node in world.Nodes)
                node.Act();
            world.Run(TimeSpan.FromMilliseconds(300));
        }
        return world;
    }

    private static string Say(SpreadWorld world) => $"{world.Elapsed}: {world.Measures.Count} commands, {world.Nodes[0].Snapshot!.Heads.Count} heads";
}

using ActorSync.Graphs.Spread;
using ActorSync.Testing.Spread;
using ActorSync.Wire;

namespace ActorSync.Testing.Tests.Spread;

/// <summary>How commits spread through a mesh of 50 nodes: few copies too many, and all of them again when many nodes die.</summary>
public sealed class SpreadWorldTests
{
    private const double MostRedundant = 0.5;

    private static readonly TimeSpan Again = TimeSpan.FromSeconds(10);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 8)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_commit_reaches_all_with_few_copies_too_many(int seed)
    {
        var world = Begin(new SpreadOptions { Seed = seed });
        var writer = world.Draw(1)[0];
        for (var round = 0; round < 60; round++)
        {
            (round < 20 ? writer : world.Draw(1)[0]).Act();
            world.Run(TimeSpan.FromSeconds(1));
        }
        for (var round = 0; round < 10; round++)
        {
            foreach (var node in world.Draw(5))
                node.Act();
            world.Run(TimeSpan.FromSeconds(2));
        }
        world.Run(TimeSpan.FromSeconds(10));

        Assert.True(world.IsLevel);
        Assert.All(world.Measures.Commits(), commit => Assert.NotNull(commit.Taken));
        Assert.InRange(world.Measures.Redundancy(), 0, MostRedundant);
        Assert.All(world.Measures.Commits().Take(60), commit => Assert.InRange(commit.Redundant / 50.0, 0, MostRedundant));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void When_three_of_ten_die_the_rest_reach_all_again(int seed) => LoseThreeOfTen(new SpreadOptions { Seed = seed });

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Even_if_nobody_notices_for_a_while_that_they_are_dead(int seed) =>
        LoseThreeOfTen(new SpreadOptions { Seed = seed, NoticesWithin = TimeSpan.FromSeconds(6) });

    [Fact]
    public void Were_links_never_made_lazy_again_the_copies_would_be_too_many()
    {
        var world = Begin(new SpreadOptions { Seed = 1, Spread = SpreadSettings.Default with { Tolerance = int.MaxValue } });
        world.Kill(world.Draw(15));
        var from = world.Measures.Count;
        for (var round = 0; round < 20; round++)
        {
            world.Draw(1)[0].Act();
            world.Run(TimeSpan.FromSeconds(1));
        }
        Assert.InRange(world.Measures.Redundancy(from), MostRedundant, 4);
    }

    [Fact]
    public void Members_that_come_one_by_one_and_are_known_to_each_at_another_time_are_reached()
    {
        var world = new SpreadWorld(new SpreadOptions { Seed = 1, Nodes = 2 });
        world.Meet(TimeSpan.Zero);
        while (world.Nodes.Count < 50)
        {
            world.Add();
            world.Meet(TimeSpan.FromSeconds(2));
            world.Draw(1)[0].Act();
            world.Run(TimeSpan.FromSeconds(0.5));
        }
        world.Run(TimeSpan.FromSeconds(10));
        Assert.True(world.IsLevel);
        var from = world.Measures.Count;
        for (var round = 0; round < 30; round++)
        {
            world.Draw(1)[0].Act();
            world.Run(TimeSpan.FromSeconds(1));
        }
        Assert.True(world.IsLevel);
        Assert.InRange(world.Measures.Redundancy(from), 0, MostRedundant);
        Assert.All(world.Nodes, node => Assert.InRange(node.Machine.Neighbours.Count(), 1, SpreadSettings.Default.NeighboursMost));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_graph_that_only_one_has_comes_to_all(int seed)
    {
        var world = new SpreadWorld(new SpreadOptions { Seed = seed, Holders = 1 });
        world.Meet(TimeSpan.FromSeconds(1));
        world.Run(TimeSpan.FromSeconds(3));
        world.Nodes[0].Act();
        Assert.True(world.RunUntil(() => world.IsLevel, TimeSpan.FromMinutes(5)));
        world.Run(TimeSpan.FromSeconds(30));
        var from = world.Measures.Count;
        for (var round = 0; round < 20; round++)
        {
            world.Draw(1)[0].Act();
            world.Run(TimeSpan.FromSeconds(2));
        }
        world.Run(TimeSpan.FromSeconds(10));
        Assert.True(world.IsLevel);
        Assert.InRange(world.Measures.Redundancy(from), 0, MostRedundant);
    }

    [Fact]
    public void Payloads_that_are_lost_are_repaired()
    {
        var world = Begin(new SpreadOptions { Seed = 1, LossPercent = 5 });
        for (var round = 0; round < 30; round++)
        {
            world.Draw(1)[0].Act();
            world.Run(TimeSpan.FromSeconds(1));
        }
        Assert.True(world.RunUntil(() => world.IsLevel, TimeSpan.FromMinutes(2)));
    }

    [Fact]
    public void Two_halves_that_were_parted_find_each_other_again()
    {
        var world = Begin(new SpreadOptions { Seed = 1 });
        world.Cut((one, other) => one.Number < 25 != other.Number < 25);
        world.Run(TimeSpan.FromMinutes(2));
        world.Nodes[3].Act();
        world.Nodes[30].Act();
        world.Run(TimeSpan.FromSeconds(10));
        Assert.False(world.IsLevel);
        Assert.True(world.Nodes.Take(25).All(node => node.Snapshot!.Heads.Equals(world.Nodes[3].Snapshot!.Heads)));

        world.Heal();
        Assert.True(world.RunUntil(() => world.IsLevel, TimeSpan.FromMinutes(5)));
        world.Run(TimeSpan.FromMinutes(5));
        var from = world.Measures.Count;
        for (var round = 0; round < 20; round++)
        {
            world.Draw(1)[0].Act();
            world.Run(TimeSpan.FromSeconds(2));
        }
        Assert.True(world.IsLevel);
        Assert.InRange(world.Measures.Redundancy(from), 0, MostRedundant);
    }

    [Fact]
    public void An_idle_mesh_sends_nothing_but_signs_of_life()
    {
        var world = Begin(new SpreadOptions { Seed = 1 });
        world.Draw(1)[0].Act();
        // Once nobody has found anything any more that it lacked.
        world.Run(TimeSpan.FromHours(2));
        var before = world.Measures.Total.Messages;
        world.Run(TimeSpan.FromDays(7));
        Assert.Equal(before, world.Measures.Total.Messages);

        // Nothing was given up meanwhile.
        world.Draw(1)[0].Act();
        world.Run(TimeSpan.FromSeconds(10));
        Assert.True(world.IsLevel);
    }

    [Fact]
    public void After_a_commit_random_members_are_polled_for_a_while_and_no_longer()
    {
        var world = Begin(new SpreadOptions { Seed = 1 });
        world.Draw(1)[0].Act();
        world.Run(TimeSpan.FromMinutes(1));
        var before = world.Measures.Traffic.ToDictionary();
        world.Run(TimeSpan.FromHours(2));
        var kinds = world.Measures.Traffic.Where(kind => kind.Value.Messages > before.GetValueOrDefault(kind.Key).Messages).Select(kind => kind.Key);
        Assert.Equal([SyncType.Poll, SyncType.Level], kinds.Order());
        Assert.InRange(world.Measures.Total.Messages - before.Values.Sum(kind => kind.Messages), 50 * 6, 50 * 16);
    }

    [Fact]
    public void A_lazy_neighbour_that_had_nothing_of_the_graph_tells_of_it_as_soon_as_it_has()
    {
        var world = new SpreadWorld(new SpreadOptions { Seed = 1, Nodes = 12, Holders = 1 });
        world.Meet(TimeSpan.FromSeconds(1));
        world.Run(TimeSpan.FromMinutes(4));
        Assert.True(world.IsLevel);
        // All links speak in both directions, though most were refused at first and would ask again after a minute.
        foreach (var node in world.Nodes)
        {
            foreach (var peer in node.Machine.Neighbours)
                Assert.True(world.Speaks(world.Nodes.Single(other => other.Id == peer), node), $"{peer} neither pushes to node {node.Number} nor tells it");
        }
    }

    private static void LoseThreeOfTen(SpreadOptions options)
    {
        var world = Begin(options);
        for (var round = 0; round < 10; round++)
        {
            world.Draw(1)[0].Act();
            world.Run(TimeSpan.FromSeconds(1));
        }
        world.Kill(world.Draw(15));
        var (from, killed) = (world.Measures.Count, world.Elapsed);
        for (var round = 0; round < 20; round++)
        {
            world.Draw(1)[0].Act();
            world.Run(TimeSpan.FromSeconds(0.4));
        }

        Assert.True(world.RunUntil(() => world.IsLevel, Again - (world.Elapsed - killed)));
        Assert.All(world.Measures.Commits(from), commit => Assert.InRange(commit.Taken!.Value, TimeSpan.Zero, Again));
        Assert.InRange(world.Measures.Redundancy(from), 0, MostRedundant);
    }

    private static SpreadWorld Begin(SpreadOptions options)
    {
        var world = new SpreadWorld(options);
        world.Meet(TimeSpan.FromSeconds(1));
        world.Run(TimeSpan.FromSeconds(10));
        return world;
    }
}

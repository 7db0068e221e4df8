using ActorSync.States;
using ActorSync.Testing.States;
using Xunit.Abstractions;

namespace ActorSync.Core.Tests.States;

/// <summary>Where only peers that are not known to be level are asked: all come level all the same, and then nothing is sent.</summary>
public sealed class SilenceTests(ITestOutputHelper output)
{
    private static readonly StateSettings Silent = StateSettings.Default with { PullsOnlyUnlevel = true };

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void AfterAnyOrderLossAndRepetitionAllComeLevelAndFallSilent(int seed)
    {
        var draw = new Random(seed);
        var settings = Silent with { PullsNewPeers = draw.Next(2) == 0, SampledPeers = draw.Next(1, 4), LevelWithin = TimeSpan.FromSeconds(draw.Next(1, 20)) };
        var world = TroubledWorld.Draw(seed, draw, nodesMost: 8, settings);
        world.Disturb(draw, brief: false);
        // Nothing tells the nodes that it is over, but for links that were cut and come again.
        world.Heal();
        Assert.True(world.RunUntil(() => world.IsLevel, TimeSpan.FromMinutes(10)), "the nodes do not come level");
        world.Run(TimeSpan.FromMinutes(5));
        world.Traffic.Clear();
        world.Run(TimeSpan.FromHours(1));
        Assert.True(world.IsLevel, "the nodes part again");
        Assert.Empty(world.Traffic);
    }

    [Fact]
    public void WhatIsPurgedEverywhereEndsInSilenceToo()
    {
        var world = new StateWorld(1, 5, Silent);
        foreach (var node in world.Nodes)
            node.Skew = TimeSpan.FromSeconds(20 * node.Number);
        world.Link();
        world.Nodes[0].Set("stays", "1");
        world.Nodes[1].Set("goes", "1", ttlMilliseconds: 60_000);
        world.Nodes[2].Set("deleted", null, ttlMilliseconds: 600_000);
        world.Run(TimeSpan.FromHours(1.5));
        Assert.All(world.Nodes, node => Assert.Equal(1, node.Table.Count));
        world.Traffic.Clear();
        world.Run(TimeSpan.FromHours(1));
        Assert.Empty(world.Traffic);
    }

    [Fact]
    public void ANodeThatNoPushReachesIsLevelLongBeforeAPullIntervalIsOver()
    {
        var world = new StateWorld(2, 50, Silent with { SampledPeers = 2 });
        world.Link();
        world.Run(TimeSpan.FromMinutes(5));
        var slowest = TimeSpan.Zero;
        for (var change = 0; change < 10; change++)
        {
            var start = world.Elapsed;
            var value = change.ToString(System.Globalization.CultureInfo.InvariantCulture);
            world.Nodes[world.Random.Next(50)].Set("k", value);
            Assert.True(world.RunUntil(() => world.Nodes.All(node => node["k"] == value), TimeSpan.FromMinutes(1)), "the nodes do not come level");
            slowest = world.Elapsed - start > slowest ? world.Elapsed - start : slowest;
            world.Run(TimeSpan.FromMinutes(5));
        }
        output.WriteLine($"slowest: {slowest.TotalSeconds:f1} s");
        Assert.InRange(slowest, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    /// <summary>After a change every two of N tell each other once: a push and its answer, or a pull and its answer, now and then both.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(50)]
    public void AChangeCostsLittleMoreThanAWordBetweenAnyTwo(int nodes)
    {
        const int Changes = 10;
        var world = new StateWorld(nodes, nodes, Silent);
        world.Link();
        world.Run(TimeSpan.FromMinutes(5));
        world.Traffic.Clear();
        for (var change = 0; change < Changes; change++)
        {
            world.Nodes[world.Random.Next(nodes)].Set("k", change.ToString(System.Globalization.CultureInfo.InvariantCulture));
            world.Run(TimeSpan.FromMinutes(5));
            Assert.True(world.IsLevel);
        }
        var (payloads, bytes) = (world.Traffic.Count / (double)(Changes * nodes), world.Traffic.Sum(sent => sent.Bytes) / (double)(Changes * nodes));
        output.WriteLine($"{nodes} nodes: {payloads:f1} payloads and {bytes:f0} bytes a change and node: {string.Join(", ", world.Traffic.GroupBy(sent => sent.Message.Type).Select(type => $"{type.Key} {type.Count() / (double)(Changes * nodes):f1}"))}");
        Assert.InRange(payloads, nodes > 3 ? nodes - 1 : 1, 1.25 * (nodes - 1) + 4);
    }
}

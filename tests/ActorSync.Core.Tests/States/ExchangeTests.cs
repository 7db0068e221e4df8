using ActorSync.States;
using ActorSync.Testing.States;
using ActorSync.Wire;
using Xunit.Abstractions;

namespace ActorSync.Core.Tests.States;

/// <summary>Pulls and pushes between nodes: what they cost, and that they bring everything.</summary>
public sealed class ExchangeTests(ITestOutputHelper output)
{
    private static readonly StateSettings PullOnly = RandomState.Settings with { PushInterval = TimeSpan.FromDays(1) };

    [Theory]
    [InlineData(0, 10)]
    [InlineData(10, 0)]
    [InlineData(5, 5)]
    [InlineData(10, 10)]
    public void TwoLargeStatesThatDifferInTenCostLessThanFortyKilobytesAndThreeRoundTrips(int here, int there)
    {
        var world = new StateWorld(1, 2, PullOnly);
        var all = RandomState.Many(100_000).ToArray();
        var more = RandomState.Many(100_000 + here + there).Skip(100_000).ToArray();
        world.Nodes[0].Has(all.Concat(more[..here]));
        world.Nodes[1].Has(all.Concat(more[here..]));
        // One of the two asks; the other answers and is not heard to ask.
        world.PullFrom(0);
        Assert.True(world.RunUntil(() => world.IsLevel, TimeSpan.FromSeconds(1)));
        var bytes = world.Traffic.Sum(sent => sent.Bytes);
        var oneWay = world.Traffic.Count;
        output.WriteLine($"{bytes} bytes in {oneWay / 2.0} round trips: {string.Join(", ", world.Traffic.Select(sent => $"{sent.Message.Type} {sent.Bytes}"))}");
        Assert.Equal(100_000 + here + there, world.Nodes[0].Table.Count);
        Assert.InRange(bytes, 1, 40_000);
        Assert.InRange(oneWay, 1, 5);
    }

    [Fact]
    public void EqualStatesExchangeTheirVersionAndNoMore()
    {
        var world = new StateWorld(2, 2, PullOnly);
        foreach (var node in world.Nodes)
            node.Has(RandomState.Many(1000));
        world.PullFrom(0);
        world.Run(TimeSpan.FromSeconds(1));
        Assert.Equal([SyncType.StatePull, SyncType.StateLevel], world.Traffic.Select(sent => sent.Message.Type));
        Assert.True(world.Nodes[0].Pulls.Single().Value.WasLevel);
        output.WriteLine($"{world.Traffic.Sum(sent => sent.Bytes)} bytes");
        Assert.InRange(world.Traffic.Sum(sent => sent.Bytes), 1, 100);
    }

    [Theory]
    [InlineData(0, 5000, 1 << 20)]
    [InlineData(5000, 0, 1 << 20)]
    [InlineData(5000, 5000, 1 << 20)]
    [InlineData(1, 3000, WireLimits.SmallestPayloadBytes)]
    [InlineData(3000, 1, WireLimits.SmallestPayloadBytes)]
    [InlineData(2000, 2000, WireLimits.SmallestPayloadBytes)]
    public void StatesThatHaveNothingInCommonComeLevelByOnePull(int here, int there, int maxPayloadBytes)
    {
        var world = new StateWorld(3, 2, PullOnly, maxPayloadBytes);
        var entries = RandomState.Many(here + there).ToArray();
        world.Nodes[0].Has(entries[..here]);
        world.Nodes[1].Has(entries[here..]);
        world.PullFrom(0);
        Assert.True(world.RunUntil(() => world.IsLevel, TimeSpan.FromSeconds(50)));
        Assert.Equal(here + there, world.Nodes[0].Table.Count);
        Assert.All(world.Traffic, sent => Assert.InRange(sent.Bytes, 1, maxPayloadBytes));
        var report = Assert.Single(world.Nodes[0].Pulls).Value;
        output.WriteLine($"{report}, {world.Traffic.Sum(sent => sent.Bytes)} bytes");
        Assert.Equal((there, here), (report.Received, report.Sent));
    }

    [Fact]
    public void OfTwoWritesOfAKeyThePullLeavesTheLaterOnBothSides()
    {
        var world = new StateWorld(4, 2, PullOnly);
        var now = RandomState.Now.Milliseconds;
        world.Nodes[0].Has([RandomState.Live("a", 1, now - 2), RandomState.Live("b", 2, now - 1), RandomState.Tombstone("c", now - 1)]);
        world.Nodes[1].Has([RandomState.Live("a", 2, now - 1), RandomState.Live("b", 1, now - 2), RandomState.Live("c", 1, now - 2)]);
        world.PullFrom(0);
        Assert.True(world.RunUntil(() => world.IsLevel, TimeSpan.FromSeconds(1)));
        Assert.Equal(("2", "2", null), (world.Nodes[1]["a"], world.Nodes[1]["b"], world.Nodes[1]["c"]));
    }

    [Fact]
    public void AnEntryThatNoPayloadOfTheLinkTakesHoldsUpNothingElse()
    {
        var world = new StateWorld(5, 2, PullOnly, WireLimits.SmallestPayloadBytes);
        var large = StateEntry.Live("large", System.Text.Encoding.UTF8.GetBytes("\"" + new string('x', 5000) + "\""), new StateStamp(1, 0, default));
        world.Nodes[0].Has(RandomState.Many(100).Append(large));
        world.Nodes[1].Has(RandomState.Many(200, seed: 2).Append(large).Skip(100));
        world.PullFrom(0);
        Assert.True(world.RunUntil(() => world.IsLevel, TimeSpan.FromSeconds(5)));
        world.Nodes[0].Set("larger", "\"" + new string('y', 5000) + "\"");
        world.Nodes[1].Set("small", "1");
        world.Run(TimeSpan.FromSeconds(150));
        Assert.Equal("1", world.Nodes[0]["small"]);
        Assert.Null(world.Nodes[1]["larger"]);
    }

    [Fact]
    public void APushGoesToSomePeersIsPassedOnOnceAndNeverBack()
    {
        var world = new StateWorld(6, 8, RandomState.Settings with { PullInterval = TimeSpan.FromDays(1) })
        {
            Faults = new StateFaults { DelayMost = TimeSpan.Zero },
        };
        world.Link();
        world.Run(TimeSpan.FromSeconds(2));
        world.Traffic.Clear();
        world.Nodes[0].Set("k", "1");
        world.Run(TimeSpan.FromSeconds(30));
        var pushes = world.Traffic.Where(sent => sent.Message is StatePush).ToArray();
        Assert.All(pushes.GroupBy(sent => sent.From), group => Assert.InRange(group.Count(), 1, RandomState.Settings.SampledPeers));
        Assert.All(pushes, sent => Assert.NotEqual(sent.From, sent.To));
        foreach (var node in world.Nodes.Skip(1).Where(node => node["k"] == "1"))
        {
            var source = pushes.First(sent => sent.To == node.Number).From;
            Assert.DoesNotContain(pushes, sent => sent.From == node.Number && sent.To == source);
        }
        Assert.InRange(world.Nodes.Count(node => node["k"] == "1"), 4, 8);
    }

    [Fact]
    public void AFailedPushIsSentAgainAndLosesNothing()
    {
        var world = new StateWorld(7, 2, RandomState.Settings with { PullInterval = TimeSpan.FromDays(1) });
        world.Link();
        world.Run(TimeSpan.FromSeconds(1));
        world.Faults = new StateFaults { LossPercent = 100 };
        world.Nodes[0].Set("a", "1");
        world.Run(TimeSpan.FromSeconds(3));
        world.Nodes[0].Set("b", "2");
        world.Run(TimeSpan.FromSeconds(3));
        Assert.Equal(1, world.Nodes[0].OwedPushes);
        world.Heal();
        Assert.True(world.RunUntil(() => world.IsLevel, TimeSpan.FromSeconds(60)));
        world.Run(TimeSpan.FromSeconds(60));
        Assert.Equal(0, world.Nodes[0].OwedPushes);
        Assert.Equal(("1", "2"), (world.Nodes[1]["a"], world.Nodes[1]["b"]));
    }

    [Fact]
    public void AKeyThatExpiresDoesNotTakeAlongTheChangesBesideIt()
    {
        var world = new StateWorld(8, 2, RandomState.Settings with { PullInterval = TimeSpan.FromDays(1) });
        world.Nodes[0].Set("brief", "1", ttlMilliseconds: 100);
        world.Nodes[0].Set("lasting", "1");
        world.Run(TimeSpan.FromSeconds(5));
        world.Link();
        world.Run(TimeSpan.FromSeconds(5));
        Assert.Equal("1", world.Nodes[1]["lasting"]);
        Assert.Null(world.Nodes[1]["brief"]);
    }

    [Fact]
    public void NothingIsSentWhileNothingChangesButTheVersions()
    {
        var world = new StateWorld(9, 4);
        world.Nodes[0].Set("k", "1");
        world.Link();
        world.Run(TimeSpan.FromMinutes(3));
        Assert.True(world.IsLevel);
        world.Traffic.Clear();
        world.Run(TimeSpan.FromMinutes(10));
        Assert.All(world.Traffic, sent => Assert.True(sent.Message is StatePull or StateLevel));
        Assert.InRange(world.Traffic.Count, 1, 4 * 3 * 2 * 12);
    }

    [Fact]
    public void APeerWhoseClockIsAYearAheadIsHeldOffAndTheOthersAreServed()
    {
        var world = new StateWorld(10, 3);
        world.Nodes[2].Skew = TimeSpan.FromDays(365);
        world.Link();
        world.Nodes[2].Set("wrong", "1");
        world.Nodes[0].Set("right", "1");
        world.Run(TimeSpan.FromMinutes(5));
        Assert.Equal(("1", null), (world.Nodes[1]["right"], world.Nodes[1]["wrong"]));
        Assert.Contains(world.Nodes[0].Troubles, trouble => trouble.Kind == SyncErrorKind.ClockAhead);
        world.Nodes[2].Skew = TimeSpan.Zero;
        world.Nodes[2].Set("wrong", "2");
        Assert.True(world.RunUntil(() => world.IsLevel, TimeSpan.FromMinutes(5)));
        Assert.All(world.Nodes, node => Assert.Equal("2", node["wrong"]));
    }
}

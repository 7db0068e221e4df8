using ActorSync.Peers;
using ActorSync.States;
using ActorSync.States.Exchange;
using ActorSync.Testing.States;
using Xunit.Abstractions;

namespace ActorSync.Core.Tests.States;

/// <summary>Two phases: faults of every kind, then none, and all must come level. A seed that fails can be run alone.</summary>
public sealed class ConvergenceTests(ITestOutputHelper output)
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 25)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void AnyOrderAndLossOfExchangesConvergesOnceExchangesResume(int seed)
    {
        var draw = new Random(seed);
        var settings = StateSettings.Default with { PullInterval = TimeSpan.FromSeconds(draw.Next(5, 60)), SampledPeers = draw.Next(1, 4) };
        var world = TroubledWorld.Draw(seed, draw, nodesMost: 6, settings);
        world.NotesTraffic = false;
        var acknowledged = new Dictionary<string, (StateStamp Stamp, string? Json)>();
        world.Disturb(draw, brief: true, (node, key, json, result) => Note(node, key, json, result, acknowledged));
        world.Heal();
        Assert.True(world.RunUntil(() => world.IsLevel, TimeSpan.FromMinutes(10)), "the nodes do not come level");
        world.Run(TimeSpan.FromMinutes(3));
        Assert.True(world.IsLevel, "the nodes part again");
        Assert.All(world.Nodes, node => Assert.Equal(0, node.OwedPushes));
        Assert.All(world.Nodes, node => Assert.Equal(RandomState.Content(world.Nodes[0].Table), RandomState.Content(node.Table)));
        NothingAcknowledgedIsMissing(world, acknowledged);
    }

    [Theory]
    [InlineData(2, 0.797)]
    [InlineData(3, 0.940)]
    [InlineData(4, 0.980)]
    [InlineData(6, 0.9975)]
    public void PushAloneCoversWhatTheFormulaSays(int sampled, double expected)
    {
        const int Nodes = 400;
        var settings = StateSettings.Default with { SampledPeers = sampled, PullInterval = TimeSpan.FromDays(1) };
        var world = new StateWorld(sampled, Nodes, settings) { NotesTraffic = false };
        world.Link();
        world.Run(TimeSpan.FromSeconds(5));
        // A change is either passed on by many or dies out with the first few; the formula speaks of the former.
        var reached = new List<double>();
        for (var change = 0; change < 12; change++)
        {
            world.Nodes[world.Random.Next(Nodes)].Set("k", change.ToString(System.Globalization.CultureInfo.InvariantCulture));
            world.Run(TimeSpan.FromSeconds(40));
            var value = change.ToString(System.Globalization.CultureInfo.InvariantCulture);
            reached.Add(world.Nodes.Count(node => node["k"] == value) / (double)Nodes);
        }
        var coverage = reached.Where(share => share > 0.2).Average();
        output.WriteLine($"r0 = {sampled}: {coverage:p2} of {Nodes} nodes, the formula says {expected:p2}");
        Assert.InRange(coverage, expected - 0.02, expected + 0.02);
    }

    [Fact]
    public void PeersAreDrawnEvenlyAndEachOnce()
    {
        var random = new Random(1);
        var peers = Enumerable.Range(0, 10).Select(i => new StatePeer(new NodeId((UInt128)i), 4096)).ToArray();
        var drawn = new int[10];
        for (var run = 0; run < 10_000; run++)
        {
            var sample = PeerSample.Draw(peers, 3, random);
            Assert.Equal(3, sample.Distinct().Count());
            foreach (var peer in sample)
                drawn[(int)peer.Node.Value]++;
        }
        Assert.All(drawn, count => Assert.InRange(count, 2800, 3200));
        Assert.Equal(10, PeerSample.Draw(peers, 20, random).Distinct().Count());
        Assert.Empty(PeerSample.Draw([], 3, random));
    }

    private static void Note(
        StateNode node, string key, string? json, Result<StateSetResult> result, Dictionary<string, (StateStamp Stamp, string? Json)> acknowledged)
    {
        if (!result.TryGet(out var set, out _) || set.Outcomes[0] != MergeOutcome.Won || !node.Table.TryGet(key, out var entry))
            return;
        if (!acknowledged.TryGetValue(key, out var before) || entry.Stamp > before.Stamp)
            acknowledged[key] = (entry.Stamp, json);
    }

    // Of each key the latest write that was acknowledged stands, or one that is later and was never answered.
    private static void NothingAcknowledgedIsMissing(StateWorld world, Dictionary<string, (StateStamp Stamp, string? Json)> acknowledged)
    {
        Assert.NotEmpty(acknowledged);
        foreach (var (key, (stamp, json)) in acknowledged)
        {
            Assert.True(world.Nodes[0].Table.TryGet(key, out var entry), key);
            Assert.True(entry.Stamp >= stamp, $"{key}: {entry} is older than {stamp}");
            if (entry.Stamp == stamp)
                Assert.Equal(json, world.Nodes[0][key]);
        }
    }
}

using ActorSync.Graphs.Subscriptions;
using ActorSync.Testing.Simulations;
using static ActorSync.Core.Tests.Harness.GraphMaker;

namespace ActorSync.Core.Tests.Subscriptions;

/// <summary>
/// Nodes that subscribe to each other while everything goes wrong; then the faults heal. Whatever the seed, they end
/// level, and then there is silence.
/// </summary>
public sealed class SubscriptionFaultTests
{
    private static readonly SubscriptionSettings Settings = SubscriptionSettings.Default with
    {
        PushBytes = 600,
        RemainOpen = TimeSpan.FromMinutes(4),
        MaxBytes = 20_000,
    };

    [Fact]
    public void TwoNodesConvergeAfterFaultsAndFallSilent()
    {
        for (var seed = 1; seed <= 200; seed++)
            Run(seed, nodes: 2);
    }

    [Fact]
    public void ARingOfFourConvergesAfterFaultsAndFallsSilent()
    {
        for (var seed = 1; seed <= 40; seed++)
            Run(seed, nodes: 4);
    }

    private static void Run(int seed, int nodes)
    {
        var simulation = new Simulation(seed);
        var ring = Enumerable.Range(0, nodes).Select(i => new SimNode(simulation, $"node {i}") { Subscriptions = Settings }).ToArray();
        foreach (var node in ring)
            node.Has(Graph, Root).CommitFailurePercent = 5;
        var links = Enumerable.Range(0, nodes == 2 ? 1 : nodes).Select(i => ring[i].LinkTo(ring[(i + 1) % nodes])).ToArray();
        foreach (var link in links)
        {
            link.Faults = SimFaults.Rough;
        }
        foreach (var node in ring)
            ToggleWant(node, want: true);
        for (var step = 0; step < 60; step++)
            Disturb(simulation, ring, links);
        Heal(ring, links);
        Assert.True(simulation.RunUntil(() => IsLevel(ring), TimeSpan.FromMinutes(30)), $"seed {seed}: not level after the faults healed");
        simulation.Run(TimeSpan.FromMinutes(5));
        Assert.True(IsLevel(ring), $"seed {seed}: level no longer");
        foreach (var link in links)
            link.Sent.Clear();
        simulation.Run(TimeSpan.FromSeconds(110));
        Assert.All(links.SelectMany(link => link.Sent), sent => Assert.True(IsRenewal(sent), $"seed {seed}: {sent.Message.Type} in the silence"));
        Assert.All(ring.SelectMany(node => node.Peers), peer => Assert.Equal(0, peer.Publisher.UnackedPushes));
    }

    private static void Disturb(Simulation simulation, SimNode[] ring, SimLink[] links)
    {
        var node = ring[simulation.Random.Next(ring.Length)];
        var link = links[simulation.Random.Next(links.Length)];
        switch (simulation.Random.Next(12))
        {
            case < 7:
                for (var i = simulation.Random.Next(1, 12); i > 0; i--)
                    node.Graphs[Graph].Act(new byte[simulation.Random.Next(200)]);
                break;
            case 7 when link.IsUp:
                link.Down();
                break;
            case 8 or 9 when !link.IsUp:
                link.Up();
                break;
            case 10:
                ToggleWant(node, simulation.Random.Next(2) == 0);
                break;
        }
        simulation.Run(TimeSpan.FromMilliseconds(simulation.Random.Next(1_500)));
    }

    private static void ToggleWant(SimNode node, bool want)
    {
        foreach (var peer in node.Peers)
        {
            if (want)
                peer.Want(Graph);
            else
                peer.Unwant(Graph);
        }
    }

    private static void Heal(SimNode[] ring, SimLink[] links)
    {
        foreach (var link in links)
        {
            link.Faults = SimFaults.None;
            if (!link.IsUp)
                link.Up();
        }
        foreach (var node in ring)
        {
            node.Graphs[Graph].CommitFailurePercent = 0;
            ToggleWant(node, want: true);
        }
    }

    private static bool IsLevel(SimNode[] ring) => ring.Select(node => node.Graphs[Graph].Committed.Heads.Digest).Distinct().Count() == 1;

    private static bool IsRenewal(SentPayload sent) => sent.Message is ActorSync.Wire.Subscribe or ActorSync.Wire.Subscribed;
}

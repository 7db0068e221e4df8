using System.Runtime.CompilerServices;
using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Graphs.Subscriptions;
using ActorSync.Wire;
using static ActorSync.Core.Tests.Harness.GraphMaker;

namespace ActorSync.Core.Tests.Subscriptions;

/// <summary>A subscription does not keep a graph in memory that its publisher has let go to rest, and loses nothing by it.</summary>
public sealed class AtRestTests
{
    private readonly PublisherProbe _probe = new();

    [Fact]
    public void A_settled_graph_is_let_go_and_the_next_push_begins_behind_what_was_acknowledged()
    {
        var run = Begin(5);
        _probe.Ack(_probe.Pushes.Single(), run[^1]);
        _probe.Take();
        Rest();
        // What comes late, or again, says nothing new.
        _probe.Handle(new SubscriptionInput.Ack(new PushAck(new SubscriptionId(1), Graph, 0, [run[^1].Address])));
        _probe.Handle(new SubscriptionInput.PeerHolds(Graph, [run[2].Id]));
        _probe.Handle(new SubscriptionInput.Rejected(new Rejected(Graph, run[^1].Id)));
        _probe.Handle(new SubscriptionInput.Unlinked());
        _probe.Handle(new SubscriptionInput.Linked(1 << 20, 4));
        _probe.Tick(_probe.Now + TimeSpan.FromMinutes(5));
        Assert.Empty(_probe.Take());
        Assert.Equal(0, _probe.Machine.GraphsInTurn);

        Wake();
        Assert.Empty(_probe.Take());
        var next = After(run[^1], "next");
        _probe.Commit(Graph, next);
        Assert.Equal([next.Id], _probe.Pushed);
    }

    [Fact]
    public void What_is_not_acknowledged_is_sent_again_from_a_graph_at_rest()
    {
        var run = Begin(5);
        _probe.Take();
        Rest();
        _probe.Tick(_probe.Now + TimeSpan.FromMinutes(1));
        Assert.Equal(run.Select(command => command.Id), _probe.Pushed);
    }

    [Fact]
    public void Nothing_of_it_is_kept_once_all_is_acknowledged_also_where_that_comes_later()
    {
        var whole = BeginAndRest();
        Assert.True(IsAlive(whole));
        _probe.Ack(_probe.Pushes.Single());
        Assert.False(IsAlive(whole));
    }

    [Fact]
    public void A_subscriber_that_is_level_is_covered_from_what_is_kept_in_mind()
    {
        var run = Run(Root, 5, "run");
        var atRest = _probe.Has([Root, .. run]).AtRest();
        var level = PublisherProbe.HoldsOf(Graph, run[^1]);
        Assert.True(OfferedGraph.IsLevel(level.Sample, atRest.Heads));
        Assert.False(OfferedGraph.IsLevel(PublisherProbe.HoldsOf(Graph, run[^2]).Sample, atRest.Heads));
        Assert.False(OfferedGraph.IsLevel(level.Sample with { AllHeads = false }, atRest.Heads));
        for (var sequence = 1u; sequence < 3; sequence++)
        {
            _probe.Handle(new SubscriptionInput.Subscribe(new Subscribe(new SubscriptionId(1), sequence, 600, 1 << 30, [level]), [new OfferedGraph(Graph, atRest, null, [])]));
            Assert.Equal([true], Assert.IsType<Subscribed>(_probe.Take().Single()).Graphs[0].Known);
        }
        Wake();
        var next = After(run[^1], "next");
        _probe.Commit(Graph, next);
        Assert.Equal([next.Id], _probe.Pushed);
    }

    // A subscriber that stores what it is pushed, and whose acknowledgements and links are lost as a seed says.
    [Fact]
    public void However_commits_rest_and_lost_links_follow_each_other_the_subscriber_gets_all()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var (random, probe) = (new Random(seed), new PublisherProbe());
            var (all, held) = (new List<Command> { Root }, new HashSet<CommandId> { Root.Id });
            probe.Has(Root);
            probe.Subscribe(1, 1);
            for (var step = 0; step < 60 || held.Count < all.Count; step++)
            {
                switch (random.Next(step < 60 ? 6 : 2))
                {
                    case 0:
                        probe.Tick(probe.Now + TimeSpan.FromMilliseconds(random.Next(3000)));
                        break;
                    case 1:
                        Receive(probe, held, random);
                        break;
                    case 2:
                        all.Add(After(all[^(1 + random.Next(Math.Min(3, all.Count)))], $"{seed} {step}"));
                        probe.Commit(Graph, all[^1]);
                        break;
                    case 3:
                        probe.Handle(new SubscriptionInput.Changed(probe.SnapshotOf(Graph).AtRest(), []));
                        break;
                    case 4:
                        probe.Handle(new SubscriptionInput.Changed(probe.SnapshotOf(Graph), []));
                        break;
                    default:
                        probe.Take();
                        probe.Handle(new SubscriptionInput.Unlinked());
                        probe.Handle(new SubscriptionInput.Linked(1 << 20, 4));
                        break;
                }
                Assert.True(step < 2000, $"seed {seed}: {held.Count} of {all.Count} came");
            }
        }
    }

    private static void Receive(PublisherProbe probe, HashSet<CommandId> held, Random random)
    {
        foreach (var push in probe.Take().OfType<Push>())
        {
            // One that was lost leaves a gap: what builds on it is not acknowledged until that has come.
            if (random.Next(4) == 0 || !push.Commands.Decode(WireLimits.Default).Value.All(command => held.Contains(command.Prior.Left.Id) && held.Add(command.Id) | true))
                continue;
            if (random.Next(4) > 0)
                probe.Ack(push);
        }
    }

    private List<Command> Begin(int commands)
    {
        var run = Run(Root, commands, "run");
        _probe.Has([Root, .. run]);
        _probe.Subscribe(1, 1);
        return run;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference BeginAndRest()
    {
        var run = Run(Root, 5, "run");
        var whole = _probe.Has([Root, .. run]);
        var asked = PublisherProbe.HoldsOf(Graph, Root);
        _probe.Handle(new SubscriptionInput.Subscribe(new Subscribe(new SubscriptionId(1), 1, 600, 1 << 30, [asked]), [new OfferedGraph(Graph, whole, null, [])]));
        _probe.Handle(new SubscriptionInput.Changed(whole.AtRest(), []));
        return new WeakReference(whole);
    }

    private static bool IsAlive(WeakReference whole)
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true);
        return whole.IsAlive;
    }

    private void Rest() => _probe.Handle(new SubscriptionInput.Changed(_probe.SnapshotOf(Graph).AtRest(), []));

    private void Wake() => _probe.Handle(new SubscriptionInput.Changed(_probe.SnapshotOf(Graph), []));
}

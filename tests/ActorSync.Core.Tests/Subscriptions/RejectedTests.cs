using System.Text;
using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Subscriptions;
using ActorSync.Testing.Simulations;
using ActorSync.Wire;
using static ActorSync.Core.Tests.Harness.GraphMaker;

namespace ActorSync.Core.Tests.Subscriptions;

/// <summary>
/// Two nodes, of which one does not let in what the other holds: that and what follows it is left out, all else goes on,
/// and there is silence.
/// </summary>
public sealed class RejectedTests
{
    [Fact]
    public void WhatIsRejectedIsLeftOutWithWhatFollowsItAndTheRestGoesOn()
    {
        var bad = After(Root, "nonsense");
        var follows = Set(bad, "x", "1");
        var good = Set(Root, "a", "1");
        var pair = Pair([Root, bad, good, follows]);
        pair.Subscribe();
        pair.Simulation.Run(TimeSpan.FromMinutes(1));
        Assert.True(pair.GraphHere.Committed.Contains(good.Id));
        Assert.Equal(2, pair.GraphHere.Committed.Count);
        Assert.Equal([bad.Id], Told(pair).Distinct());
        Assert.Empty(pair.AtHere.Faults);
        Assert.Equal(0, pair.AtHere.Repairs);
        // What was sent before the word came was sent again without it, once; nothing is acknowledged that is not held.
        Assert.InRange(pair.CommandsSent.Count(id => id == good.Id), 1, 2);
        Assert.Single(pair.CommandsSent, bad.Id);
        Assert.DoesNotContain(pair.There.Acked.Values.SelectMany(heads => heads), head => head.Id == bad.Id || head.Id == follows.Id);
        IsSilent(pair);

        // Others write on, and one merges the rejected strand with theirs: only that is left out.
        var more = Set(good, "b", "2");
        pair.GraphThere.Receive([more, Merge(follows, more), Set(follows, "y", "2")], null, _ => { });
        pair.Simulation.Run(TimeSpan.FromSeconds(1));
        Assert.True(pair.GraphHere.Committed.Contains(more.Id));
        Assert.Equal(3, pair.GraphHere.Committed.Count);
        Assert.Equal(2, pair.GraphHere.Facts.Count);
        IsSilent(pair);
        Assert.Equal(0, pair.AtThere.Publisher.UnackedPushes);
        Assert.True(pair.AtHere.Subscriber.IsOpen);
    }

    [Fact]
    public void APublisherThatDidNotHearSendsAgainAndIsToldAgain()
    {
        var bad = After(Root, "nonsense");
        var pair = Pair([Root, bad]);
        pair.Link.Loses = sent => sent.Message is Rejected;
        pair.Subscribe();
        pair.Simulation.Run(TimeSpan.FromSeconds(10));
        Assert.True(Told(pair).Count() > 1);
        pair.Link.Loses = _ => false;
        pair.Simulation.Run(TimeSpan.FromMinutes(3));
        IsSilent(pair);
    }

    [Fact]
    public void AfterANewLinkItIsSentAndToldOnceMore()
    {
        var pair = Pair([Root, After(Root, "nonsense"), Set(Root, "a", "1")]);
        pair.Subscribe();
        pair.Simulation.Run(TimeSpan.FromSeconds(5));
        pair.Link.Down();
        pair.Link.Sent.Clear();
        pair.Link.Up();
        pair.Simulation.Run(TimeSpan.FromMinutes(1));
        Assert.Single(Told(pair));
        IsSilent(pair);
    }

    // The pushes that were under way carry more of the strand: all are answered by the one command that began it.
    [Fact]
    public void ALongStrandIsTakenBackAtItsFirstCommand()
    {
        var bad = After(Root, "nonsense");
        var strand = new List<Command> { bad };
        for (var i = 0; i < 5_000; i++)
            strand.Add(Set(strand[^1], $"{i}", new string('x', 500)));
        var pair = Pair([Root, .. strand]);
        pair.Subscribe();
        pair.Simulation.Run(TimeSpan.FromMinutes(1));
        Assert.Equal([bad.Id], Told(pair).Distinct());
        Assert.InRange(pair.CommandsSent.Count, 1, SubscriptionSettings.Default.UnackedPushes * 300);
        IsSilent(pair);
    }

    [Fact]
    public void AGraphOfWhichTooMuchIsRejectedIsPutAside()
    {
        var most = SubscriptionSettings.Default.RejectedPerGraph;
        var pair = Pair([Root, .. Enumerable.Range(0, most + 1).Select(i => After(Root, $"nonsense {i}"))], new GraphLimits { Heads = GraphLimits.MostHeads });
        pair.Subscribe();
        pair.Simulation.Run(TimeSpan.FromMinutes(1));
        Assert.Contains(pair.AtHere.Answers, answer => answer?.Kind == SyncErrorKind.Rejected);
        Assert.Equal(1, pair.GraphHere.Committed.Count);
        IsSilent(pair);
    }

    [Fact]
    public void APublisherKeepsABoundedNumber()
    {
        var probe = new PublisherProbe();
        var bad = Enumerable.Range(0, SubscriptionSettings.Default.RejectedPerGraph + 1).Select(i => After(Root, $"{i}")).ToArray();
        probe.Has([Root, .. bad]);
        probe.Subscribe(1, 1);
        foreach (var command in bad)
        {
            Assert.True(probe.Machine.IsOpen);
            probe.Handle(new SubscriptionInput.Rejected(new Rejected(Graph, command.Id)));
            probe.Handle(new SubscriptionInput.Rejected(new Rejected(Graph, command.Id)));
        }
        Assert.False(probe.Machine.IsOpen);
        Assert.Contains(probe.Take(), message => message is SyncFailure { Kind: SyncErrorKind.LimitExceeded });
    }

    // Each takes the place of the one before, so that never more than one is held.
    [Fact]
    public void AStrandRejectedFromItsTipTowardsItsRootCountsAsOftenAsItIsRejected()
    {
        var probe = new PublisherProbe();
        var strand = new List<Command> { After(Root, "0") };
        for (var i = 1; i <= SubscriptionSettings.Default.RejectedPerGraph; i++)
            strand.Add(After(strand[^1], $"{i}"));
        probe.Has([Root, .. strand]);
        probe.Subscribe(1, 1);
        foreach (var command in strand.AsEnumerable().Reverse())
        {
            Assert.True(probe.Machine.IsOpen);
            probe.Handle(new SubscriptionInput.Rejected(new Rejected(Graph, command.Id)));
        }
        Assert.False(probe.Machine.IsOpen);
        Assert.Contains(probe.Take(), message => message is SyncFailure { Kind: SyncErrorKind.LimitExceeded });
    }

    [Fact]
    public void AParallelFinalizeCommandPutsTheGraphAside()
    {
        var pair = Pair([Root, Set(Root, "f", "theirs", Priority.Finalize)], here: [Root, Set(Root, "f", "mine", Priority.Finalize)]);
        pair.Subscribe();
        pair.Simulation.Run(TimeSpan.FromMinutes(1));
        Assert.Contains(pair.AtHere.Answers, answer => answer?.Kind == SyncErrorKind.ParallelFinalize);
        Assert.Empty(pair.AtHere.Faults);
        IsSilent(pair);
        Assert.Equal(SyncErrorKind.ParallelFinalize, pair.Poll().Error?.Kind);
        // The graph is read and written on.
        pair.GraphHere.Act(KeyValuePolicy.Set("g"u8, "2"u8));
        pair.Simulation.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(3, pair.GraphHere.Committed.Count);
    }

    [Fact]
    public void APollEndsWellAndSaysWhatWasRejected()
    {
        var bad = After(Root, "nonsense");
        var pair = Pair([Root, bad, Set(Root, "a", "1"), Set(bad, "x", "1")]);
        var first = pair.Poll().Value;
        Assert.Equal((1, 1), (first.Added, first.Rejected));
        Assert.Equal(2, pair.GraphHere.Committed.Count);
        // It is not believed that all is held.
        Assert.DoesNotContain(pair.There.Acked.Values.SelectMany(heads => heads), head => head.Id != Root.Id);
        var again = pair.Poll().Value;
        Assert.Equal((0, 1), (again.Added, again.Rejected));
        pair.Simulation.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(0, pair.AtThere.AnswersUnderWay);
    }

    [Fact]
    public void APollOfALongRejectedStrandCostsAWindowOfIt()
    {
        var strand = new List<Command> { After(Root, "nonsense") };
        for (var i = 0; i < 20_000; i++)
            strand.Add(Set(strand[^1], $"{i}", new string('x', 500)));
        var good = Set(Root, "a", "1");
        var pair = Pair([Root, .. strand, good]);
        for (var i = 0; i < 2; i++)
        {
            pair.Link.Sent.Clear();
            var outcome = pair.Poll().Value;
            Assert.Equal((1 - i, 1), (outcome.Added, outcome.Rejected));
            Assert.InRange(pair.CommandsSent.Count, 1, 17 * 300);
        }
        Assert.True(pair.GraphHere.Committed.Contains(good.Id));
    }

    [Fact]
    public void WhateverIsLostAllThatMayBeHeldArrivesAndNothingElse()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var random = new Random(seed);
            var pair = Pair([Root]);
            pair.Link.Faults = SimFaults.Rough;
            pair.Subscribe();
            var commands = new List<Command> { Root };
            var rejected = new HashSet<CommandId>();
            for (var i = 0; i < 60; i++)
            {
                var prior = commands[Math.Max(0, commands.Count - 1 - random.Next(6))];
                var isBad = random.Next(20) == 0;
                var command = isBad ? After(prior, $"nonsense {i}") : Set(prior, $"{i}", "v");
                if (isBad || rejected.Contains(prior.Id))
                    rejected.Add(command.Id);
                commands.Add(command);
                pair.GraphThere.Receive([command], null, _ => { });
                pair.Simulation.Run(TimeSpan.FromMilliseconds(random.Next(500)));
            }
            pair.Link.Faults = SimFaults.None;
            pair.Simulation.Run(TimeSpan.FromMinutes(5));
            var missing = commands.Where(command => !rejected.Contains(command.Id) && !pair.GraphHere.Committed.Contains(command.Id));
            Assert.True(!missing.Any() && !rejected.Any(pair.GraphHere.Committed.Contains), $"seed {seed}: {missing.Count()} are missing");
            IsSilent(pair);
        }
    }

    [Fact]
    public void WhatIsLeftOutIsWhatFollowsTheRejected()
    {
        for (var seed = 1; seed <= 100; seed++)
        {
            var graph = new RandomGraph(seed);
            var random = new Random(seed);
            var snapshot = SnapshotOf([.. graph.Commands]);
            int[] rejected = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(1, graph.Commands.Count))];
            int[] known = [.. Enumerable.Range(0, 3).Select(_ => random.Next(graph.Commands.Count)).Where(command => !rejected.Any(other => graph.IsAncestor(other, command)))];
            var expected = Enumerable.Range(0, graph.Commands.Count).Where(command =>
                !rejected.Any(other => graph.IsAncestor(other, command)) && !known.Any(other => graph.IsAncestor(command, other)));
            var missing = snapshot.MissingFrom(known.Select(command => graph.Commands[command].Id), [.. rejected.Select(command => graph.Commands[command].Id)]);
            Assert.Equal(expected, missing.SelectMany(range => Enumerable.Range(range.First, range.Count)));
        }
    }

    private static SimPair Pair(IReadOnlyList<Command> there, GraphLimits? limits = null, IReadOnlyList<Command>? here = null) =>
        new(here ?? [Root], there, new Simulation(1), 1 << 20, node =>
        {
            node.Policy = node.ToString() == "here" ? new KeyValuePolicy() : OpaquePolicy.Instance;
            node.Limits = limits ?? GraphLimits.Default;
        });

    private static IEnumerable<CommandId> Told(SimPair pair) => pair.Link.Messages<Rejected>(pair.Here).Select(rejected => rejected.Command);

    private static void IsSilent(SimPair pair)
    {
        pair.Link.Sent.Clear();
        // Renewed twice, it changes nothing.
        pair.Simulation.Run(1.2 * SubscriptionSettings.Default.RemainOpen);
        Assert.All(pair.Link.Sent, sent => Assert.True(sent.Message is Subscribe or Subscribed or NumberGraphs, $"{sent.Message}"));
    }

    private static Command Set(Command prior, string key, string value, Priority? priority = null) =>
        Command.Create(Prior.Single(prior.Address), priority ?? Priority.Basic(0), KeyValuePolicy.Set(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value)));
}

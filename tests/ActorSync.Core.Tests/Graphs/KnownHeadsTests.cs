using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using static ActorSync.Core.Tests.Harness.GraphMaker;

namespace ActorSync.Core.Tests.Graphs;

public sealed class KnownHeadsTests
{
    [Fact]
    public void UnknownCommandsAreIgnored()
    {
        var heads = new KnownHeads();
        Assert.False(heads.Add(SnapshotOf(Root), After(Root, "not here").Id));
        Assert.Empty(heads.Heads);
    }

    [Fact]
    public void ANewerHeadDropsItsAncestorsAndAnOlderOneIsNoNews()
    {
        var run = Run(Root, 5, "run");
        var side = After(run[0], "side");
        var snapshot = SnapshotOf([Root, .. run, side]);
        var heads = new KnownHeads();
        Assert.True(heads.AddAll(snapshot, [Root.Id, run[1].Id, side.Id]));
        Assert.True(heads.Add(snapshot, run[4].Id));
        Assert.False(heads.AddAll(snapshot, [run[0].Id, run[4].Id, side.Id]));
        Assert.Equal([side.Address, run[4].Address], heads.Heads);
    }

    // Known elsewhere: known heads that silently drop the newest when full.
    [Fact]
    public void AFullListDropsTheHeadNearestTheRootAndNeverTheNewest()
    {
        var strands = Enumerable.Range(0, KnownHeads.Most).Select(i => Run(Root, i + 2, $"strand {i}")).ToArray();
        var newest = After(Root, "newest, and nearest the root");
        var snapshot = SnapshotOf([Root, .. strands.SelectMany(strand => strand), newest]);
        var heads = new KnownHeads();
        heads.AddAll(snapshot, strands.Reverse().Select(strand => strand[^1].Id));
        Assert.Equal(KnownHeads.Most, heads.Heads.Count);
        Assert.True(heads.Add(snapshot, newest.Id));
        Assert.Equal(KnownHeads.Most, heads.Heads.Count);
        Assert.Contains(newest.Address, heads.Heads);
        Assert.DoesNotContain(strands[0][^1].Address, heads.Heads);
    }

    [Fact]
    public void WhatFollowsAPeersOwnHeadIsNotHeldByIt()
    {
        var run = Run(Root, 5, "run");
        var side = Run(Root, 3, "side");
        var snapshot = SnapshotOf([Root, .. run, .. side]);
        var heads = new KnownHeads();
        heads.AddAll(snapshot, [run[4].Id, side[2].Id]);
        heads.DropAfter(snapshot, run[4].Id);
        Assert.Equal(2, heads.Heads.Count);
        heads.DropAfter(snapshot, run[2].Id);
        Assert.Equal(side[2].Address, Assert.Single(heads.Heads));
    }

    [Fact]
    public void WhatIsNotKnownIsAsBruteForceSays()
    {
        for (var seed = 1; seed <= 30; seed++)
        {
            var graph = new RandomGraph(seed);
            var snapshot = SnapshotOf(graph.Commands);
            var random = new Random(seed);
            var added = Enumerable.Range(0, 12).Select(_ => random.Next(graph.Commands.Count)).ToArray();
            var heads = new KnownHeads();
            heads.AddAll(snapshot, added.Select(i => graph.Commands[i].Id));
            Assert.Equal(
                graph.HeadsOf([.. added.Distinct()]).Select(i => graph.Commands[i].Id).Order(),
                heads.Ids.Order());
        }
    }

    // Of 30 strands that merge all the time the labels of 16 say little: without a walk much stays open.
    [Fact]
    public void WhatTakesTooLongToSeeIsKeptWhenTheListIsMadeAndForgottenWhenThePeerSpeaks()
    {
        var (commands, before) = Braids(30, 8);
        var snapshot = SnapshotOf(commands);
        var random = new Random(1);
        var (undecided, forgotten) = (0, 0);
        for (var round = 0; round < 40; round++)
        {
            var added = Enumerable.Range(0, 30).Select(_ => commands[random.Next(commands.Count)]).ToArray();
            var (exact, hasty) = (new KnownHeads(), new KnownHeads(mostSteps: 0));
            exact.AddAll(snapshot, added.Select(command => command.Id));
            hasty.AddAll(snapshot, added.Select(command => command.Id));
            Assert.Subset(hasty.Ids.ToHashSet(), exact.Ids.ToHashSet());
            undecided += hasty.Heads.Count - exact.Heads.Count;
            var head = commands[random.Next(commands.Count)].Id;
            exact.DropAfter(snapshot, head);
            hasty.DropAfter(snapshot, head);
            Assert.DoesNotContain(hasty.Ids, known => known != head && before[known].Contains(head));
            forgotten += exact.Ids.Except(hasty.Ids).Count();
        }
        Assert.True(undecided > 0 && forgotten > 0, $"{undecided} kept and {forgotten} forgotten for want of steps");
    }

    // Each round every strand grows, and merges what its neighbour had; what comes before each command beside it.
    private static (List<Command> Commands, Dictionary<CommandId, HashSet<CommandId>> Before) Braids(int strands, int rounds)
    {
        var commands = new List<Command> { Root };
        var before = new Dictionary<CommandId, HashSet<CommandId>> { [Root.Id] = [] };
        var tips = Enumerable.Range(0, strands).Select(i => Add(After(Root, $"strand {i}"), Root)).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            var grown = tips.Select((tip, i) => Add(After(tip, $"{round} {i}"), tip)).ToArray();
            for (var i = 0; i < strands; i++)
            {
                var neighbour = tips[(i + 1) % strands];
                tips[i] = Add(Merge(grown[i], neighbour), grown[i], neighbour);
            }
        }
        return (commands, before);

        Command Add(Command command, params Command[] priors)
        {
            commands.Add(command);
            before[command.Id] = [.. priors.SelectMany(prior => before[prior.Id].Append(prior.Id))];
            return command;
        }
    }
}

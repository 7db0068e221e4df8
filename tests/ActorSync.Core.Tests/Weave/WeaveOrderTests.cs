using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;

namespace ActorSync.Core.Tests.Weave;

/// <summary>The order that is kept while a graph grows, against the definition.</summary>
public sealed class WeaveOrderTests
{
    /// <summary>Graphs of 1 to 7 commands, counted by what each follows, in the order in which they came: 3,657 in all.</summary>
    private static readonly int[] Shapes = [1, 1, 2, 7, 38, 301, 3307];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void EqualsTheDefinitionForEveryGraphOfUpToSevenCommands(int drawn)
    {
        var random = new Random(drawn);
        var priorities = Enumerable.Range(0, 7).Select(_ => drawn == 0 ? 0 : (uint)random.Next(3)).ToArray();
        var seen = new int[Shapes.Length];
        EveryShape.Visit(Shapes.Length, number => Priority.Basic(priorities[number]), commands =>
        {
            seen[commands.Count - 1]++;
            AssertEqualsTheDefinition(commands, random);
        });
        Assert.Equal(Shapes, seen);
    }

    [Fact]
    public void EqualsTheDefinitionForEveryGraphOfUpToFiveCommandsUnderEveryOrderOfTheirPriorities()
    {
        var random = new Random(5);
        foreach (var priorities in Orders([1, 2, 3, 4]))
            EveryShape.Visit(5, number => Priority.Basic(priorities[number - 1]), commands => AssertEqualsTheDefinition(commands, random));
    }

    [Fact]
    public void EqualsTheDefinitionForGraphsDrawnFromSeeds()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var graph = new RandomGraph(seed, finalize: false);
            AssertEqualsTheDefinition(graph.Commands, new Random(seed));
        }
    }

    [Fact]
    public void TwoFinalizeCommandsAreAnErrorExactlyWhenTheyAreParallel()
    {
        var (failed, woven) = (0, 0);
        for (var (one, other) = (1, 2); one < 5; (one, other) = other < 5 ? (one, other + 1) : (one + 1, one + 2))
        {
            EveryShape.Visit(6, number => number == one || number == other ? Priority.Finalize : Priority.Basic((uint)number % 2), commands =>
            {
                if (commands.Count < 6)
                    return;
                var expected = new WeaveOracle(commands);
                var weaver = new Weaver();
                if (Fails(() => expected.OrderOf(expected.Heads())))
                {
                    Assert.Equal(SyncErrorKind.ParallelFinalize, commands.Select(command => weaver.Add(command).Error).First(error => error is not null)!.Kind);
                    Assert.Equal(SyncErrorKind.ParallelFinalize, new Weaver().Add(commands).Error?.Kind);
                    failed++;
                }
                else
                {
                    AssertOrder(expected.OrderOf(expected.Heads()), OneByOne(commands), commands);
                    woven++;
                }
            });
        }
        Assert.True(failed > 500 && woven > 500, $"{failed} failed, {woven} were woven");
    }

    [Fact]
    public void AMergeOfACommandWithItsOwnAncestorWouldApplyTheAncestorLast()
    {
        var root = GraphMaker.Root;
        var older = GraphMaker.After(root, "older", Priority.Basic(1));
        var newer = GraphMaker.After(older, "newer", Priority.Basic(2));
        var merge = GraphMaker.Merge(older, newer);

        var woven = new WeaveOracle([root, older, newer, merge]).OrderOf([merge]);
        Assert.Equal([root, older, newer, older], woven);

        var index = GraphMaker.IndexOf([root, older, newer]);
        Assert.Equal(SyncErrorKind.InvalidCommand, index.Add(merge).Error?.Kind);
    }

    [Fact]
    public void NewCommandsAtTheTipChangeNothingBeforeThem()
    {
        var weaver = new Weaver();
        var run = GraphMaker.Run(GraphMaker.Root, 1000, "x");
        Assert.Equal(0, weaver.Add([GraphMaker.Root, .. run]).Value.First);
        foreach (var command in GraphMaker.Run(run[^1], 100, "y"))
        {
            var change = weaver.Add(command).Value;
            Assert.Equal(weaver.Order.Count - 1, change.First);
            Assert.Empty(change.Before);
        }
    }

    [Fact]
    public void ACommandOfTheHighestPriorityOffTheRootMovesTheRestOnce()
    {
        var weaver = new Weaver();
        var run = GraphMaker.Run(GraphMaker.Root, 1000, "x");
        _ = weaver.Add([GraphMaker.Root, .. run]).Value;

        Assert.Equal(1, weaver.Add(GraphMaker.After(GraphMaker.Root, "high", Priority.Finalize)).Value.First);
        foreach (var command in GraphMaker.Run(run[^1], 100, "y"))
        {
            var change = weaver.Add(command).Value;
            Assert.Equal(weaver.Order.Count - 1, change.First);
        }
    }

    [Fact]
    public void AChangeCanBeTakenBack()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var graph = new RandomGraph(seed, finalize: false);
            var half = graph.Commands.Count / 2;
            var weaver = new Weaver();
            _ = weaver.Add(graph.Commands.Take(half)).Value;
            var (heads, woven) = (weaver.Index.Heads(), weaver.WovenWithMerges());

            weaver.TakeBack(weaver.Add(graph.Commands.Skip(half)).Value, half, heads);
            Assert.Equal(woven, weaver.WovenWithMerges());

            _ = weaver.Add(graph.Commands.Skip(half)).Value;
            Assert.Equal(AtOnce(graph.Commands).WovenWithMerges(), weaver.WovenWithMerges());
        }
    }

    [Fact]
    public void ThePastOfACommandIsWovenAsIfNothingElseWereThere()
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var graph = new RandomGraph(seed, finalize: false);
            var weaver = AtOnce(graph.Commands);
            var expected = new WeaveOracle(graph.Commands);
            for (var top = 1; top < graph.Commands.Count; top += 7)
            {
                var past = weaver.Order.Between(0, top).Value.Select(woven => graph.Commands[woven.Ordinal]).Where(command => command.Prior.Kind != PriorKind.Merge);
                Assert.Equal(expected.OrderOf([graph.Commands[top]]).Skip(1), past);
            }
        }
    }

    private static void AssertEqualsTheDefinition(IReadOnlyList<Command> commands, Random random)
    {
        var expected = new WeaveOracle(commands);
        var heads = expected.Heads();
        var order = expected.OrderOf(heads);
        var grown = OneByOne(commands);
        AssertOrder(order, grown, commands);
        AssertOrder(heads.Count == 1 ? [heads[0]] : expected.WeaveOf(heads), grown.LastWeave(), commands);
        AssertOrder(order, AtOnce(commands), commands);
        AssertOrder(order, OtherwiseArrived(commands, random), commands);
    }

    private static bool Fails(Action action)
    {
        try
        {
            action();
            return false;
        }
        catch (WeaveOracle.ParallelFinalizeException)
        {
            return true;
        }
    }

    private static IEnumerable<uint[]> Orders(uint[] numbers) => numbers.Length == 0
        ? [[]]
        : numbers.SelectMany(first => Orders([.. numbers.Where(number => number != first)]).Select(rest => (uint[])[first, .. rest]));

    private static Weaver AtOnce(IReadOnlyList<Command> commands)
    {
        var weaver = new Weaver();
        _ = weaver.Add(commands).Value;
        return weaver;
    }

    private static Weaver OneByOne(IReadOnlyList<Command> commands)
    {
        var weaver = new Weaver();
        foreach (var command in commands)
            _ = weaver.Add(command).Value;
        return weaver;
    }

    private static Weaver OtherwiseArrived(IReadOnlyList<Command> commands, Random random)
    {
        var weaver = new Weaver();
        foreach (var batch in Shuffled(commands, random).Chunk(random.Next(1, 4)))
            _ = weaver.Add(batch).Value;
        return weaver;
    }

    private static List<Command> Shuffled(IReadOnlyList<Command> commands, Random random)
    {
        var left = commands.ToList();
        var shuffled = new List<Command>();
        while (left.Count > 0)
        {
            var next = left[random.Next(left.Count)];
            if (left.Exists(command => command.Id == next.Prior.Left.Id || command.Id == next.Prior.Right.Id))
                continue;
            left.Remove(next);
            shuffled.Add(next);
        }
        return shuffled;
    }

    private static void AssertOrder(IReadOnlyList<Command> expected, Weaver weaver, IReadOnlyList<Command> commands) => AssertOrder(expected, weaver.Woven(), commands);

    private static void AssertOrder(IReadOnlyList<Command> expected, IReadOnlyList<Command> order, IReadOnlyList<Command> commands) =>
        Assert.True(expected.SequenceEqual(order), $"expected {string.Join(' ', expected)}, woven {string.Join(' ', order)}, of {string.Join(' ', commands)}");
}

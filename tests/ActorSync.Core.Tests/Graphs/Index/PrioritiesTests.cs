using ActorSync.Graphs;
using ActorSync.Graphs.Index;

namespace ActorSync.Core.Tests.Graphs.Index;

public sealed class PrioritiesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void WhatWasAddedIsThereWhateverWasCutBefore(int seed)
    {
        var random = new Random(seed);
        var (priorities, expected) = (new Priorities(), new List<Priority>());
        while (expected.Count < 20_000)
        {
            var (priority, count) = (Draw(random), random.Next(4) == 0 ? random.Next(300) : 1);
            priorities.Add(priority, count);
            expected.AddRange(Enumerable.Repeat(priority, count));
            if (random.Next(40) > 0)
                continue;
            var left = Math.Max(0, expected.Count - random.Next(200));
            priorities.Cut(left);
            expected.RemoveRange(left, expected.Count - left);
        }
        for (var ordinal = 0; ordinal < expected.Count; ordinal++)
            Assert.Equal(expected[ordinal], priorities[ordinal]);
    }

    private static Priority Draw(Random random) => random.Next(6) switch
    {
        0 => Priority.Merge,
        1 => Priority.Finalize,
        2 => Priority.Init,
        3 => Priority.Basic((uint)random.Next(256)),
        4 => Priority.Basic(uint.MaxValue - (uint)random.Next(2)),
        _ => Priority.Basic(0),
    };
}

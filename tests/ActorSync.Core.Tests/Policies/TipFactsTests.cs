using ActorSync.Graphs;
using ActorSync.Graphs.Policies;

namespace ActorSync.Core.Tests.Policies;

/// <summary>Facts that are moved on in place, and the versions that are made of them whenever somebody looks.</summary>
public sealed class TipFactsTests
{
    [Theory]
    [InlineData(3, 20)]
    [InlineData(100, 20)]
    [InlineData(3000, 4)]
    public void AVersionHoldsWhatADictionaryHeldThenInWhateverOrderTheyAreLookedAt(int writes, int seeds)
    {
        for (var seed = 0; seed < seeds; seed++)
        {
            var random = new Random(seed);
            var expected = new SortedDictionary<string, string>(StringComparer.Ordinal);
            var tip = new TipFacts(FactVersion.Empty);
            var versions = new List<(FactVersion Version, KeyValuePair<string, string>[] Expected)>();
            for (var step = 0; step < 12; step++)
            {
                for (var write = random.Next(writes); write > 0; write--)
                    Write(tip, expected, random);
                if (random.Next(4) == 0)
                    Assert.Equal([.. expected], Show(tip.Whole()));
                versions.Add((tip.Seal(), [.. expected]));
                if (random.Next(4) == 0)
                    AssertHolds(versions[random.Next(versions.Count)]);
            }
            foreach (var version in versions.OrderBy(_ => random.Next()))
                AssertHolds(version);
        }
    }

    [Fact]
    public void VersionsThatNobodyLooksAtKeepAtMostSoManyWrites()
    {
        const int Most = 1 << 16;
        var (tip, unmade, made) = (new TipFacts(FactVersion.Empty), 0, 0);
        for (var i = 0; i < 3 * Most; i++)
        {
            var place = new[] { (byte)i };
            tip.Put(place, FactMark.Of(place, TouchKind.Write), new[] { (byte)(i >> 8) });
            if (i % 1000 != 999)
                continue;
            var version = tip.Seal();
            (unmade, made) = version.IsMade ? (0, made + 1) : (unmade + 1000, made);
            Assert.InRange(unmade, 0, Most);
            if (version.IsMade)
                Assert.Equal(Enumerable.Range(i - 255, 256).OrderBy(write => (byte)write).Select(write => (byte)(write >> 8)), version.Tree.From([]).Select(node => node.Value.Span[0]));
        }
        Assert.Equal(2, made);
    }

    [Fact]
    public void BegunAnewNothingOfWhatWasWrittenIsLeft()
    {
        var (random, expected) = (new Random(1), new SortedDictionary<string, string>(StringComparer.Ordinal));
        var tip = new TipFacts(FactVersion.Empty);
        Write(tip, expected, random);
        var version = tip.Seal();
        KeyValuePair<string, string>[] then = [.. expected];
        for (var i = 0; i < 100; i++)
            Write(tip, expected, random);
        tip.Reset(version);
        Assert.Equal(then, Show(tip.Whole()));
        AssertHolds((tip.Seal(), then));
    }

    [Fact]
    public void WhatBranchesOffInTheMiddleOfARunFindsTheFactsThere()
    {
        var (random, expected) = (new Random(2), new SortedDictionary<string, string>(StringComparer.Ordinal));
        var (run, evaluator, tip) = (new OpenRun(), new Evaluator(new KeyValuePolicy()), new TipFacts(FactVersion.Empty));
        var (last, after) = (Command.Init("run"u8), new List<KeyValuePair<string, string>[]>());
        for (var i = 0; i < 300; i++)
        {
            var (key, value) = (new byte[] { (byte)random.Next(40) }, new byte[] { (byte)i, (byte)(i >> 8) });
            last = Command.Create(Prior.Single(last.Address), Priority.Basic(0), KeyValuePolicy.Set(key, value));
            Assert.Null(evaluator.Evaluate(last, tip));
            tip.Add(evaluator.Last.Touches);
            run.Add(evaluator.Last);
            expected[Convert.ToHexString(FactPlace.Of(KeyValuePolicy.FactName, key))] = Convert.ToHexString(value);
            after.Add([.. expected]);
        }
        foreach (var command in Enumerable.Range(0, run.Count).OrderBy(_ => random.Next()))
            Assert.Equal(after[command], Show(run.FactsAfter(command, FactVersion.Empty)));
    }

    private static void Write(TipFacts tip, SortedDictionary<string, string> expected, Random random)
    {
        var place = new byte[] { (byte)random.Next(8), (byte)random.Next(40) };
        var mark = FactMark.Of(place, TouchKind.Write);
        var sought = new SoughtPlace(place, mark);
        var before = tip.Find(ref sought);
        Assert.Equal(expected.GetValueOrDefault(Convert.ToHexString(place)), before.IsNone ? null : Convert.ToHexString(before.Span));
        FactValue after = random.Next(3) == 0 ? FactValue.None : new[] { (byte)random.Next(256) };
        tip.Add([new FactTouch(sought.Kept, mark, before, after)]);
        if (after.IsNone)
            expected.Remove(Convert.ToHexString(place));
        else
            expected[Convert.ToHexString(place)] = Convert.ToHexString(after.Span);
    }

    private static void AssertHolds((FactVersion Version, KeyValuePair<string, string>[] Expected) version)
    {
        Assert.Equal(version.Expected.Length, version.Version.Count);
        Assert.Equal(version.Expected, Show(version.Version.Tree));
    }

    private static IEnumerable<KeyValuePair<string, string>> Show(FactTree tree) =>
        tree.From([]).Select(node => KeyValuePair.Create(Convert.ToHexString(node.Place), Convert.ToHexString(node.Value.Span)));
}

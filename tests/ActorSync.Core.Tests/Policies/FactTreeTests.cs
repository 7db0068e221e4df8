using ActorSync.Graphs.Policies;

namespace ActorSync.Core.Tests.Policies;

/// <summary>The tree of facts against a sorted dictionary.</summary>
public sealed class FactTreeTests
{
    [Fact]
    public void HoldsWhatASortedDictionaryHoldsAndOldTreesStayAsTheyWere()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var expected = new SortedDictionary<string, string>(StringComparer.Ordinal);
            var tree = FactTree.Empty;
            var kept = new List<(FactTree Tree, KeyValuePair<string, string>[] Expected)>();
            for (var step = 0; step < 600; step++)
            {
                var place = Bytes(random, 1 + random.Next(3), 6);
                if (random.Next(3) == 0)
                {
                    expected.Remove(Convert.ToHexString(place));
                    tree = tree.Remove(place);
                }
                else
                {
                    var value = Bytes(random, 4, 256);
                    expected[Convert.ToHexString(place)] = Convert.ToHexString(value);
                    tree = tree.Set(place, value);
                }
                if (step % 50 == 0)
                    kept.Add((tree, [.. expected]));
                Assert.Equal(expected.GetValueOrDefault(Convert.ToHexString(place)), tree.Find(place) is { IsNone: false } found ? Convert.ToHexString(found.Span) : null);
            }
            kept.Add((tree, [.. expected]));
            foreach (var (then, hold) in kept)
            {
                Assert.Equal(hold.Length, then.Count);
                Assert.Equal(hold, then.From([]).Select(node => KeyValuePair.Create(Convert.ToHexString(node.Place), Convert.ToHexString(node.Value.Span))));
                for (byte prefix = 0; prefix < 6; prefix++)
                    Assert.Equal(hold.Where(pair => pair.Key.StartsWith($"{prefix:X2}", StringComparison.Ordinal)).Select(pair => pair.Key), then.From([prefix]).Select(node => Convert.ToHexString(node.Place)));
            }
        }
    }

    [Fact]
    public void StaysLowWhateverTheOrderOfItsPlaces()
    {
        var tree = FactTree.Empty;
        for (var i = 0; i < 10_000; i++)
            tree = tree.Set([(byte)(i >> 8), (byte)i], Array.Empty<byte>());
        Assert.True(tree.Root!.Height <= 1.44 * Math.Log2(10_002), $"{tree.Root.Height} high");
        for (var i = 0; i < 9_990; i++)
            tree = tree.Remove([(byte)(i >> 8), (byte)i]);
        Assert.Equal(10, tree.Count);
        Assert.True(tree.Root!.Height <= 5, $"{tree.Root.Height} high");
    }

    private static byte[] Bytes(Random random, int size, int below)
    {
        var bytes = new byte[size];
        for (var i = 0; i < size; i++)
            bytes[i] = (byte)random.Next(below);
        return bytes;
    }
}

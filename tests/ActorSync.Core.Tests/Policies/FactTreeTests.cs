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

    [Theory]
    [InlineData(0)]
    [InlineData(12)]
    public void ManyValuesAtOnceLeaveWhatTheyWouldOneByOne(int shared)
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var (before, values) = (FactTree.Empty, new PlaceTable());
            for (var i = random.Next(60); i > 0; i--)
                before = before.Set(Place(), Bytes(random, 1, 256));
            for (var i = random.Next(90); i > 0; i--)
            {
                var place = Place();
                values.Put(place, FactMark.Of(place, TouchKind.Write), random.Next(3) == 0 ? FactValue.None : Bytes(random, 1, 256));
            }
            var expected = before;
            foreach (var entry in values.Entries)
                expected = expected.With(entry.Place, entry.Value);
            var then = Show(before);
            var after = before.With(values);
            Assert.Equal(Show(expected), Show(after));
            Assert.Equal(expected.Count, after.Count);
            Assert.Equal(then, Show(before));

            // Some differ only behind the first eight bytes, some only in how many zeros they end with.
            byte[] Place() => [.. Enumerable.Repeat((byte)7, shared), .. new byte[random.Next(10)], .. Bytes(random, random.Next(4), 3)];
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

    private static List<string> Show(FactTree tree) =>
        [.. tree.From([]).Select(node => $"{Convert.ToHexString(node.Place)} {Convert.ToHexString(node.Value.Span)}")];

    private static byte[] Bytes(Random random, int size, int below)
    {
        var bytes = new byte[size];
        for (var i = 0; i < size; i++)
            bytes[i] = (byte)random.Next(below);
        return bytes;
    }
}

using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Graphs.Stores;

namespace ActorSync.Core.Tests.Graphs.Index;

/// <summary>Readers over a committed version, on other threads, while the writer appends and takes back.</summary>
public sealed class GraphIndexReadersTests
{
    [Fact]
    public async Task ReadersSeeTheirVersionWhileTheWriterAppendsAndCuts()
    {
        var common = Strands(GraphMaker.Root, 500, "common");
        var index = GraphMaker.IndexOf(common);
        var heads = index.Heads();
        var snapshot = new GraphSnapshot(GraphMaker.Graph, index, index.Count, heads, new NoReader());
        var tentative = GraphMaker.Run(common[^1], 20_000, "tentative");
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(reader => Task.Run(() => Read(snapshot, common, tentative, reader, stop.Token))).ToArray();
        for (var round = 0; round < 12; round++)
        {
            foreach (var command in tentative)
                _ = index.Add(command).Value;
            index.Cut(common.Count, heads);
        }
        await stop.CancelAsync();
        foreach (var reads in await Task.WhenAll(readers))
            Assert.True(reads > 0);
    }

    private static int Read(GraphSnapshot snapshot, List<Command> common, List<Command> tentative, int seed, CancellationToken stop)
    {
        var random = new Random(seed);
        var reads = 0;
        while (reads == 0 || !stop.IsCancellationRequested)
        {
            var (i, j) = (random.Next(common.Count), random.Next(common.Count));
            Assert.Equal(i, snapshot.Find(common[i].Id));
            Assert.False(snapshot.Contains(tentative[random.Next(tentative.Count)].Id));
            Assert.Equal(common[i].Address, snapshot.AddressOf(i));
            // Two strands that never meet: even ordinals and odd ones, the root before all.
            Assert.Equal(i <= j && (i == 0 || (j - i) % 2 == 0), snapshot.IsAncestor(common[i].Id, common[j].Id));
            Assert.Equal(common.Count - 1 - (i == 0 ? 0 : (i + 1) / 2), snapshot.MissingFrom([common[i].Id]).Sum(range => range.Count));
            reads++;
        }
        return reads;
    }

    private static List<Command> Strands(Command root, int each, string name)
    {
        var (one, other) = (GraphMaker.Run(root, each, name + " 1"), GraphMaker.Run(root, each, name + " 2"));
        return [root, .. one.Zip(other).SelectMany(pair => new[] { pair.First, pair.Second })];
    }

    private sealed class NoReader : ICommandReader
    {
        public ReadOnlyMemory<byte> Read(int ordinal) => throw new NotSupportedException("only the index is read here");
    }
}

using ActorSync.Graphs;
using ActorSync.Graphs.Stores;

namespace ActorSync.Storage.Tests.Crashes;

/// <summary>
/// Opens a store after a crash at one point of its story and checks: it opens; of each graph there is what was
/// acknowledged and nothing that was not begun; all is intact; it takes writes again and, which is looked at when the
/// check is a thorough one, keeps them.
/// </summary>
internal sealed class Aftermath(Story story, StoreSettings settings, int point, bool isThorough)
{
    public async Task CheckAsync(MemoryFiles files)
    {
        var grown = new Dictionary<GraphId, int>();
        await using (var store = (await NodeStore.OpenAsync(settings, files, new ManualTime())).Value)
        {
            foreach (var graph in story.Graphs)
            {
                if (IsThere(graph, store))
                    grown[graph.Graph.Graph] = await CheckAsync(graph, store);
            }
            Assert.Empty(store.Graphs.Except(story.Graphs.Select(graph => graph.Graph.Graph)));
            CheckKnowledge(store);
        }
        if (!isThorough)
            return;
        await using var again = (await NodeStore.OpenAsync(settings, files, new ManualTime())).Value;
        Assert.False(again.Recovery.WasUnclean);
        foreach (var (graph, count) in grown)
            Assert.Equal(count, (await again.OpenAsync(graph)).Value.Index.Count);
    }

    private bool IsThere(GraphStory graph, NodeStore store)
    {
        var isThere = store.Graphs.Contains(graph.Graph.Graph);
        if (graph.Creation.WasDone(point) && !graph.Removal.WasBegun(point))
            Assert.True(isThere, "an acknowledged graph is gone");
        if (!graph.Creation.WasBegun(point) || graph.Removal.WasDone(point))
            Assert.False(isThere, "a graph is there that was never made or is removed");
        return isThere;
    }

    // How many commands it holds after one more was written to it.
    private async Task<int> CheckAsync(GraphStory graph, NodeStore store)
    {
        var opened = (await store.OpenAsync(graph.Graph.Graph)).Value;
        var count = opened.Index.Count;
        var acknowledged = graph.CountAcknowledged(point);
        if (settings.Fsync == FsyncMode.Always)
            Assert.True(count >= acknowledged, $"{acknowledged} commands were acknowledged, {count} are there");
        else
            Assert.True(count >= acknowledged || store.Recovery.IsNewInstance, "what was lost is not said to peers");
        Assert.Equal(graph.DigestOf(count, point), opened.Index.Heads().Digest);
        var snapshot = new GraphSnapshot(graph.Graph.Graph, opened.Index, count, opened.Index.Heads(), opened.Store);
        for (var ordinal = 0; ordinal < count; ordinal++)
        {
            var command = graph.Graph.Commands[ordinal];
            if (command.Address != snapshot.AddressOf(ordinal) || !command.Bytes.Span.SequenceEqual(opened.Store.Read(ordinal).Span))
                Assert.Fail($"the command {ordinal} is another one");
        }
        await AppendAsync(opened, snapshot.AddressOf(count - 1));
        if (!isThorough)
            return count + 1;
        var report = (await store.VerifyAsync(graph.Graph.Graph)).Value;
        Assert.True(report.IsSound && report.Commands == count + 1, report.Damage?.Message);
        return count + 1;
    }

    private static async Task AppendAsync(OpenedGraph opened, Address newest)
    {
        var first = opened.Index.Count;
        var command = Command.Create(Prior.Single(newest), Priority.Basic(0), "after the crash"u8);
        _ = opened.Index.Add(command).Value;
        Assert.Null(await opened.Store.AppendAsync(first, [command]));
    }

    private void CheckKnowledge(NodeStore store)
    {
        foreach (var (peer, graph, _) in story.Acked)
        {
            foreach (var head in store.PeerKnowledge.AckedHeads(peer, graph))
                Assert.Contains((peer, graph, head), story.Acked);
        }
    }
}

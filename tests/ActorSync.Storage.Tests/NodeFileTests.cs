using static ActorSync.Storage.Tests.StoredReplicas;

namespace ActorSync.Storage.Tests;

/// <summary>Who the node is stands in two slots, is written over in place, and can be made anew without a loss of graphs.</summary>
public sealed class NodeFileTests
{
    [Fact]
    public async Task A_slot_that_is_damaged_costs_the_instance_and_nothing_else()
    {
        var stored = await MakeAsync();
        var bytes = stored.Files["/data/node"];
        for (var at = 0; at < 2 * NodeFile.SlotSize; at++)
        {
            var files = stored.Files.Copy();
            var flipped = bytes.ToArray();
            flipped[at < NodeFile.SlotSize ? at : NodeFile.SlotStride + at - NodeFile.SlotSize] ^= (byte)(1 << at % 8);
            files["/data/node"] = flipped;
            Assert.True(Assert.Single((await VerifyAsync(files)).Files).IsWell);
            Peers.InstanceId was;
            await using (var store = await OpenAsync(files))
            {
                Assert.Equal((stored.Identity.Node, 2), (store.Node, store.Graphs.Count));
                Assert.NotEqual(stored.Identity.Instance, store.Instance);
                was = store.Instance;
            }
            await using var again = await OpenAsync(files);
            Assert.Equal(was, again.Instance);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_a_node_file_all_logs_are_verified_and_a_repair_draws_a_new_node_and_keeps_them(bool isThere)
    {
        var stored = await MakeAsync();
        if (isThere)
            stored.Files["/data/node"] = new byte[44];
        else
            stored.Files.DeleteFile("/data/node");
        Assert.Contains("store repair", (await NodeStore.OpenAsync(Settings, stored.Files)).Error!.Message, StringComparison.Ordinal);

        var verified = await VerifyAsync(stored.Files);
        Assert.False(verified.IsWell);
        Assert.True(Assert.Single(verified.Files) is { File: "/data/node", Repaired: null });
        Assert.Equal((2, 1), (verified.Graphs.Count(graph => graph.IsSound && graph.Kept > 20), verified.States.Count(state => state is { IsSound: true, Kept: 10 })));
        var repaired = await RepairAsync(stored.Files);

        Assert.True(repaired.IsWell);
        var told = Assert.Single(repaired.Files).Repaired;
        await using var store = await OpenAsync(stored.Files);
        Assert.NotEqual(stored.Identity.Node, store.Node);
        Assert.Contains(store.Node.ToString(), told, StringComparison.Ordinal);
        Assert.Equal(stored.One.Commands.Count, (await store.OpenAsync(stored.One.Graph)).Value.Index.Count);
        Assert.Empty(store.Recovery.Missing);
        Assert.Equal(isThere, stored.Files.FileExists("/data/node.damaged"));
    }

    [Fact]
    public async Task A_folder_that_holds_nothing_but_a_state_is_a_store_that_lost_its_node_file()
    {
        var stored = await MakeAsync();
        var files = new MemoryFiles();
        files.CreateFolder(StateFolder);
        foreach (var path in stored.Files.Files.Where(path => path.StartsWith(StateFolder, StringComparison.Ordinal)))
            files[path] = stored.Files[path];
        Assert.True(StoreFolder.HoldsStore("/data", files));
        Assert.Equal(SyncErrorKind.StoreDamaged, (await NodeStore.OpenAsync(Settings, files)).Error!.Kind);
        Assert.Equal(10, Assert.Single((await VerifyAsync(files)).States).Kept);
        Assert.Single((await RepairAsync(files)).States);
        Assert.Null((await NodeStore.OpenAsync(Settings, files)).Error);
        Assert.False(StoreFolder.HoldsStore("/data", new MemoryFiles()));
    }

}

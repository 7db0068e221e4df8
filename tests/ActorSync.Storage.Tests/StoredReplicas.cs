using System.Globalization;
using System.Text;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;
using ActorSync.States;

namespace ActorSync.Storage.Tests;

/// <summary>A store with two graphs and a state, which was closed.</summary>
internal sealed class StoredReplicas
{
    public static readonly StoreSettings Settings = new() { Folder = "/data", WriterThreads = 1, SegmentBytes = StoreSettings.MinSegmentBytes, CheckpointCommands = 8 };
    public static readonly StateName State = new("shared");
    public static readonly string StateFolder = "/data/states/" + Convert.ToHexStringLower(Encoding.UTF8.GetBytes(State.Value));

    public MemoryFiles Files { get; private init; } = new();

    public RandomGraph One { get; } = new(3);

    public RandomGraph Other { get; } = new(4);

    /// <summary>The files as a kill would have left them just before the end.</summary>
    public MemoryFiles Killed { get; private set; } = null!;

    public PeerIdentity Identity { get; private set; }

    public static string FolderOf(RandomGraph graph) => $"/data/graphs/{graph.Graph}";

    public static async Task<StoredReplicas> MakeAsync()
    {
        var stored = new StoredReplicas();
        await using var store = await OpenAsync(stored.Files);
        foreach (var graph in (RandomGraph[])[stored.One, stored.Other])
        {
            var opened = (await store.CreateAsync(graph.Init)).Value;
            for (var i = 0; i < 20; i++)
                await AppendAsync(opened, graph);
            await ((GraphLog)opened.Store).IndexWriting;
        }
        var state = (await store.OpenStateAsync(State, StateSettings.Default)).Value.Store;
        for (var i = 0; i < 10; i++)
            Assert.Null(await state.AppendAsync([Entry(i)]));
        stored.Killed = stored.Files.Copy();
        stored.Identity = new PeerIdentity(store.Node, store.Instance);
        return stored;
    }

    public static async Task AppendAsync(OpenedGraph opened, RandomGraph graph)
    {
        var (first, batch) = (graph.Commands.Count, graph.Batch(4));
        batch.ForEach(command => Assert.Null(opened.Index.Add(command).Error));
        Assert.Null(await opened.Store.AppendAsync(first, batch));
    }

    public static StateEntry Entry(int value) => StateEntry.Live(
        "k" + value.ToString(CultureInfo.InvariantCulture), "1"u8.ToArray(), new StateStamp(1_760_000_000_000 + value, 0, new NodeId(7)), null);

    public static async Task<NodeStore> OpenAsync(MemoryFiles files) => (await NodeStore.OpenAsync(Settings, files)).Value;

    public static async Task<StoreReport> VerifyAsync(MemoryFiles files) => (await StoreRepair.VerifyAsync(Settings, files: files)).Value;

    public static async Task<StoreReport> RepairAsync(MemoryFiles files) => (await StoreRepair.RepairAsync(Settings, files: files)).Value;

    public static async Task<StoreReport> AcceptAsync(MemoryFiles files) => (await StoreRepair.AcceptAsync(Settings, files: files)).Value;
}

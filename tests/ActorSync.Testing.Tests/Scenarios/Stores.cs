using ActorSync.Graphs.Stores;
using ActorSync.Peers;
using ActorSync.Storage;
using ActorSync.Testing.Scenarios;

namespace ActorSync.Testing.Tests.Scenarios;

/// <summary>Where the clients of a scenario keep their graphs.</summary>
internal static class Stores
{
    public static ScenarioOptions InMemory(ulong seed = 1) => new() { NewStore = NewMemoryStore, Seed = seed };

    /// <summary>A store that a node would use, in a folder for each client.</summary>
    public static ScenarioOptions OnDisk(string folder) => new()
    {
        Seed = 2,
        NewStore = async client =>
            (await NodeStore.OpenAsync(new StoreSettings { Folder = Path.Combine(folder, $"{client}"), Fsync = FsyncMode.Never })).TryGet(out var store, out var error)
                ? new Result<INodeStore>(store)
                : error,
    };

    private static Task<Result<INodeStore>> NewMemoryStore(ulong client) =>
        Task.FromResult(new Result<INodeStore>(new MemoryNodeStore(new PeerIdentity(new NodeId(client + 1), new InstanceId(client + 1)))));
}

using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Stores;

namespace ActorSync.Core.Tests.Clients;

public sealed class SnapshotKeeperTests
{
    [Fact]
    public async Task AWriteThatFailsIsToldAndMadeUpForAtTheEnd()
    {
        var (store, told) = (new FullStore(), new List<SyncError>());
        var keeper = new SnapshotKeeper(new AlwaysDue(), store, told.Add);
        keeper.AfterCommit();
        Assert.Equal([FullStore.Error], told);

        store.HasRoom = true;
        await keeper.EndAsync();
        Assert.Equal([FullStore.Error], told);
        Assert.Equal(1, store.Written);
    }

    /// <summary>Due after each commit; at the end only what failed is due.</summary>
    private sealed class AlwaysDue : IFactKeeping
    {
        private readonly GraphWriter _graph = new([GraphMaker.Root], policy: new KeyValuePolicy());

        public bool IsSnapshotDue => true;

        public bool IsSnapshotOverdue => false;

        public bool IsLastSnapshotDue => false;

        public FactSnapshot? TakeSnapshot() => _graph.Machine.TakeSnapshot();
    }

    private sealed class FullStore : IFactStore
    {
        public static readonly SyncError Error = new(SyncErrorKind.StoreFailed, "the disk is full");

        public bool HasRoom { get; set; }

        public int Written { get; private set; }

        public FactSnapshot? Read() => null;

        public Task<SyncError?> WriteAsync(FactSnapshot snapshot)
        {
            if (!HasRoom)
                return Task.FromResult<SyncError?>(Error);
            Written++;
            return Task.FromResult<SyncError?>(null);
        }
    }
}

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

    [Fact]
    public void WhatGoesOnFailingIsToldOnceUntilAWriteSucceeds()
    {
        var (store, told) = (new FullStore(), new List<SyncError>());
        var keeper = new SnapshotKeeper(new AlwaysDue(), store, told.Add);
        for (var i = 0; i < 3; i++)
            keeper.AfterCommit();
        Assert.Single(told);
        store.HasRoom = true;
        keeper.AfterCommit();
        store.HasRoom = false;
        keeper.AfterCommit();
        Assert.Equal(2, told.Count);
    }

    [Fact]
    public void WhileMuchIsToDoOnlyWhatIsLongOverdueIsWritten()
    {
        var (store, graph) = (new FullStore { HasRoom = true }, new AlwaysDue());
        var keeper = new SnapshotKeeper(graph, store);
        keeper.AfterCommit(isBusy: true);
        Assert.Equal(0, store.Written);
        graph.IsSnapshotOverdue = true;
        keeper.AfterCommit(isBusy: true);
        Assert.Equal(1, store.Written);
        graph.IsSnapshotOverdue = false;
        keeper.AfterCommit(isBusy: false);
        Assert.Equal(2, store.Written);
    }

    /// <summary>Due after each commit; at the end only what failed is due.</summary>
    private sealed class AlwaysDue : IFactKeeping
    {
        private readonly GraphWriter _graph = new([GraphMaker.Root], policy: new KeyValuePolicy());

        public bool IsSnapshotDue => true;

        public bool IsSnapshotOverdue { get; set; }

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

using ActorSync.Graphs;
using ActorSync.Peers;

namespace ActorSync.Storage.Tests;

public sealed class PeerKnowledgeTests
{
    private static readonly StoreSettings Settings = new() { Folder = "/data", WriterThreads = 1 };
    private static readonly GraphId Graph = new(Id(1));

    private static CommandId Id(int number)
    {
        var bytes = new byte[CommandId.Size];
        BitConverter.TryWriteBytes(bytes, number);
        return new CommandId(bytes);
    }

    private static PeerIdentity Peer(int number, ulong instance = 1) => new(new NodeId((UInt128)number), new InstanceId(instance));

    private static Address[] Heads(params int[] numbers) => [.. numbers.Select(number => new Address(Id(number), number))];

    [Fact]
    public async Task What_peers_acknowledged_is_known_after_a_restart_for_their_incarnation()
    {
        var files = new MemoryFiles();
        await using (var store = (await NodeStore.OpenAsync(Settings, files)).Value)
        {
            Assert.Empty(store.PeerKnowledge.AckedHeads(Peer(1), Graph));
            store.PeerKnowledge.RememberAckedHeads(Peer(1), Graph, Heads(1, 2));
            store.PeerKnowledge.RememberAckedHeads(Peer(1), Graph, Heads(3));
            store.PeerKnowledge.RememberAckedHeads(Peer(2), Graph, Heads(4, 5));
            store.PeerKnowledge.RememberAckedHeads(Peer(2), new GraphId(Id(9)), []);
        }
        await using var again = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.Equal(Heads(3), again.PeerKnowledge.AckedHeads(Peer(1), Graph));
        Assert.Equal(Heads(4, 5), again.PeerKnowledge.AckedHeads(Peer(2), Graph));
        Assert.Empty(again.PeerKnowledge.AckedHeads(Peer(2), new GraphId(Id(9))));
        Assert.Empty(again.PeerKnowledge.AckedHeads(Peer(1, instance: 2), Graph));
    }

    [Fact]
    public async Task It_is_written_a_little_later_and_once_for_many_changes()
    {
        var (files, time) = (new MemoryFiles(), new ManualTime());
        await using var store = (await NodeStore.OpenAsync(Settings, files, time)).Value;
        var writes = new SemaphoreSlim(0);
        files.Before = (act, _) =>
        {
            if (act == FileAct.Write)
                writes.Release();
        };
        for (var i = 0; i < 1000; i++)
            store.PeerKnowledge.RememberAckedHeads(Peer(i % 10), Graph, Heads(i));
        Assert.Equal(0, writes.CurrentCount);
        time.Advance(TimeSpan.FromSeconds(1));
        await writes.WaitAsync();
        Assert.Equal(0, writes.CurrentCount);
        files.Before = (_, _) => { };
        await store.DisposeAsync();
        await using var killed = (await NodeStore.OpenAsync(Settings, files.Copy())).Value;
        for (var i = 0; i < 10; i++)
            Assert.Equal(Heads(990 + i), killed.PeerKnowledge.AckedHeads(Peer(i), Graph));
    }

    [Fact]
    public async Task Past_the_limit_the_least_recently_used_is_forgotten_here_and_on_the_disk()
    {
        var (files, settings) = (new MemoryFiles(), Settings with { MaxKnownPairs = 3 });
        await using (var store = (await NodeStore.OpenAsync(settings, files)).Value)
        {
            for (var i = 1; i <= 3; i++)
                store.PeerKnowledge.RememberAckedHeads(Peer(i), Graph, Heads(i));
            Assert.Equal(Heads(1), store.PeerKnowledge.AckedHeads(Peer(1), Graph));
            store.PeerKnowledge.RememberAckedHeads(Peer(4), Graph, Heads(4));
            Check(store);
        }
        await using var again = (await NodeStore.OpenAsync(settings, files)).Value;
        Check(again);

        static void Check(NodeStore store)
        {
            Assert.Empty(store.PeerKnowledge.AckedHeads(Peer(2), Graph));
            foreach (var i in (int[])[3, 1, 4])
                Assert.Equal(Heads(i), store.PeerKnowledge.AckedHeads(Peer(i), Graph));
        }
    }

    [Fact]
    public async Task Of_too_many_heads_the_highest_are_kept()
    {
        await using var store = (await NodeStore.OpenAsync(Settings, new MemoryFiles())).Value;
        store.PeerKnowledge.RememberAckedHeads(Peer(1), Graph, Heads([.. Enumerable.Range(0, 1000)]));
        var kept = store.PeerKnowledge.AckedHeads(Peer(1), Graph);
        Assert.Equal(PeerKnowledgeLog.MaxHeads, kept.Count);
        Assert.All(kept, head => Assert.True(head.MaxCut >= 1000 - PeerKnowledgeLog.MaxHeads));
    }

    [Fact]
    public async Task The_log_stays_small_however_often_heads_change()
    {
        var (files, time) = (new MemoryFiles(), new ManualTime());
        await using (var store = (await NodeStore.OpenAsync(Settings, files, time)).Value)
        {
            var knowledge = (PeerKnowledgeLog)store.PeerKnowledge;
            for (var round = 0; round < 200; round++)
            {
                for (var peer = 0; peer < 100; peer++)
                    knowledge.RememberAckedHeads(Peer(peer), Graph, Heads(round, round + 1));
                await knowledge.WriteAsync();
            }
            var bytes = files.Files.Where(path => path.Contains("peers", StringComparison.Ordinal)).Sum(path => files[path].Length);
            Assert.InRange(bytes, 1, PeerKnowledgeLog.MinCompactBytes + 50_000);
        }
        await using var again = (await NodeStore.OpenAsync(Settings, files)).Value;
        for (var peer = 0; peer < 100; peer++)
            Assert.Equal(Heads(199, 200), again.PeerKnowledge.AckedHeads(Peer(peer), Graph));
    }

    [Fact]
    public async Task A_write_that_fails_is_made_up_for_later()
    {
        var (files, time) = (new MemoryFiles(), new ManualTime());
        await using (var store = (await NodeStore.OpenAsync(Settings, files, time)).Value)
        {
            store.PeerKnowledge.RememberAckedHeads(Peer(1), Graph, Heads(1));
            files.Capacity = 0;
            await ((PeerKnowledgeLog)store.PeerKnowledge).WriteAsync();
            Assert.Equal(Heads(1), store.PeerKnowledge.AckedHeads(Peer(1), Graph));
            files.Capacity = long.MaxValue;
        }
        await using var again = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.Equal(Heads(1), again.PeerKnowledge.AckedHeads(Peer(1), Graph));
    }

    [Fact]
    public async Task Damaged_it_is_begun_anew_and_said_so()
    {
        var files = new MemoryFiles();
        await using (var store = (await NodeStore.OpenAsync(Settings, files)).Value)
            store.PeerKnowledge.RememberAckedHeads(Peer(1), Graph, Heads(1));
        var bytes = files["/data/peers/00000001.log"];
        bytes[60] ^= 1;
        files["/data/peers/00000001.log"] = bytes;
        await using (var store = (await NodeStore.OpenAsync(Settings, files)).Value)
        {
            Assert.True(store.Recovery.LostPeerKnowledge);
            Assert.Empty(store.PeerKnowledge.AckedHeads(Peer(1), Graph));
            store.PeerKnowledge.RememberAckedHeads(Peer(1), Graph, Heads(2));
        }
        await using var again = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.False(again.Recovery.LostPeerKnowledge);
        Assert.Equal(Heads(2), again.PeerKnowledge.AckedHeads(Peer(1), Graph));
    }
}

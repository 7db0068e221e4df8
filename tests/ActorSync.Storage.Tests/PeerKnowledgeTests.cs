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
    public async Task All_heads_are_kept_that_a_node_remembers_of_a_peer_and_of_more_the_newest()
    {
        var files = new MemoryFiles();
        // The newest is the one nearest the root.
        var heads = Heads([.. Enumerable.Range(1, KnownHeads.Most).Reverse()]);
        await using (var store = (await NodeStore.OpenAsync(Settings, files)).Value)
        {
            store.PeerKnowledge.RememberAckedHeads(Peer(1), Graph, heads);
            store.PeerKnowledge.RememberAckedHeads(Peer(2), Graph, [new Address(Id(1000), 1000), .. heads]);
        }
        await using var again = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.Equal(heads, again.PeerKnowledge.AckedHeads(Peer(1), Graph));
        Assert.Equal(heads, again.PeerKnowledge.AckedHeads(Peer(2), Graph));
    }

    [Fact]
    public async Task What_is_too_much_for_one_record_goes_into_several()
    {
        var (files, time) = (new MemoryFiles(), new ManualTime());
        var heads = Heads([.. Enumerable.Range(1, KnownHeads.Most)]);
        await using (var store = (await NodeStore.OpenAsync(Settings, files, time)).Value)
        {
            var knowledge = (PeerKnowledgeLog)store.PeerKnowledge;
            foreach (var last in (int[])[1, 2, 3, 4, 5, 6])
            {
                for (var peer = 0; peer < 800; peer++)
                    knowledge.RememberAckedHeads(Peer(peer), Graph, [.. heads, .. Heads(last)]);
                var writes = files.Writes;
                await knowledge.WriteAsync();
                // And the header of a new file, when one takes the place of all before.
                Assert.InRange(files.Writes - writes, 3, 4);
            }
            Assert.DoesNotContain("/data/peers/00000001.log", files.Files);
        }
        await using var again = (await NodeStore.OpenAsync(Settings, files)).Value;
        for (var peer = 0; peer < 800; peer++)
            Assert.Equal([.. heads[1..], .. Heads(6)], again.PeerKnowledge.AckedHeads(Peer(peer), Graph));
    }

    [Fact]
    public async Task A_write_that_breaks_off_is_tried_again_and_the_store_closes_all_the_same()
    {
        var (files, time) = (new MemoryFiles(), new ManualTime());
        var store = (await NodeStore.OpenAsync(Settings, files, time)).Value;
        store.PeerKnowledge.RememberAckedHeads(Peer(1), Graph, Heads(1));
        var broken = new TaskCompletionSource();
        files.Before = (act, _) =>
        {
            if (act == FileAct.Write)
                throw LogFixture.Broken();
        };
        // Setting the clock for another try fails too, which nothing in the log expects.
        time.BeforeChange = () =>
        {
            broken.TrySetResult();
            throw new InvalidOperationException("the clock broke");
        };
        time.Advance(TimeSpan.FromSeconds(1));
        await broken.Task;
        (files.Before, time.BeforeChange) = ((_, _) => { }, () => { });
        store.PeerKnowledge.RememberAckedHeads(Peer(2), Graph, Heads(2));
        await store.DisposeAsync();
        await using var again = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.False(again.Recovery.WasUnclean);
        Assert.Equal(Heads(1), again.PeerKnowledge.AckedHeads(Peer(1), Graph));
        Assert.Equal(Heads(2), again.PeerKnowledge.AckedHeads(Peer(2), Graph));
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

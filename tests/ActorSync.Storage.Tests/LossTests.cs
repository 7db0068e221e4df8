using ActorSync.Graphs;
using static ActorSync.Storage.Tests.StoredReplicas;

namespace ActorSync.Storage.Tests;

/// <summary>What was lost is known until a peer has sent all that it holds, or somebody accepts it.</summary>
public sealed class LossTests
{
    private static string Newest(MemoryFiles files, string folder) =>
        files.Files.Last(path => path.StartsWith(folder + "/", StringComparison.Ordinal) && path.EndsWith(".log", StringComparison.Ordinal));

    [Fact]
    public async Task A_lost_end_is_told_at_every_start_and_by_every_look()
    {
        var stored = await MakeAsync();
        var path = Newest(stored.Files, FolderOf(stored.One));
        stored.Files[path] = stored.Files[path][..^40];
        var state = Newest(stored.Files, StateFolder);
        stored.Files[state] = stored.Files[state][..^20];
        for (var run = 0; run < 3; run++)
        {
            await using (var store = await OpenAsync(stored.Files))
            {
                Assert.Equal((2, run == 0), (store.Recovery.LostEnds, store.Recovery.IsNewInstance));
                Assert.Null((await store.OpenAsync(stored.One.Graph)).Error);
            }
            var report = await VerifyAsync(stored.Files);
            Assert.False(report.IsWell);
            Assert.Contains("the end was lost from byte ", Assert.Single(report.Graphs, graph => !graph.IsWell).Loss, StringComparison.Ordinal);
            Assert.Contains("the end was lost from byte ", Assert.Single(report.States).Loss, StringComparison.Ordinal);
        }
        Assert.True((await AcceptAsync(stored.Files)).IsWell);
        await using var again = await OpenAsync(stored.Files);
        Assert.Equal(0, again.Recovery.LostEnds);
    }

    [Fact]
    public async Task A_repair_leaves_what_has_lost_nothing_but_its_end_in_its_place_and_a_peer_that_has_all_ends_it()
    {
        var stored = await MakeAsync();
        var path = Newest(stored.Files, FolderOf(stored.One));
        stored.Files[path] = stored.Files[path][..^40];
        await (await OpenAsync(stored.Files)).DisposeAsync();
        var only = new HashSet<GraphId> { stored.One.Graph };

        Assert.True(Assert.Single((await RepairAsync(stored.Files)).Graphs, graph => !graph.IsWell) is { SetAside: null, Loss: not null });
        Assert.False(Assert.Single((await StoreRepair.ReturnAsync(Settings, only, files: stored.Files)).Value.Graphs).IsWell);
        Assert.True(Assert.Single((await StoreRepair.ReturnAsync(Settings, only, only, files: stored.Files)).Value.Graphs).IsWell);
        Assert.True((await VerifyAsync(stored.Files)).IsWell);
    }

    [Fact]
    public async Task What_a_repair_has_set_aside_is_lost_until_a_peer_has_sent_all()
    {
        var stored = await MakeAsync();
        var path = $"{FolderOf(stored.One)}/00000001.log";
        var bytes = stored.Files[path];
        bytes[2000] ^= 1;
        stored.Files[path] = bytes;
        for (var run = 0; run < 2; run++)
            Assert.False(Assert.Single((await RepairAsync(stored.Files)).Graphs, graph => !graph.IsSound).IsWell);
        Assert.False((await VerifyAsync(stored.Files)).IsWell);

        Assert.True((await AcceptAsync(stored.Files)).IsWell);
        Assert.Contains($"{FolderOf(stored.One)}.removed/00000001.log", stored.Files.Files);
        Assert.True((await RepairAsync(stored.Files)).IsWell);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(28)]
    public async Task Whatever_becomes_of_the_note_the_loss_is_known(int length)
    {
        var stored = await MakeAsync();
        var path = Newest(stored.Files, FolderOf(stored.One));
        stored.Files[path] = stored.Files[path][..^40];
        await (await OpenAsync(stored.Files)).DisposeAsync();
        var note = stored.Files[$"{FolderOf(stored.One)}/lost"];
        Assert.Equal(28, note.Length);
        for (var bit = 0; bit < note.Length * 8; bit++)
        {
            var flipped = note.ToArray();
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            stored.Files[$"{FolderOf(stored.One)}/lost"] = flipped[..length];
            Assert.Equal(LossNote.Unreadable.Tell(), Assert.Single((await VerifyAsync(stored.Files)).Graphs, graph => !graph.IsWell).Loss);
        }
        await using var store = await OpenAsync(stored.Files);
        Assert.Equal(1, store.Recovery.LostEnds);
    }

    [Fact]
    public async Task Bytes_behind_a_closing_mark_are_no_commits_and_no_loss()
    {
        var stored = await MakeAsync();
        var path = Newest(stored.Files, FolderOf(stored.One));
        stored.Files[path] = [.. stored.Files[path], 1, 2, 3];
        var found = Assert.Single((await VerifyAsync(stored.Files)).Graphs, graph => graph.Found.Graph == stored.One.Graph).Found;
        Assert.True(found is { IsSound: true, StrayBytes: 3, TornBytes: 0 });
        await using (var store = await OpenAsync(stored.Files))
            Assert.True(store.Recovery is { StrayBytes: 3, TornBytes: 0, LostTails: 0, LostEnds: 0, IsNewInstance: false });
        Assert.True((await VerifyAsync(stored.Files)).IsWell);
        // After a kill they may be what is left of a commit that was written over a mark.
        path = Newest(stored.Killed, FolderOf(stored.One));
        stored.Killed[path] = [.. stored.Killed[path], 1, 2, 3];
        await using var killed = await OpenAsync(stored.Killed);
        Assert.True(killed.Recovery is { StrayBytes: 0, TornBytes: 3, LostTails: 1 });
    }

    [Fact]
    public async Task An_index_that_is_damaged_is_told_and_harmless()
    {
        var stored = await MakeAsync();
        var path = $"{FolderOf(stored.One)}/00000001.idx";
        var bytes = stored.Files[path];
        for (var at = 0; at < bytes.Length; at++)
        {
            var files = stored.Files.Copy();
            var flipped = bytes.ToArray();
            flipped[at] ^= 4;
            files[path] = flipped;
            var report = await VerifyAsync(files);
            Assert.True(report.IsWell);
            var fault = Assert.Single(report.Graphs, graph => graph.Found.IndexFault is not null).Found.IndexFault;
            Assert.Contains(path, fault, StringComparison.Ordinal);
            Assert.Contains("nothing is lost", fault, StringComparison.Ordinal);
        }
    }
}

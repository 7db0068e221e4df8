using ActorSync.States;
using static ActorSync.Storage.Tests.StoredReplicas;

namespace ActorSync.Storage.Tests.Crashes;

/// <summary>
/// A store on a disk without room opens: all is read and served, commits fail and say why, and are taken again when there is
/// room.
/// </summary>
public sealed class FullDiskOpeningTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task All_is_served_and_commits_are_taken_again_when_there_is_room(bool afterKill, bool noNames)
    {
        var stored = await MakeAsync();
        var files = afterKill ? stored.Killed : stored.Files;
        Fill(files, noNames);
        await using (var store = await OpenAsync(files))
        {
            Assert.Equal(afterKill, store.Recovery.WasUnclean);
            var opened = (await store.OpenAsync(stored.One.Graph)).Value;
            for (var ordinal = 0; ordinal < stored.One.Commands.Count; ordinal++)
                Assert.True(opened.Store.Read(ordinal).Span.SequenceEqual(stored.One.Commands[ordinal].Bytes.Span));
            var state = (await store.OpenStateAsync(State, StateSettings.Default)).Value;
            Assert.Equal(10, state.Entries.Count);

            var (heads, first, batch) = (opened.Index.Heads(), opened.Index.Count, stored.One.Batch(3));
            batch.ForEach(command => Assert.Null(opened.Index.Add(command).Error));
            SaysFull(await opened.Store.AppendAsync(first, batch));
            SaysFull(await state.Store.AppendAsync([Entry(50)]));
            SaysFull((await store.CreateAsync(new RandomGraph(9).Init)).Error);
            opened.Index.Cut(first, heads);
            Assert.True((await store.VerifyAsync(stored.One.Graph)).Value.IsSound);

            MakeRoom(files);
            batch.ForEach(command => Assert.Null(opened.Index.Add(command).Error));
            Assert.Null(await opened.Store.AppendAsync(first, batch));
            Assert.Null(await state.Store.AppendAsync([Entry(50)]));
            Assert.Null((await store.CreateAsync(new RandomGraph(9).Init)).Error);
        }
        await using var again = await OpenAsync(files);
        Assert.Equal(3, again.Graphs.Count);
        Assert.True(again.Recovery is { LostEnds: 0, LostTails: 0, IsNewInstance: false });
        Assert.Equal(stored.One.Commands.Count, (await again.OpenAsync(stored.One.Graph)).Value.Index.Count);
        Assert.Equal(11, (await again.OpenStateAsync(State, StateSettings.Default)).Value.Entries.Count);
    }

    [Fact]
    public async Task A_run_that_found_no_room_for_the_marks_is_no_clean_end_and_loses_nothing()
    {
        var stored = await MakeAsync();
        Fill(stored.Killed, noNames: true);
        await (await OpenAsync(stored.Killed)).DisposeAsync();
        MakeRoom(stored.Killed);
        await using (var store = await OpenAsync(stored.Killed))
            Assert.True(store.Recovery is { WasUnclean: true, LostEnds: 0, LostTails: 0, IsNewInstance: false });
        await using var again = await OpenAsync(stored.Killed);
        Assert.True(again.Recovery is { WasUnclean: false, LostEnds: 0, LostTails: 0, IsNewInstance: false });
    }

    [Fact]
    public async Task A_lost_end_is_noted_where_there_is_room_for_a_name_alone()
    {
        var stored = await MakeAsync();
        var path = stored.Files.Files.Last(file => file.StartsWith(FolderOf(stored.One), StringComparison.Ordinal) && file.EndsWith(".log", StringComparison.Ordinal));
        stored.Files[path] = stored.Files[path][..^40];
        Fill(stored.Files, noNames: false);
        await (await OpenAsync(stored.Files)).DisposeAsync();
        Assert.Empty(stored.Files[$"{FolderOf(stored.One)}/lost"]);
        MakeRoom(stored.Files);
        await using var store = await OpenAsync(stored.Files);
        Assert.Equal(1, store.Recovery.LostEnds);
        Assert.False((await store.VerifyAsync(stored.One.Graph)).Value.Damage is not null);
    }

    private static void Fill(MemoryFiles files, bool noNames)
    {
        files.Capacity = files.Files.Sum(path => (long)files[path].Length);
        files.Before = (act, _) =>
        {
            if (noNames && act == FileAct.Create)
                throw new IOException("No space left on device", 28);
        };
    }

    private static void MakeRoom(MemoryFiles files)
    {
        files.Capacity = long.MaxValue;
        files.Before = (_, _) => { };
    }

    private static void SaysFull(SyncError? error)
    {
        Assert.Equal(SyncErrorKind.StoreFailed, error?.Kind);
        Assert.Contains("the disk is full; make room, then try again", error!.Message, StringComparison.Ordinal);
    }
}

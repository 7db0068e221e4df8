using System.Diagnostics;

namespace ActorSync.Storage.Tests;

/// <summary>The one part that meets a real disk.</summary>
public sealed class LocalFileSystemTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actorsync-files-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_store_on_the_disk_is_there_after_a_restart()
    {
        var settings = new StoreSettings { Folder = Path.Combine(_folder, "new", "data"), SegmentBytes = 4096, CacheBytes = 0 };
        var graph = new RandomGraph(1);
        await using (var store = (await NodeStore.OpenAsync(settings)).Value)
        {
            Assert.True(store.Recovery.IsNew);
            var log = (await store.CreateAsync(graph.Init)).Value.Store;
            for (var i = 0; i < 10; i++)
                Assert.Null(await log.AppendAsync(graph.Commands.Count, graph.Batch(20)));
        }
        await using (var store = (await NodeStore.OpenAsync(settings)).Value)
        {
            var opened = (await store.OpenAsync(graph.Graph)).Value;
            Assert.Equal(graph.Heads.Digest, opened.Index.Heads().Digest);
            for (var ordinal = 0; ordinal < graph.Commands.Count; ordinal++)
                Assert.True(graph.Commands[ordinal].Bytes.Span.SequenceEqual(opened.Store.Read(ordinal).Span));
            await opened.Store.DisposeAsync();
            Assert.Null(await store.RemoveAsync(graph.Graph));
        }
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(settings.Folder, "graphs")));
    }

    [Fact]
    public async Task What_is_made_is_for_its_owner_only()
    {
        if (OperatingSystem.IsWindows())
            return;
        var settings = new StoreSettings { Folder = Path.Combine(_folder, "new", "data") };
        await using var store = (await NodeStore.OpenAsync(settings)).Value;
        _ = (await store.CreateAsync(new RandomGraph(1).Init)).Value;
        var made = Directory.GetFileSystemEntries(_folder, "*", SearchOption.AllDirectories);
        Assert.Contains(Path.Combine(settings.Folder, "lock.pid"), made);
        const UnixFileMode ownFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        foreach (var path in made)
            Assert.Equal(Directory.Exists(path) ? ownFile | UnixFileMode.UserExecute : ownFile, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task A_data_folder_that_is_there_keeps_its_mode()
    {
        if (OperatingSystem.IsWindows())
            return;
        const UnixFileMode shared = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        File.SetUnixFileMode(_folder, shared);
        await using var store = (await NodeStore.OpenAsync(new StoreSettings { Folder = _folder })).Value;
        Assert.Equal(shared, File.GetUnixFileMode(_folder));
    }

    [Fact]
    public void A_file_is_written_read_cut_renamed_and_deleted()
    {
        var files = LocalFileSystem.Instance;
        var (one, two) = (Path.Combine(_folder, "one"), Path.Combine(_folder, "two"));
        using (var file = files.Create(one))
        {
            file.Write(0, "hello, world"u8);
            file.Flush();
            file.Truncate(5);
            Assert.Equal(5, file.Length);
        }
        files.Rename(one, two);
        files.FlushFolder(_folder);
        Assert.Equal(["two"], files.List(_folder));
        using (var file = files.Open(two, write: false))
        {
            var bytes = new byte[10];
            Assert.Equal(4, file.Read(1, bytes));
            Assert.Equal("ello"u8.ToArray(), bytes[..4]);
        }
        files.DeleteFile(two);
        Assert.False(files.FileExists(two));
        Assert.ThrowsAny<IOException>(() => files.Open(two, write: true));
    }

    [Fact]
    public void A_full_disk_is_told_from_other_failures()
    {
        if (!File.Exists("/dev/full"))
            return;
        using var file = LocalFileSystem.Instance.Open("/dev/full", write: true);
        var failure = Assert.ThrowsAny<IOException>(() => file.Write(0, "x"u8));
        Assert.True(StoreErrors.IsDiskFull(failure));
        Assert.False(StoreErrors.IsDiskFull(new FileNotFoundException()));
    }

    [Fact]
    public async Task Another_process_that_holds_the_lock_keeps_the_store_closed()
    {
        // flock(1) takes the very lock that the store takes, on the systems that have it.
        if (!File.Exists("/usr/bin/flock"))
            return;
        var path = Path.Combine(_folder, "lock");
        await File.WriteAllTextAsync(path, "");
        using var holder = Process.Start(new ProcessStartInfo("/usr/bin/flock", ["--exclusive", path, "-c", "echo held; read end"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync());
        var settings = new StoreSettings { Folder = _folder };
        var error = (await NodeStore.OpenAsync(settings)).Error!;
        Assert.Equal(SyncErrorKind.StoreLocked, error.Kind);
        Assert.Contains("held by another process", error.Message, StringComparison.Ordinal);
        holder.StandardInput.Close();
        await holder.WaitForExitAsync();
        await using var store = (await NodeStore.OpenAsync(settings)).Value;
        Assert.True(store.Recovery.IsNew);
    }
}

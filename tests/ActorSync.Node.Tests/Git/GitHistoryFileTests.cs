using ActorSync.Graphs;
using ActorSync.Node.Git;

namespace ActorSync.Node.Tests.Git;

public sealed class GitHistoryFileTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(200)]
    public async Task A_packaged_history_gives_the_same_commits(int commits)
    {
        var history = ListedHistory.Random(seed: 5, commits);

        var file = await PackageAsync(history);

        Assert.Equal(history.CommitCount, file.CommitCount);
        Assert.Equal(history.Roots, file.Roots);
        for (var again = 0; again < 2; again++)
            AssertSame(history.Commits, await file.ReadAsync().ToListAsync());
    }

    [Fact]
    public async Task A_shallow_history_keeps_its_boundary()
    {
        var history = new ListedHistory();
        var boundary = ListedHistory.Make("boundary", ListedHistory.Make("cut off").Oid);
        history.Commits.Add(boundary);
        history.Commit("tip", boundary);

        var file = await PackageAsync(history);

        Assert.Equal([boundary.Oid], file.Roots);
        AssertSame(history.Commits, await file.ReadAsync().ToListAsync());
    }

    [Fact]
    public async Task A_file_that_is_cut_anywhere_is_damaged()
    {
        await PackageAsync(ListedHistory.Random(seed: 6, commits: 30));
        var whole = await File.ReadAllBytesAsync(PathOf("history"));
        for (var length = 16; length < whole.Length; length += 1 + whole.Length / 60)
        {
            await File.WriteAllBytesAsync(PathOf("cut"), whole[..length]);
            Assert.Equal(SyncErrorKind.StoreDamaged, (await ReadAllAsync(PathOf("cut"))).Error?.Kind);
        }
    }

    [Fact]
    public async Task A_file_with_a_changed_byte_is_never_read_as_another_history()
    {
        var history = ListedHistory.Random(seed: 7, commits: 30);
        await PackageAsync(history);
        var whole = await File.ReadAllBytesAsync(PathOf("history"));
        for (var at = 16; at < whole.Length; at += 1 + whole.Length / 120)
        {
            byte[] changed = [.. whole];
            changed[at] ^= 0x10;
            await File.WriteAllBytesAsync(PathOf("changed"), changed);
            // Brotli ignores a few bits at its end: then the same history is read.
            if ((await ReadAllAsync(PathOf("changed"))).TryGet(out var commits, out var error))
                AssertSame(history.Commits, commits);
            else
                Assert.Contains(error.Kind, new[] { SyncErrorKind.StoreDamaged, SyncErrorKind.MalformedPayload, SyncErrorKind.CommandTooLarge });
        }
    }

    [Fact]
    public async Task What_is_no_history_is_refused_in_one_sentence()
    {
        await File.WriteAllTextAsync(PathOf("text"), "ActorSync");
        await File.WriteAllTextAsync(PathOf("empty"), "");

        foreach (var name in (string[])["text", "empty", "nothing"])
        {
            var error = GitHistoryFile.Open(PathOf(name)).Error;
            Assert.Equal(SyncErrorKind.InvalidRequest, error?.Kind);
            Assert.Contains(PathOf(name), error!.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_commit_over_the_limit_is_not_read()
    {
        await PackageAsync(ListedHistory.Random(seed: 8, commits: 3));

        var read = await ReadAllAsync(PathOf("history"), new GitReadOptions { CommitBytes = 100 });

        Assert.Equal(SyncErrorKind.CommandTooLarge, read.Error?.Kind);
    }

    [Fact]
    public async Task A_history_that_breaks_off_leaves_the_file_that_was_there()
    {
        var history = ListedHistory.Random(seed: 9, commits: 10);
        await PackageAsync(history);

        var broken = new ListedHistory { EndsWith = new SyncError(SyncErrorKind.InvalidRequest, "gone") };
        broken.Commit("root");
        await Assert.ThrowsAsync<SyncException>(() => GitHistoryFile.WriteAsync(PathOf("history"), broken));

        AssertSame(history.Commits, (await ReadAllAsync(PathOf("history"))).Value);
        Assert.Single(Directory.GetFiles(_scratch.Folder));
    }

    [Fact]
    public async Task The_history_delivered_with_the_program_reads_verifies_and_has_merges()
    {
        var history = (await GitHistory.OpenAsync(GitHistoryFile.Packaged)).Value;
        var builder = new GitGraphBuilder(history.Roots);
        var commands = new List<Command>();

        // The builder finds each parent by the id that follows from its bytes.
        await foreach (var commit in history.ReadAsync())
            Assert.Null(builder.Add(commit, commands));

        Assert.Equal(history.CommitCount, builder.Commits);
        Assert.True(builder.Merges >= 1);
        Assert.All(history.Roots, root => Assert.True(builder.TryFind(root, out _)));
    }

    private string PathOf(string name) => Path.Combine(_scratch.Folder, name);

    private async Task<GitHistoryFile> PackageAsync(IGitHistory history)
    {
        var bytes = await GitHistoryFile.WriteAsync(PathOf("history"), history);
        Assert.Equal(new FileInfo(PathOf("history")).Length, bytes);
        return GitHistoryFile.Open(PathOf("history")).Value;
    }

    private static async Task<Result<List<GitCommit>>> ReadAllAsync(string path, GitReadOptions? options = null)
    {
        if (!GitHistoryFile.Open(path, options).TryGet(out var file, out var error))
            return error;
        try
        {
            return await file.ReadAsync().ToListAsync();
        }
        catch (SyncException e)
        {
            return e.Error;
        }
    }

    private static void AssertSame(List<GitCommit> expected, List<GitCommit> actual)
    {
        Assert.Equal(expected.Select(commit => commit.Oid), actual.Select(commit => commit.Oid));
        Assert.All(expected.Zip(actual), pair => Assert.True(pair.First.Raw.Span.SequenceEqual(pair.Second.Raw.Span)));
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First.Parents, pair.Second.Parents));
    }
}

using ActorSync.Graphs;
using ActorSync.Node.Git;

namespace ActorSync.Node.Tests.Git;

public sealed class GitImportTests
{
    private readonly ListedHistory _history = ListedHistory.Random(seed: 3, commits: 2000);

    [Fact]
    public async Task An_import_commits_the_whole_history_in_batches()
    {
        await using var node = new MemoryNode();

        var result = (await GitImport.RunAsync(node, _history)).Value;

        Assert.Equal(2000, result.Commits);
        Assert.Equal(1 + 2000 + result.Merges, result.Commands);
        Assert.Equal((result.Commands, 0), (result.Added, result.Known));
        var snapshot = (await node.ReadAsync(result.Graph)).Value;
        Assert.Equal(_history.Build(out _).Select(command => command.Id), snapshot.ReadAll().Select(command => command.Id));
        Assert.True(node.Batches.Count > 4);
    }

    [Fact]
    public async Task Two_nodes_that_import_the_same_history_are_level()
    {
        await using var one = new MemoryNode();
        await using var other = new MemoryNode();

        var graph = (await GitImport.RunAsync(one, _history)).Value.Graph;

        Assert.Equal(graph, (await GitImport.RunAsync(other, _history)).Value.Graph);
        Assert.Equal((await one.ReadAsync(graph)).Value.Heads.Digest, (await other.ReadAsync(graph)).Value.Heads.Digest);
    }

    [Fact]
    public async Task The_same_import_again_adds_nothing()
    {
        await using var node = new MemoryNode();
        var first = (await GitImport.RunAsync(node, _history)).Value;

        var again = (await GitImport.RunAsync(node, _history)).Value;

        Assert.Equal(first with { Added = 0, Known = first.Commands, Elapsed = again.Elapsed }, again);
    }

    [Fact]
    public async Task A_history_that_grew_adds_only_what_is_new()
    {
        await using var node = new MemoryNode();
        var before = (await GitImport.RunAsync(node, _history)).Value;
        _history.Commit("one more", _history.Commits[^1]);

        var after = (await GitImport.RunAsync(node, _history)).Value;

        Assert.Equal((before.Graph, 1, before.Commands), (after.Graph, after.Added, after.Known));
    }

    [Fact]
    public async Task A_packaged_history_is_imported_by_its_path()
    {
        await using var node = new MemoryNode();

        var result = (await GitImport.RunAsync(node, GitHistoryFile.Packaged)).Value;

        Assert.Equal(result.Commands, (await node.ReadAsync(result.Graph)).Value.Count);
    }

    [Fact]
    public async Task Progress_begins_at_nothing_and_ends_at_every_commit()
    {
        await using var node = new MemoryNode();
        var heard = new Heard();

        Assert.Null((await GitImport.RunAsync(node, _history, heard)).Error);

        Assert.Equal(new GitImportProgress(0, 2000), heard.All[0]);
        Assert.Equal(new GitImportProgress(2000, 2000), heard.All[^1]);
        Assert.Equal(heard.All.Order(Comparer<GitImportProgress>.Create((x, y) => x.Done.CompareTo(y.Done))), heard.All);
    }

    [Fact]
    public async Task A_refused_command_names_its_commit()
    {
        var unwanted = _history.Commits[1500];
        await using var node = new MemoryNode(command => command.Payload.Span.SequenceEqual(unwanted.Raw.Span));

        var error = (await GitImport.RunAsync(node, _history)).Error;

        Assert.Equal(SyncErrorKind.Rejected, error?.Kind);
        Assert.Contains(unwanted.Oid.ToString(), error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_merge_names_the_commit_it_is_there_for()
    {
        var commands = _history.Build(out _);
        var at = commands.FindIndex(1200, command => command.Prior.Kind == PriorKind.Merge);
        var commit = commands.Skip(at).First(command => command.Prior.Kind == PriorKind.Single);
        await using var node = new MemoryNode(command => command.Id == commands[at].Id);

        var error = (await GitImport.RunAsync(node, _history)).Error;

        var named = _history.Commits.Single(each => each.Raw.Span.SequenceEqual(commit.Payload.Span));
        Assert.Contains(named.Oid.ToString(), error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_history_that_cannot_be_read_to_its_end_is_an_error_and_what_was_handed_over_stays()
    {
        var broken = new ListedHistory { EndsWith = new SyncError(SyncErrorKind.InvalidRequest, "the disk is gone") };
        broken.Commits.AddRange(_history.Commits);
        await using var node = new MemoryNode();

        var error = (await GitImport.RunAsync(node, broken)).Error;

        Assert.Equal(broken.EndsWith, error);
        Assert.True((await node.ReadAsync(new GitGraphBuilder(broken.Roots).Graph)).Value.Count >= GitImport.BatchCommands);
    }

    [Fact]
    public async Task A_cancelled_import_ends_as_cancelled()
    {
        await using var node = new MemoryNode();
        using var cancel = new CancellationTokenSource();
        var heard = new Heard(progress => { if (progress.Done > 0) cancel.Cancel(); });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => GitImport.RunAsync(node, _history, heard, cancel.Token));

        Assert.True(heard.All[^1].Done < 2000);
    }

    private sealed class Heard(Action<GitImportProgress>? then = null) : IProgress<GitImportProgress>
    {
        public List<GitImportProgress> All { get; } = [];

        public void Report(GitImportProgress value)
        {
            All.Add(value);
            then?.Invoke(value);
        }
    }
}

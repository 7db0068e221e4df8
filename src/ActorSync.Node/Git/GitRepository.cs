using System.Runtime.CompilerServices;

namespace ActorSync.Node.Git;

/// <summary>
/// The history of a git repository, read with the git program. One <c>git rev-list</c> at opening settles which commits
/// there are, in which order, and which are roots, so that a commit made meanwhile changes nothing; it keeps 40 bytes a
/// commit. The objects are then streamed through one <c>git cat-file</c>.
/// <para>
/// The order is topological with lines kept together: a branch is read right before the merge that ends it, so that
/// few heads are open at any moment. In a shallow clone git shows the commits at the boundary without parents, and they
/// are roots here. Replaced and grafted commits are read as they were made.
/// </para>
/// </summary>
public sealed class GitRepository : IGitHistory
{
    private readonly GitReadOptions _options;
    private readonly List<GitOid> _commits;

    private GitRepository(string source, bool isShallow, GitReadOptions options, List<GitOid> commits, List<GitOid> roots)
    {
        Source = source;
        IsShallow = isShallow;
        _options = options;
        _commits = commits;
        roots.Sort();
        Roots = roots;
    }

    /// <inheritdoc />
    public string Source { get; }

    /// <summary>Whether the clone is shallow: its history ends before its beginning.</summary>
    public bool IsShallow { get; }

    /// <inheritdoc />
    public int CommitCount => _commits.Count;

    /// <inheritdoc />
    public IReadOnlyList<GitOid> Roots { get; }

    /// <summary>
    /// Opens the repository that a folder belongs to: a working copy or a folder in it, or a bare repository. The error
    /// says that there is no folder, no git, no repository, or no commit, or repeats what git has to say.
    /// </summary>
    public static async Task<Result<GitRepository>> OpenAsync(string path, GitReadOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= GitReadOptions.Default;
        var folder = Path.GetFullPath(path);
        if (!Directory.Exists(folder))
            return new SyncError(SyncErrorKind.InvalidRequest, $"there is no folder {folder}: name the folder of a git repository");
        var shallow = await GitProcess.RunAsync(options.Executable, folder, ["rev-parse", "--is-shallow-repository"], cancellation);
        if (!shallow.TryGet(out var isShallow, out var error))
            return error;
        if (options.Scope == GitScope.Head)
        {
            var head = await GitProcess.RunAsync(options.Executable, folder, ["rev-parse", "--verify", "HEAD^{commit}"], cancellation);
            if (head.Error is not null)
                return NoCommit(folder, "HEAD names none: commit something, check out a branch, or read all branches");
        }
        var (commits, roots) = (new List<GitOid>(), new List<GitOid>());
        if (await ListAsync(folder, options, commits, roots, cancellation) is { } failed)
            return failed;
        if (commits.Count == 0)
            return NoCommit(folder, "the repository is empty: commit something");
        return new GitRepository(folder, isShallow == "true", options, commits, roots);
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<GitCommit> ReadAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var objects = GitProcess.Start(_options.Executable, Source, "cat-file", "--batch", "--buffer").Value;
        var feeding = Task.Run(() => FeedAsync(objects), CancellationToken.None);
        try
        {
            var reader = new GitBatchReader(objects.Output, _options.CommitBytes);
            foreach (var oid in _commits)
            {
                if (await reader.ReadAsync(oid, cancellation) is not { } commit)
                    throw new SyncException(await objects.EndAsync(cancellation) ?? EndedBefore(oid));
                yield return commit.Value;
            }
        }
        finally
        {
            await objects.DisposeAsync();
            await feeding;
        }
    }

    private SyncError EndedBefore(GitOid oid) =>
        new(SyncErrorKind.InvalidRequest, $"git ended before the commit {oid} of {Source} was read; `git fsck` shows what is damaged");

    private static SyncError NoCommit(string folder, string why) =>
        new(SyncErrorKind.InvalidRequest, $"there is no commit to read in {folder}; {why}");

    private static async Task<SyncError?> ListAsync(
        string folder, GitReadOptions options, List<GitOid> commits, List<GitOid> roots, CancellationToken cancellation)
    {
        string[] what = options.Scope == GitScope.Head
            ? ["HEAD", "--"]
            : ["--exclude=refs/stash", "--exclude=refs/notes/*", "--all", "--"];
        if (!GitProcess.Start(options.Executable, folder, ["rev-list", "--topo-order", "--reverse", "--parents", .. what]).TryGet(out var git, out var error))
            return error;
        await using (git)
        {
            git.Input.Close();
            using var lines = new StreamReader(git.Output);
            while (await lines.ReadLineAsync(cancellation) is { } line)
            {
                var end = line.IndexOf(' ');
                if (!GitOid.TryParse(end < 0 ? line : line.AsSpan(0, end), out var oid))
                    return new SyncError(SyncErrorKind.InvalidRequest, $"git rev-list in {folder} gave a line that does not begin with an object id: {line}");
                commits.Add(oid);
                if (end < 0)
                    roots.Add(oid);
            }
            return await git.EndAsync(cancellation);
        }
    }

    // Runs beside the reading: neither side may wait for the other's pipe to be emptied.
    private async Task FeedAsync(GitProcess objects)
    {
        try
        {
            await using var input = new StreamWriter(objects.Input);
            foreach (var oid in _commits)
                await input.WriteAsync($"{oid}\n");
        }
        catch (IOException)
        {
            // git ended early, or was ended; the reading side finds the answers missing and says why.
        }
    }
}

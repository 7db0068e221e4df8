using System.Text;
using ActorSync.Graphs;
using ActorSync.Node.Git;

namespace ActorSync.Node.Tests.Git;

/// <summary>Histories made with git and read with git; where git is not installed, each asserts that it is said.</summary>
public sealed class GitRepositoryTests : IDisposable
{
    private const string EmptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
    private const string Who = "author A <a@example.org> 1700000000 +0000\ncommitter A <a@example.org> 1700000000 +0000\n";

    private static readonly GitReadOptions All = new() { Scope = GitScope.All };

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task The_commits_are_read_as_git_stores_them_parents_first()
    {
        if (await SaysThatGitIsMissing())
            return;
        _scratch.Init();
        var one = _scratch.Commit("one");
        _scratch.Git("checkout", "-q", "-b", "side");
        var side = _scratch.Commit("side");
        _scratch.Git("checkout", "-q", "main");
        var two = _scratch.Commit("two");
        _scratch.Git("merge", "-q", "--no-ff", "-m", "merge", "side");

        var (history, commits) = await ReadAsync();

        var merge = _scratch.Git("rev-parse", "HEAD");
        Assert.Equal(new[] { one, side, two, merge }.Order(), commits.Select(commit => commit.Oid.ToString()).Order());
        Assert.Equal([one], history.Roots.Select(root => root.ToString()));
        Assert.Equal([two, side], commits[^1].Parents.Select(parent => parent.ToString()));
        Assert.Equal((4, 1), Counts(history, commits));
    }

    [Fact]
    public async Task A_folder_inside_the_working_copy_and_a_bare_repository_are_read_too()
    {
        if (await SaysThatGitIsMissing())
            return;
        _scratch.Init();
        _scratch.Commit("one");
        var inside = Directory.CreateDirectory(PathOf("inside")).FullName;
        _scratch.Git("clone", "-q", "--bare", ".", "bare.git");

        Assert.Equal((await ReadAsync()).Commits.Single().Oid, (await ReadAsync(inside)).Commits.Single().Oid);
        Assert.Equal((await ReadAsync()).Commits.Single().Oid, (await ReadAsync(PathOf("bare.git"))).Commits.Single().Oid);
    }

    [Fact]
    public async Task An_octopus_a_criss_cross_and_a_parent_behind_another_are_built()
    {
        if (await SaysThatGitIsMissing())
            return;
        _scratch.Init();
        var root = _scratch.Commit("root");
        string[] lines = [.. Enumerable.Range(0, 4).Select(i => Make($"line {i}", root))];
        var octopus = Make("octopus", lines);
        var (ab, ba) = (Make("a with b", lines[0], lines[1]), Make("b with a", lines[1], lines[0]));
        var behind = Make("behind", root, octopus, lines[2], octopus);
        _scratch.Git("reset", "-q", "--hard", Make("end", ab, ba, behind));

        var (history, commits) = await ReadAsync();

        // Three of the octopus; one that both sides of the criss-cross share; two of the end; none of what is behind.
        Assert.Equal((10, 6), Counts(history, commits));
    }

    [Fact]
    public async Task Duplicate_parents_signatures_merged_tags_and_odd_encodings_are_kept_byte_for_byte()
    {
        if (await SaysThatGitIsMissing())
            return;
        _scratch.Init();
        var one = _scratch.Commit("one");
        byte[] raw =
        [
            .. Encoding.ASCII.GetBytes($"tree {EmptyTree}\nparent {one}\nparent {one}\n{Who}encoding ISO-8859-1\n"),
            .. Encoding.ASCII.GetBytes($"mergetag object {one}\n type commit\n tag v1\n tagger A <a@example.org> 1 +0000\n \n parent {one}\n"),
            .. Encoding.ASCII.GetBytes($"gpgsig -----BEGIN PGP SIGNATURE-----\n \n parent {EmptyTree}\n -----END PGP SIGNATURE-----\n\n"),
            0xe4, 0xf6, 0xfc, 0xff, 0x80, (byte)'\n', (byte)'\n', 0xfe,
        ];
        var crafted = _scratch.Craft("main", raw);

        var (history, commits) = await ReadAsync();

        Assert.Equal(crafted, commits[^1].Oid.ToString());
        Assert.Equal(raw, commits[^1].Raw.ToArray());
        Assert.Equal([one, one], commits[^1].Parents.Select(parent => parent.ToString()));
        Assert.Equal((2, 0), Counts(history, commits));
    }

    [Fact]
    public async Task A_repository_with_sha256_objects_is_read_and_packaged()
    {
        if (await SaysThatGitIsMissing())
            return;
        _scratch.Init("--object-format=sha256");
        _scratch.Commit("one");
        _scratch.Commit("two");

        var (history, commits) = await ReadAsync();
        await GitHistoryFile.WriteAsync(PathOf("history"), history);
        var packaged = await GitHistoryFile.Open(PathOf("history")).Value.ReadAsync().ToListAsync();

        Assert.Equal(GitOid.Sha256Size, commits[0].Oid.Size);
        Assert.Equal((2, 0), Counts(history, commits));
        Assert.Equal(commits.Select(commit => commit.Oid), packaged.Select(commit => commit.Oid));
    }

    [Fact]
    public async Task A_shallow_clone_begins_at_its_boundary()
    {
        if (await SaysThatGitIsMissing())
            return;
        _scratch.Init();
        _scratch.FastImport(commits: 60);
        _scratch.Git("clone", "-q", "--depth", "6", new Uri(_scratch.Folder).AbsoluteUri, "shallow");

        var (history, commits) = await ReadAsync(PathOf("shallow"));

        Assert.True(history.IsShallow);
        Assert.InRange(commits.Count, 6, 20);
        Assert.NotEmpty(history.Roots);
        Assert.All(commits.Where(commit => history.Roots.Contains(commit.Oid)), root => Assert.NotEmpty(root.Parents));
        _ = Counts(history, commits);

        _scratch.Git("-C", "shallow", "fetch", "-q", "--unshallow");
        var whole = await ReadAsync(PathOf("shallow"));
        Assert.False(whole.History.IsShallow);
        Assert.Equal(Counts(await ReadAsync()), Counts(whole));
    }

    [Fact]
    public async Task Replaced_and_grafted_commits_are_read_as_they_were_made()
    {
        if (await SaysThatGitIsMissing())
            return;
        _scratch.Init();
        var one = _scratch.Commit("one");
        var two = _scratch.Commit("two");
        var three = _scratch.Commit("three");
        _scratch.Git("replace", two, one);
        await File.WriteAllTextAsync(PathOf(".git/info/grafts"), $"{three}\n");

        Assert.Equal([one, two, three], (await ReadAsync()).Commits.Select(commit => commit.Oid.ToString()));
    }

    [Fact]
    public async Task All_reaches_other_branches_and_roots_but_no_stash_no_notes_and_no_tagged_trees()
    {
        if (await SaysThatGitIsMissing())
            return;
        _scratch.Init();
        await File.WriteAllTextAsync(PathOf("file"), "one");
        _scratch.Git("add", "file");
        var one = _scratch.Commit("one");
        _scratch.Git("tag", "-a", "-m", "tagged", "v1");
        _scratch.Git("tag", "tree", "HEAD^{tree}");
        _scratch.Git("tag", "blob", "HEAD:file");
        _scratch.Git("notes", "add", "-m", "a note");
        await File.WriteAllTextAsync(PathOf("file"), "two");
        _scratch.Git("stash", "-q");
        _scratch.Git("checkout", "-q", "--orphan", "pages");
        var pages = _scratch.Commit("pages");
        _scratch.Git("checkout", "-q", "main");

        Assert.Equal([one], (await ReadAsync()).Commits.Select(commit => commit.Oid.ToString()));
        var (history, commits) = await ReadAsync(options: All);
        Assert.Equal(new[] { one, pages }.Order(), commits.Select(commit => commit.Oid.ToString()).Order());
        Assert.Equal(2, history.Roots.Count);
    }

    [Fact]
    public async Task A_commit_made_while_a_history_is_read_is_left_for_the_next_time()
    {
        if (await SaysThatGitIsMissing())
            return;
        _scratch.Init();
        _scratch.Commit("one");
        var history = (await GitRepository.OpenAsync(_scratch.Folder)).Value;

        _scratch.Commit("two");

        Assert.Single(await history.ReadAsync().ToListAsync());
        Assert.Equal(2, (await ReadAsync()).Commits.Count);
    }

    [Fact]
    public async Task A_reading_may_be_left_at_any_commit()
    {
        if (await SaysThatGitIsMissing())
            return;
        _scratch.Init();
        _scratch.FastImport(commits: 3000);
        var history = (await GitRepository.OpenAsync(_scratch.Folder)).Value;

        Assert.Equal(3, (await history.ReadAsync().Take(3).ToListAsync()).Count);
        Assert.Equal(history.CommitCount, await history.ReadAsync().CountAsync());
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in history.ReadAsync(cancel.Token))
                await cancel.CancelAsync();
        });
    }

    [Fact]
    public async Task What_cannot_be_opened_is_said_with_the_place_and_what_to_do()
    {
        if (await SaysThatGitIsMissing())
            return;
        await AssertSays("there is no folder", PathOf("nothing"));
        await AssertSays("not a git repository", _scratch.Folder);
        _scratch.Init();
        await AssertSays("HEAD names none", _scratch.Folder);
        await AssertSays("the repository is empty", _scratch.Folder, All);
        _scratch.Commit("one");
        _scratch.Git("symbolic-ref", "HEAD", "refs/heads/unborn");
        await AssertSays("HEAD names none", _scratch.Folder);
        Assert.Single((await ReadAsync(options: All)).Commits);
        await AssertSays("git could not be started", _scratch.Folder, new GitReadOptions { Executable = PathOf("no-git") });
    }

    [Fact]
    public async Task A_damaged_repository_names_what_is_missing()
    {
        if (await SaysThatGitIsMissing())
            return;
        _scratch.Init();
        var one = _scratch.Commit("one");
        _scratch.Commit("two");
        var history = (await GitRepository.OpenAsync(_scratch.Folder)).Value;
        var file = new FileInfo(PathOf($".git/objects/{one[..2]}/{one[2..]}")) { Attributes = FileAttributes.Normal };
        file.Delete();

        var late = await Assert.ThrowsAsync<SyncException>(async () => await history.ReadAsync().ToListAsync());

        Assert.Contains($"{one} missing", late.Error.Message, StringComparison.Ordinal);
        await AssertSays(one, _scratch.Folder);
    }

    [Fact]
    public async Task A_commit_over_the_limit_is_named()
    {
        if (await SaysThatGitIsMissing())
            return;
        _scratch.Init();
        _scratch.Commit("one");
        var message = new string('x', GitReadOptions.Default.CommitBytes);
        var huge = _scratch.Craft("main", Encoding.ASCII.GetBytes($"tree {EmptyTree}\n{Who}\n{message}\n"));
        await using var node = new MemoryNode();

        var error = (await GitImport.RunAsync(node, _scratch.Folder)).Error;

        Assert.Equal(SyncErrorKind.CommandTooLarge, error?.Kind);
        Assert.Contains(huge, error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_its_clone_and_its_package_become_the_same_graph()
    {
        if (await SaysThatGitIsMissing())
            return;
        _scratch.Init();
        _scratch.FastImport(commits: 2000);
        _scratch.Git("clone", "-q", "--bare", ".", "clone.git");
        await GitHistoryFile.WriteAsync(PathOf("history"), (await GitRepository.OpenAsync(_scratch.Folder)).Value);
        var digests = new HashSet<CommandId>();
        foreach (var path in (string[])[_scratch.Folder, PathOf("clone.git"), PathOf("history")])
        {
            await using var node = new MemoryNode();
            var result = (await GitImport.RunAsync(node, path)).Value;
            Assert.True(result.Merges > 100);
            digests.Add((await node.ReadAsync(result.Graph)).Value.Heads.Digest);
        }
        Assert.Single(digests);
    }

    [Fact]
    public void Git_is_looked_for_in_absolute_folders_of_the_path_only()
    {
        var name = OperatingSystem.IsWindows() ? "git.exe" : "git";
        var program = PathOf(name);
        File.WriteAllText(program, "");
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, _scratch.Folder);

        Assert.Null(GitExecutable.Find(""));
        Assert.Null(GitExecutable.Find(relative));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Null(GitExecutable.Find(_scratch.Folder));
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
        Assert.Equal(program, GitExecutable.Find($"{relative}{Path.PathSeparator}{PathOf("nothing")}{Path.PathSeparator}{_scratch.Folder}"));
    }

    private string PathOf(string name) => Path.Combine(_scratch.Folder, name);

    private string Make(string message, params string[] parents) =>
        _scratch.Git(
            Encoding.ASCII.GetBytes($"tree {EmptyTree}\n{string.Concat(parents.Select(parent => $"parent {parent}\n"))}{Who}\n{message}\n"),
            "hash-object", "-t", "commit", "-w", "--stdin");

    private async Task<(GitRepository History, List<GitCommit> Commits)> ReadAsync(string? path = null, GitReadOptions? options = null)
    {
        var history = (await GitRepository.OpenAsync(path ?? _scratch.Folder, options)).Value;
        var commits = await history.ReadAsync().ToListAsync();
        Assert.Equal(history.CommitCount, commits.Count);
        Assert.All(commits, commit => Assert.Equal(commit.Oid, GitCommit.Identify(commit.Raw.Span, commit.Oid.Size)));
        return (history, commits);
    }

    private static (int Commits, int Merges) Counts((GitRepository History, List<GitCommit> Commits) read) => Counts(read.History, read.Commits);

    private static (int Commits, int Merges) Counts(GitRepository history, List<GitCommit> commits)
    {
        var builder = new GitGraphBuilder(history.Roots);
        Assert.All(commits, commit => Assert.Null(builder.Add(commit, [])));
        return (builder.Commits, builder.Merges);
    }

    private static async Task AssertSays(string what, string path, GitReadOptions? options = null)
    {
        var error = (await GitRepository.OpenAsync(path, options)).Error;
        Assert.Equal(SyncErrorKind.InvalidRequest, error?.Kind);
        Assert.Contains(what, error!.Message, StringComparison.Ordinal);
    }

    private async Task<bool> SaysThatGitIsMissing()
    {
        if (!Scratch.HasGit)
            await AssertSays("git was not found", _scratch.Folder);
        return !Scratch.HasGit;
    }
}

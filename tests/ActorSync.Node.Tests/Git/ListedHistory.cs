using System.Text;
using ActorSync.Graphs;
using ActorSync.Node.Git;

namespace ActorSync.Node.Tests.Git;

/// <summary>A history made in memory, commit by commit, with the ids that git would give.</summary>
internal sealed class ListedHistory : IGitHistory
{
    private const string EmptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

    public List<GitCommit> Commits { get; } = [];

    public string Source => "memory";

    public int CommitCount => Commits.Count;

    public IReadOnlyList<GitOid> Roots
    {
        get
        {
            var here = Commits.Select(commit => commit.Oid).ToHashSet();
            return [.. Commits.Where(commit => !commit.Parents.Any(here.Contains)).Select(commit => commit.Oid).Order()];
        }
    }

    /// <summary>A commit that breaks the reading off, for what follows it.</summary>
    public SyncError? EndsWith { get; init; }

    public GitCommit Commit(string message, params GitCommit[] parents)
    {
        var commit = Make(message, [.. parents.Select(parent => parent.Oid)]);
        Commits.Add(commit);
        return commit;
    }

    public static GitCommit Make(string message, params GitOid[] parents)
    {
        var raw = new StringBuilder($"tree {EmptyTree}\n");
        foreach (var parent in parents)
            raw.Append($"parent {parent}\n");
        raw.Append($"author A <a@example.org> 1700000000 +0100\ncommitter C <c@example.org> 1700000000 +0100\n\n{message}\n");
        var bytes = Encoding.UTF8.GetBytes(raw.ToString());
        return GitCommit.Parse(GitCommit.Identify(bytes, GitOid.Sha1Size), bytes).Value;
    }

    /// <summary>A random history: several roots, parents named twice, parents that are ancestors of each other.</summary>
    public static ListedHistory Random(int seed, int commits, int roots = 3)
    {
        var random = new Random(seed);
        var history = new ListedHistory();
        for (var i = 0; i < commits; i++)
        {
            var parents = i == 0 || (i < roots * 5 && i % 5 == 0) ? 0 : random.Next(3) > 0 ? 1 : random.Next(2, 7);
            // Mostly near the end, so that the history gets long, at times anywhere.
            var picked = Enumerable.Range(0, parents).Select(_ => history.Commits[random.Next(4) == 0 ? random.Next(i) : random.Next(Math.Max(0, i - 6), i)]);
            history.Commit($"{seed}/{i}", [.. picked]);
        }
        return history;
    }

    /// <summary>All commands of the history, in order; every error is a failure of the test.</summary>
    public List<Command> Build(out GitGraphBuilder builder)
    {
        builder = new GitGraphBuilder(Roots);
        var commands = new List<Command> { builder.Init };
        foreach (var commit in Commits)
            Assert.Null(builder.Add(commit, commands));
        return commands;
    }

    public async IAsyncEnumerable<GitCommit> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        foreach (var commit in Commits)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return commit;
            await Task.Yield();
        }
        if (EndsWith is not null)
            throw new SyncException(EndsWith);
    }
}

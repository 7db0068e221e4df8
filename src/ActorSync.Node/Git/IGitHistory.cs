namespace ActorSync.Node.Git;

/// <summary>
/// The commits of one history, as they were when it was opened: an importer learns how many there are and which are
/// roots before it reads the first.
/// </summary>
public interface IGitHistory
{
    /// <summary>Where the history is read from, for people.</summary>
    string Source { get; }

    /// <summary>How many commits <see cref="ReadAsync"/> gives; at least one.</summary>
    int CommitCount { get; }

    /// <summary>
    /// The commits that follow nothing here: those without parents, and in a shallow clone those whose parents were
    /// cut off. Sorted.
    /// </summary>
    IReadOnlyList<GitOid> Roots { get; }

    /// <summary>The commits, parents first; may be asked for again.</summary>
    /// <exception cref="SyncException">The history cannot be read to its end; the error names the commit.</exception>
    IAsyncEnumerable<GitCommit> ReadAsync(CancellationToken cancellation = default);
}

/// <summary>Opens histories, whatever they are kept in.</summary>
public static class GitHistory
{
    /// <summary>Opens a folder as a git repository, or a file as a packaged history.</summary>
    public static async Task<Result<IGitHistory>> OpenAsync(string path, GitReadOptions? options = null, CancellationToken cancellation = default)
    {
        if (File.Exists(path))
            return GitHistoryFile.Open(path, options).TryGet(out var file, out var error) ? file : error;
        var opened = await GitRepository.OpenAsync(path, options, cancellation);
        return opened.TryGet(out var repository, out var why) ? repository : why;
    }
}

/// <summary>Which commits of a repository are read.</summary>
public enum GitScope
{
    /// <summary>The commit that is checked out (HEAD) and all before it: one head, and the same in every full clone.</summary>
    Head,

    /// <summary>
    /// All that any reference reaches, HEAD with them; stashes and notes are left out. Each branch that is not merged is
    /// a head of the graph, and a node merges heads above its limit.
    /// </summary>
    All,
}

/// <summary>How a history is read.</summary>
public sealed record GitReadOptions
{
    public static readonly GitReadOptions Default = new();

    public GitScope Scope { get; init; } = GitScope.Head;

    /// <summary>The git program; null to search the PATH for it.</summary>
    public string? Executable { get; init; }

    /// <summary>Bytes of one commit object: it becomes the payload of one command.</summary>
    public int CommitBytes { get; init; } = Graphs.GraphLimits.Default.CommandPayloadBytes;
}

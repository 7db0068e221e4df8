using System.Security.Cryptography;
using System.Text;
using ActorSync.Graphs;
using ActorSync.Graphs.Index;

namespace ActorSync.Node.Git;

/// <summary>
/// Maps the commits of a history, parents first, to the commands of a graph. The mapping depends on the history alone,
/// so that every node that imports it gets the same graph:
/// <list type="bullet">
/// <item>One init command stands for the beginning. Its payload names the set of root commits, and so the graph is
/// named by its roots: a history that grows keeps its graph, and a later import adds only what is new. When a further
/// root is joined to it (a merge of an unrelated history), or a shallow clone gets another boundary, the history becomes
/// another graph, beside the one it was: what follows the init command is different then, and the two never mix.</item>
/// <item>Each commit is an ordinary command of priority 0 with the raw commit object as payload. A root follows the init
/// command, a commit with one parent that parent's command.</item>
/// <item>A commit with several follows their merge. A parent that is named twice counts once, and a parent that is an
/// ancestor of another is dropped, since a merge joins independent commands only. The others, sorted by id, form a
/// queue: two are taken from the front, merged, and the merge is put at the back, until one is left. Commits that join
/// the same parents share the merge.</item>
/// </list>
/// It keeps about 150 bytes a commit.
/// </summary>
public sealed class GitGraphBuilder
{
    /// <summary>The most different parents a commit may have; each is compared with each other.</summary>
    public const int MaxParents = 1024;

    private readonly HashSet<GitOid> _roots;
    private readonly Dictionary<GitOid, Address> _addresses = [];
    private readonly GraphIndex _index = new();
    private readonly int _commitBytes;

    /// <param name="roots">The root commits of the history.</param>
    /// <param name="commitBytes">The most bytes of a commit object; null for the payload limit of a command.</param>
    public GitGraphBuilder(IReadOnlyCollection<GitOid> roots, int? commitBytes = null)
    {
        _roots = [.. roots];
        _commitBytes = commitBytes ?? GitReadOptions.Default.CommitBytes;
        Init = Command.Init(Describe(_roots));
        _ = _index.Add(Init).Value;
    }

    /// <summary>The init command of the graph: the first to be committed.</summary>
    public Command Init { get; }

    public GraphId Graph => new(Init.Id);

    /// <summary>Commits mapped so far, each to one ordinary command.</summary>
    public int Commits => _addresses.Count;

    /// <summary>Merge commands made so far.</summary>
    public int Merges => _index.Count - 1 - _addresses.Count;

    /// <summary>The address of a commit's command, if the commit has been mapped.</summary>
    public bool TryFind(GitOid commit, out Address address) => _addresses.TryGetValue(commit, out address);

    /// <summary>
    /// Appends to <paramref name="commands"/> what the commit adds to the graph: the merges that are not there yet, then
    /// its own command. The error says why it cannot: it is too large, has too many parents, was mapped before, or its
    /// parents were not.
    /// </summary>
    public SyncError? Add(GitCommit commit, ICollection<Command> commands)
    {
        if (commit.Raw.Length > _commitBytes)
            return GitCommit.TooLarge(commit.Oid, commit.Raw.Length, _commitBytes);
        if (_addresses.ContainsKey(commit.Oid))
            return new SyncError(SyncErrorKind.Duplicate, $"the history gives the commit {commit.Oid} twice");
        if (!Follow(commit, commands).TryGet(out var prior, out var error))
            return error;
        var command = Command.Create(Prior.Single(prior), Priority.Basic(0), commit.Raw.Span);
        _ = _index.Add(command).Value;
        _addresses.Add(commit.Oid, command.Address);
        commands.Add(command);
        return null;
    }

    // Bounded, however many roots there are: a shallow clone of many branches has one for each.
    private static byte[] Describe(HashSet<GitOid> roots)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var root in roots.Order())
            hash.AppendData(Encoding.ASCII.GetBytes($"{root}\n"));
        return Encoding.ASCII.GetBytes($"git history\nroots {roots.Count}\nsha256 {Convert.ToHexStringLower(hash.GetHashAndReset())}\n");
    }

    private Result<Address> Follow(GitCommit commit, ICollection<Command> commands)
    {
        if (_roots.Contains(commit.Oid))
            return Init.Address;
        if (commit.Parents.Count == 0)
            return new SyncError(SyncErrorKind.InvalidCommand, $"the commit {commit.Oid} has no parents and is not among the roots of its history");
        var parents = new List<Address>(commit.Parents.Count);
        foreach (var oid in commit.Parents.Distinct())
        {
            if (!_addresses.TryGetValue(oid, out var parent))
                return new SyncError(SyncErrorKind.MissingPrior, $"the commit {commit.Oid} follows {oid}, which the history does not give before it");
            parents.Add(parent);
        }
        if (parents.Count > MaxParents)
            return new SyncError(SyncErrorKind.LimitExceeded, $"the commit {commit.Oid} has {parents.Count} parents, at most {MaxParents} can be merged");
        return parents.Count == 1 ? parents[0] : Merge(Independent(parents), commands);
    }

    // An ancestor has a lower max cut, so that a parent can only come before one that was kept already.
    private List<Address> Independent(List<Address> parents)
    {
        var kept = new List<Address>(parents.Count);
        foreach (var parent in parents.OrderByDescending(parent => parent.MaxCut))
        {
            if (!kept.Exists(other => _index.IsAncestor(parent.Id, other.Id)))
                kept.Add(parent);
        }
        return kept;
    }

    private Address Merge(List<Address> parents, ICollection<Command> commands)
    {
        var queue = new Queue<Address>(parents.OrderBy(parent => parent.Id));
        while (queue.Count > 1)
        {
            var merge = Command.Merge(queue.Dequeue(), queue.Dequeue());
            if (_index.Add(merge).TryGet(out _, out var error))
                commands.Add(merge);
            else if (error.Kind != SyncErrorKind.Duplicate)
                throw new SyncException(error);
            queue.Enqueue(merge.Address);
        }
        return queue.Dequeue();
    }
}

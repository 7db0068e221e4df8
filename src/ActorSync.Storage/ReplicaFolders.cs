using System.Globalization;

namespace ActorSync.Storage;

/// <summary>
/// The folders of a node's replicas of one kind: a root, and in it one folder per replica. One is made beside its place
/// ("….new"), removed beside it ("….gone") and, being damaged, kept beside it ("….damaged"): a rename is what makes it be
/// there or not.
/// </summary>
/// <param name="files">The file layer.</param>
/// <param name="folder">The store's folder.</param>
/// <param name="root">The name of the root.</param>
internal sealed class ReplicaFolders(IFileSystem files, string folder, string root)
{
    private const string Unmade = ".new";
    private const string Removed = ".gone";
    private const string Damaged = ".damaged";
    private const string Unwanted = ".removed";

    public string Root { get; } = Path.Combine(folder, root);

    /// <summary>All names in the root: of replicas and of what stands beside them.</summary>
    public IReadOnlyList<string> Names => files.List(Root);

    public string PathOf(string name) => Path.Combine(Root, name);

    public string NewPathOf(string name) => PathOf(name) + Unmade;

    /// <summary>Makes the root, and deletes what was left half made or half removed.</summary>
    public void Open()
    {
        if (!files.FolderExists(Root))
        {
            files.CreateFolder(Root);
            files.FlushFolder(folder);
        }
        foreach (var name in Names)
        {
            if (name.EndsWith(Unmade, StringComparison.Ordinal) || name.EndsWith(Removed, StringComparison.Ordinal))
                files.DeleteFolder(PathOf(name));
        }
    }

    /// <summary>An empty folder to make the replica in.</summary>
    public void Begin(string name)
    {
        DeleteIfThere(NewPathOf(name));
        files.CreateFolder(NewPathOf(name));
    }

    /// <summary>Puts what was made in its place; durable when it returns.</summary>
    public void Finish(string name)
    {
        files.FlushFolder(NewPathOf(name));
        files.Rename(NewPathOf(name), PathOf(name));
        try
        {
            files.FlushFolder(Root);
        }
        catch
        {
            files.Rename(PathOf(name), NewPathOf(name));
            throw;
        }
    }

    /// <summary>Keeps a damaged replica under another name, free so far; gives where that is.</summary>
    public string SetAside(string name)
    {
        var aside = FreePathOf(name, Damaged);
        files.Rename(PathOf(name), aside);
        return aside;
    }

    /// <summary>Replicas that are set aside and have nothing in their place: a repair was cut short, or could keep nothing.</summary>
    public IReadOnlyDictionary<string, string> SetAsideOnly()
    {
        var aside = new Dictionary<string, string>();
        foreach (var entry in Names)
        {
            var dot = entry.IndexOf(Damaged, StringComparison.Ordinal);
            if (dot > 0 && entry[..dot] is var name && !files.FolderExists(PathOf(name)) && SetAsideOf(name) is [.., var newest])
                aside[name] = newest;
        }
        return aside;
    }

    /// <summary>All folders that were set aside of a replica, the oldest first.</summary>
    public IReadOnlyList<string> SetAsideOf(string name) =>
        [.. Names.Where(entry => NumberOf(entry, name) > 0).OrderBy(entry => NumberOf(entry, name)).Select(PathOf)];

    // "….damaged" is the first, "….damaged-2" the second; 0 is none.
    private static int NumberOf(string entry, string name)
    {
        if (!entry.StartsWith(name + Damaged, StringComparison.Ordinal))
            return 0;
        var rest = entry.AsSpan(name.Length + Damaged.Length);
        if (rest.IsEmpty)
            return 1;
        return rest[0] == '-' && int.TryParse(rest[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    /// <summary>Deletes what was begun; durable with the other changes of the root when it returns.</summary>
    public void Abandon(string name)
    {
        DeleteIfThere(NewPathOf(name));
        files.FlushFolder(Root);
    }

    /// <summary>
    /// Takes a replica out of its place and then deletes it; says so in between, when it is gone durably. What was set aside
    /// of it stays, under a name that no repair looks for.
    /// </summary>
    public void Remove(string name, Action gone)
    {
        foreach (var aside in Names.Where(other => other.StartsWith(name + Damaged, StringComparison.Ordinal)))
            files.Rename(PathOf(aside), FreePathOf(name, Unwanted));
        var path = PathOf(name) + Removed;
        DeleteIfThere(path);
        if (files.FolderExists(PathOf(name)))
            files.Rename(PathOf(name), path);
        files.FlushFolder(Root);
        gone();
        DeleteIfThere(path);
    }

    /// <summary>Takes a replica out of its place and deletes it; what was set aside of it stays as it is.</summary>
    public void Drop(string name)
    {
        var path = PathOf(name) + Removed;
        DeleteIfThere(path);
        files.Rename(PathOf(name), path);
        files.FlushFolder(Root);
        DeleteIfThere(path);
    }

    private string FreePathOf(string name, string ending)
    {
        var path = PathOf(name) + ending;
        for (var number = 2; files.FolderExists(path); number++)
            path = $"{PathOf(name)}{ending}-{number}";
        return path;
    }

    private void DeleteIfThere(string path)
    {
        if (files.FolderExists(path))
            files.DeleteFolder(path);
    }
}

using System.Globalization;

namespace ActorSync.Storage;

/// <summary>
/// The folders of a node's replicas of one kind: a root, and in it one folder per replica. One is made beside its place
/// ("….new"), removed beside it ("….gone") and, being damaged, kept beside it ("….damaged"): a rename is what makes it be
/// there or not. The catalog says which must be there: it names a replica after that rename when it is made, and no more
/// after that rename when it is removed, while "….gone" says why the place is empty.
/// </summary>
/// <param name="files">The file layer.</param>
/// <param name="folder">The store's folder.</param>
/// <param name="root">The name of the root.</param>
/// <param name="kind">What the replicas are.</param>
/// <param name="catalog">Names them.</param>
internal sealed class ReplicaFolders(IFileSystem files, string folder, string root, LogKind kind, StoreCatalog catalog)
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

    /// <summary>
    /// Names of the replicas that the catalog has and whose place is empty, those included that a repair waits for; but not
    /// those that are being removed.
    /// </summary>
    public IReadOnlyList<string> Missing => [.. catalog.Entries.Where(entry => entry.Kind == kind
        && !files.FolderExists(PathOf(entry.Name)) && !files.FolderExists(PathOf(entry.Name) + Removed)).Select(entry => entry.Name)];

    /// <summary>Takes those that are missing out of the catalog; its next write says so.</summary>
    public void ForgetMissing()
    {
        foreach (var name in Missing)
            catalog.Remove(kind, name);
    }

    /// <summary>What the catalog says of a replica.</summary>
    public CatalogEntry? EntryOf(string name) => catalog.Find(kind, name);

    /// <summary>Makes the root.</summary>
    public void Open()
    {
        if (files.FolderExists(Root))
            return;
        files.CreateFolder(Root);
        files.FlushFolder(folder);
    }

    /// <summary>
    /// Deletes what was left half made or half removed, and brings the catalog in step with it: a replica that is there is
    /// in it, one that was being removed is not.
    /// </summary>
    /// <param name="isName">Which names are those of replicas.</param>
    public void Settle(Func<string, bool> isName)
    {
        foreach (var name in Names)
        {
            if (name.EndsWith(Unmade, StringComparison.Ordinal))
                files.DeleteFolder(PathOf(name));
            else if (name.EndsWith(Removed, StringComparison.Ordinal))
                Forget(name[..^Removed.Length]);
            else if (isName(name) && EntryOf(name) is not { Loss: KnownLoss.None })
                catalog.Put(EntryOf(name) is { } known ? known with { Loss = KnownLoss.None } : new CatalogEntry(kind, name, KnownLoss.None, default));
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
        var before = EntryOf(name);
        try
        {
            files.FlushFolder(Root);
            catalog.Note(kind, name, default);
            catalog.Write();
        }
        catch
        {
            TakeBack(name, before);
            throw;
        }
    }

    // The catalog that names it may be on the disk by now: it is removed like any other. What fails here leaves it where it
    // is, and it is there at the next start.
    private void TakeBack(string name, CatalogEntry? before)
    {
        try
        {
            Drop(name);
        }
        catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
        {
        }
        if (before is not null)
            catalog.Put(before);
    }

    /// <summary>Whether something lies in the place of a replica.</summary>
    public bool IsThere(string name) => files.FolderExists(PathOf(name));

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

    /// <summary>Deletes what was begun, and keeps the place for what peers send; durable with the other changes of the root when it returns.</summary>
    public void Abandon(string name)
    {
        DeleteIfThere(NewPathOf(name));
        files.FlushFolder(Root);
        Await(name);
    }

    /// <summary>Says that a replica is lost, and keeps its place for what peers send; durable when it returns.</summary>
    public void Await(string name)
    {
        catalog.Put(new CatalogEntry(kind, name, KnownLoss.Told | KnownLoss.Awaited, default));
        catalog.Write();
    }

    /// <summary>Keeps what was set aside of a replica under a name that no repair looks for.</summary>
    public void GiveUp(string name)
    {
        foreach (var aside in Names.Where(other => other.StartsWith(name + Damaged, StringComparison.Ordinal)))
            files.Rename(PathOf(aside), FreePathOf(name, Unwanted));
    }

    /// <summary>
    /// Takes a replica out of its place and then deletes it; says so in between, when it is gone durably. What was set aside
    /// of it stays, under a name that no repair looks for.
    /// </summary>
    public void Remove(string name, Action gone)
    {
        GiveUp(name);
        TakeOut(name);
        gone();
        Forget(name);
    }

    /// <summary>Takes a replica out of its place and deletes it; what was set aside of it stays as it is.</summary>
    public void Drop(string name)
    {
        TakeOut(name);
        Forget(name);
    }

    private void TakeOut(string name)
    {
        var path = PathOf(name) + Removed;
        DeleteIfThere(path);
        if (files.FolderExists(PathOf(name)))
            files.Rename(PathOf(name), path);
        files.FlushFolder(Root);
    }

    // On a full disk the files of the replica are the room that the catalog needs; that its folder is there says until then
    // why the place is empty.
    private void Forget(string name)
    {
        var (path, entry) = (PathOf(name) + Removed, EntryOf(name));
        if (entry is not null && !files.FolderExists(PathOf(name)))
        {
            catalog.Remove(kind, name);
            if (!catalog.TryWrite())
            {
                foreach (var file in files.List(path))
                    StoreErrors.DeleteUseless(files, Path.Combine(path, file));
                if (!catalog.TryWrite() && files.FolderExists(path))
                    return;
                catalog.Write();
            }
        }
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

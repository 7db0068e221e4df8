namespace ActorSync.Storage;

/// <summary>Whether a folder is a store.</summary>
public static class StoreFolder
{
    /// <summary>
    /// Whether there is anything of a store in the folder: the file that says who the node is, the catalog, a graph or a
    /// state. A store that has lost some of these is a damaged one, and no empty folder.
    /// </summary>
    public static bool HoldsStore(string folder, IFileSystem? files = null)
    {
        files ??= LocalFileSystem.Instance;
        return files.FileExists(Path.Combine(folder, NodeFile.Name)) || HoldsMore(folder, files);
    }

    /// <summary>Whether there is anything but who the node is.</summary>
    internal static bool HoldsMore(string folder, IFileSystem files) =>
        // An empty catalog is what a crash leaves of a store that was being made.
        StoreCatalog.Read(files, folder, mayLack: true) is { Damage: not null } or { Entries.Count: > 0 }
        || files.List(Path.Combine(folder, GraphFolders.RootName)).Count > 0
        || files.List(Path.Combine(folder, StateFolders.RootName)).Count > 0;
}

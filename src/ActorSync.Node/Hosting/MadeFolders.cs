namespace ActorSync.Node.Hosting;

/// <summary>
/// The folders that a start makes on the way to its data folder, and what it makes in one that was there and empty. When
/// the start fails all of it is taken away again: a node that cannot be leaves nothing behind.
/// </summary>
internal sealed class MadeFolders
{
    private readonly string? _topmost;
    private readonly string? _emptyFolder;

    /// <summary>To be made before anything else is: notes what is not there yet.</summary>
    public MadeFolders(string folder)
    {
        for (var path = folder; path is not null && !Directory.Exists(path); path = Path.GetDirectoryName(path))
            _topmost = path;
        if (_topmost is null && !Directory.EnumerateFileSystemEntries(folder).Any())
            _emptyFolder = folder;
    }

    /// <summary>
    /// Takes away what was not there, unless the error says that somebody else made use of it meanwhile (StoreLocked), or
    /// names the node that was drawn for it (NotAllowed): a certificate is to be issued for that one.
    /// </summary>
    public void TakeAway(SyncError why)
    {
        if (why.Kind is SyncErrorKind.StoreLocked or SyncErrorKind.NotAllowed)
            return;
        try
        {
            if (_topmost is not null)
                Directory.Delete(_topmost, recursive: true);
            if (_emptyFolder is null)
                return;
            foreach (var folder in Directory.GetDirectories(_emptyFolder))
                Directory.Delete(folder, recursive: true);
            foreach (var file in Directory.GetFiles(_emptyFolder))
                File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Where nothing could be made, nothing can be taken away.
        }
    }
}

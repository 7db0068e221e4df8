namespace ActorSync.Node.Hosting;

/// <summary>
/// The folders that a start makes on the way to its data folder. When the start fails they are taken away again with
/// what is in them: a node that cannot be leaves nothing behind.
/// </summary>
internal sealed class MadeFolders
{
    private readonly string? _topmost;

    /// <summary>To be made before anything else is: notes what is not there yet.</summary>
    public MadeFolders(string folder)
    {
        for (var path = folder; path is not null && !Directory.Exists(path); path = Path.GetDirectoryName(path))
            _topmost = path;
    }

    /// <summary>Takes away what was not there, unless the error says that somebody else made use of it meanwhile.</summary>
    public void TakeAway(SyncError why)
    {
        if (why.Kind == SyncErrorKind.StoreLocked || _topmost is null)
            return;
        try
        {
            Directory.Delete(_topmost, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Where nothing could be made, nothing can be taken away.
        }
    }
}

using System.Text;
using ActorSync.States;
using ActorSync.States.Stores;

namespace ActorSync.Storage;

/// <summary>The states of a node: "states/", and in it one folder per state, named by the bytes of its name in hexadecimal.</summary>
internal sealed class StateFolders(IFileSystem files, string folder)
{
    private readonly Dictionary<StateName, StateLog> _open = [];

    private string Root => Path.Combine(folder, "states");

    /// <summary>The states that <see cref="Find"/> found.</summary>
    public IReadOnlyList<StateName> Found { get; private set; } = [];

    /// <summary>Looks which states there are; a folder that is named otherwise is none of them.</summary>
    public void Find() => Found = [.. files.List(Root).Select(NameOf).OfType<StateName>().OrderBy(name => name.Value, StringComparer.Ordinal)];

    /// <summary>Opens a state, or makes it.</summary>
    /// <param name="name">The state.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="options">How its log works; the folder is set here.</param>
    public async Task<Result<OpenedState>> OpenAsync(StateName name, StateSettings settings, LogOptions options)
    {
        if (_open.TryGetValue(name, out var open))
        {
            if (!open.IsClosing)
                return new SyncError(SyncErrorKind.InvalidRequest, $"the state \"{name}\" is open already; it has one writer");
            await open.Closed.ConfigureAwait(false);
        }
        var path = PathOf(name);
        Make(Root, folder);
        Make(path, Root);
        var opened = await Task.Run(() => StateLog.Open(options with { Folder = path }, name, settings)).ConfigureAwait(false);
        if (opened.TryGet(out var state, out _))
            _open[name] = (StateLog)state.Store;
        return opened;
    }

    /// <summary>
    /// Closes those that are open. Whether all of them are on the disk. One that never held anything leaves nothing behind:
    /// it was asked for by a name that somebody mistyped, or is made again.
    /// </summary>
    public async Task<bool> CloseAsync()
    {
        var flushed = true;
        foreach (var log in _open.Values)
        {
            await log.DisposeAsync().ConfigureAwait(false);
            flushed &= await log.Closed.ConfigureAwait(false);
            if (log.IsUntouched)
                Remove(PathOf(log.Name));
        }
        return flushed;
    }

    private string PathOf(StateName name) => Path.Combine(Root, Convert.ToHexStringLower(Encoding.UTF8.GetBytes(name.Value)));

    private static StateName? NameOf(string folder)
    {
        if (folder.Length % 2 != 0 || folder.Any(c => !char.IsAsciiHexDigitLower(c)))
            return null;
        var name = Encoding.UTF8.GetString(Convert.FromHexString(folder));
        return StateName.IsName(name) ? new StateName(name) : null;
    }

    // What cannot be removed stays, and is a state without entries.
    private void Remove(string path)
    {
        try
        {
            files.DeleteFolder(path);
            files.FlushFolder(Root);
        }
        catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
        {
        }
    }

    private void Make(string path, string parent)
    {
        if (files.FolderExists(path))
            return;
        files.CreateFolder(path);
        files.FlushFolder(parent);
    }
}

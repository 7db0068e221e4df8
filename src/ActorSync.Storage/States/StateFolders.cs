using System.Text;
using ActorSync.States;
using ActorSync.States.Stores;

namespace ActorSync.Storage;

/// <summary>The states of a node: "states/", and in it one folder per state, named by the bytes of its name in hexadecimal.</summary>
internal sealed class StateFolders(IFileSystem files, string folder, StoreCatalog catalog)
{
    public const string RootName = "states";

    private readonly ReplicaFolders _folders = new(files, folder, RootName, LogKind.State, catalog);
    private readonly Dictionary<StateName, StateLog> _open = [];
    private readonly HashSet<StateName> _made = [];

    public string PathOf(StateName name) => _folders.PathOf(NameOf(name));

    public string NewPathOf(StateName name) => _folders.NewPathOf(NameOf(name));

    /// <summary>The states that are there, sorted by name.</summary>
    public IReadOnlyList<StateName> List()
    {
        var states = new List<StateName>();
        foreach (var text in _folders.Names)
        {
            if (IsName(text, out var name))
                states.Add(name);
        }
        states.Sort((x, y) => string.CompareOrdinal(x.Value, y.Value));
        return states;
    }

    /// <summary>The states that <see cref="Find"/> found.</summary>
    public IReadOnlyList<StateName> Found { get; private set; } = [];

    /// <summary>Looks which states there are; a folder that is named otherwise is none of them.</summary>
    public void Find() => Found = List();

    /// <summary>See <see cref="ReplicaFolders.Open"/>.</summary>
    public void Open() => _folders.Open();

    /// <summary>See <see cref="ReplicaFolders.Settle"/>.</summary>
    public void Settle() => _folders.Settle(name => IsName(name, out _));

    /// <summary>See <see cref="ReplicaFolders.Missing"/>.</summary>
    public IReadOnlyList<StateName> Missing =>
        [.. _folders.Missing.Select(text => IsName(text, out var name) ? name : default).Where(name => name != default)];

    /// <summary>See <see cref="ReplicaFolders.ForgetMissing"/>.</summary>
    public void ForgetMissing() => _folders.ForgetMissing();

    /// <summary>See <see cref="ReplicaFolders.EntryOf"/>.</summary>
    public CatalogEntry? EntryOf(StateName name) => _folders.EntryOf(NameOf(name));

    /// <summary>See <see cref="ReplicaFolders.GiveUp"/>.</summary>
    public void GiveUp(StateName name) => _folders.GiveUp(NameOf(name));

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
        if (EntryOf(name) is not null && !files.FolderExists(PathOf(name)))
            return StoreErrors.Missing(PathOf(name), $"the state \"{name}\"");
        if (!files.FolderExists(PathOf(name)) && await MakeAsync(name, options).ConfigureAwait(false) is { } error)
            return error;
        var opened = await Task.Run(() => StateLog.Open(options with { Folder = PathOf(name) }, name, settings)).ConfigureAwait(false);
        if (opened.TryGet(out var state, out _))
            _open[name] = (StateLog)state.Store;
        return opened;
    }

    /// <summary>
    /// Closes those that are open. Whether all of them are on the disk. One that was made in this run and never held
    /// anything leaves nothing behind: it was asked for by a name that somebody mistyped, or is made again.
    /// </summary>
    public async Task<bool> CloseAsync()
    {
        var flushed = true;
        foreach (var log in _open.Values)
        {
            await log.DisposeAsync().ConfigureAwait(false);
            flushed &= await log.Closed.ConfigureAwait(false);
            if (log.IsUntouched && _made.Contains(log.Name))
                Remove(log.Name);
            else
                catalog.Note(LogKind.State, NameOf(log.Name), log.End);
        }
        return flushed;
    }

    /// <summary>An empty folder to make the state in.</summary>
    public void Begin(StateName name) => _folders.Begin(NameOf(name));

    /// <summary>Puts what was made in its place; durable when it returns.</summary>
    public void Finish(StateName name) => _folders.Finish(NameOf(name));

    /// <summary>See <see cref="ReplicaFolders.SetAside"/>.</summary>
    public string SetAside(StateName name) => _folders.SetAside(NameOf(name));

    /// <summary>See <see cref="ReplicaFolders.SetAsideOnly"/>.</summary>
    public IReadOnlyDictionary<StateName, string> SetAsideOnly()
    {
        var aside = new Dictionary<StateName, string>();
        foreach (var (text, path) in _folders.SetAsideOnly())
        {
            if (IsName(text, out var name))
                aside[name] = path;
        }
        return aside;
    }

    private static string NameOf(StateName name) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(name.Value));

    private static bool IsName(string folder, out StateName name)
    {
        name = default;
        var bytes = new byte[folder.Length / 2];
        if (Convert.FromHexString(folder, bytes, out _, out var count) != System.Buffers.OperationStatus.Done)
            return false;
        var text = Encoding.UTF8.GetString(bytes.AsSpan(0, count));
        if (!StateName.IsName(text))
            return false;
        name = new StateName(text);
        return NameOf(name) == folder;
    }

    // What cannot be removed stays, and is a state without entries.
    private void Remove(StateName name)
    {
        try
        {
            _folders.Drop(NameOf(name));
        }
        catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
        {
        }
    }

    // A folder that is there has a log with a header: one that has none has lost it.
    private async Task<SyncError?> MakeAsync(StateName name, LogOptions options)
    {
        _folders.Open();
        Begin(name);
        if (await StateLog.CreateAsync(options with { Folder = NewPathOf(name) }).ConfigureAwait(false) is { } error)
            return error;
        Finish(name);
        _made.Add(name);
        return null;
    }
}

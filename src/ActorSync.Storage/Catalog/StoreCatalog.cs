namespace ActorSync.Storage;

/// <summary>What is known of the loss of a replica's folder.</summary>
[Flags]
internal enum KnownLoss : byte
{
    /// <summary>Nothing: it is there.</summary>
    None = 0,

    /// <summary>It is missing, and the node has drawn a new instance id for that.</summary>
    Told = 1,

    /// <summary>It is missing, a repair has said so, and what peers send takes its place.</summary>
    Awaited = 2,
}

/// <summary>A graph or a state that the store holds.</summary>
/// <param name="Kind">Graph or state.</param>
/// <param name="Name">The name of its folder.</param>
/// <param name="Loss">Whether its folder is missing.</param>
/// <param name="End">Where its log ended when that was last known to be on the disk.</param>
internal sealed record CatalogEntry(LogKind Kind, string Name, KnownLoss Loss, LogEnd End);

/// <summary>
/// The file "catalog": which graphs and states the store holds, so that one whose folder is gone is missed. A replica is in
/// it from the moment that making it is acknowledged until the moment that dropping it is begun to be final; where its log
/// ends is noted when the store is closed, so that one that was put back from an older copy is noticed, too. It is replaced
/// as a whole. Used by one thread at a time.
/// </summary>
internal sealed class StoreCatalog
{
    public const string Name = "catalog";

    private const string NewName = "catalog.new";

    private readonly IFileSystem _files;
    private readonly string _folder;
    private readonly SortedDictionary<(LogKind Kind, string Name), CatalogEntry> _entries = new(Comparer<(LogKind Kind, string Name)>.Create(
        (one, other) => one.Kind != other.Kind ? one.Kind.CompareTo(other.Kind) : string.CompareOrdinal(one.Name, other.Name)));
    private bool _isWritten;

    private StoreCatalog(IFileSystem files, string folder)
    {
        _files = files;
        _folder = folder;
    }

    public string FilePath => Path.Combine(_folder, Name);

    /// <summary>What is wrong with the file: what stands here are no more than the folders that are there; or null.</summary>
    public SyncError? Damage { get; private set; }

    /// <summary>Whether an earlier catalog was lost, so that replicas may be missing of which nothing is known.</summary>
    public bool IsPartial { get; private set; }

    public IReadOnlyCollection<CatalogEntry> Entries => _entries.Values;

    /// <summary>Reads the catalog.</summary>
    /// <param name="files">The file layer.</param>
    /// <param name="folder">The store's folder.</param>
    /// <param name="mayLack">Whether it may not be there: in a store that is new, or was made by an earlier version.</param>
    public static StoreCatalog Read(IFileSystem files, string folder, bool mayLack)
    {
        var catalog = new StoreCatalog(files, folder);
        if (catalog.ReadFile(mayLack) is { } why)
        {
            catalog.Damage = new SyncError(SyncErrorKind.StoreDamaged,
                $"{catalog.FilePath} cannot be used: {why}; which graphs and states were here beside those that are is not known: see whether any is missed, poll it from a peer, and accept that with actorsync store repair --accept");
            catalog.IsPartial = true;
            catalog._entries.Clear();
        }
        return catalog;
    }

    public CatalogEntry? Find(LogKind kind, string name) => _entries.GetValueOrDefault((kind, name));

    /// <summary>Takes an entry in, in place of the one of that name; written by <see cref="Write"/>.</summary>
    public void Put(CatalogEntry entry)
    {
        if (Find(entry.Kind, entry.Name) == entry)
            return;
        _entries[(entry.Kind, entry.Name)] = entry;
        _isWritten = false;
    }

    /// <summary>Notes where a log ends on the disk.</summary>
    public void Note(LogKind kind, string name, LogEnd end) => Put(new CatalogEntry(kind, name, KnownLoss.None, end));

    public void Remove(LogKind kind, string name)
    {
        if (_entries.Remove((kind, name)))
            _isWritten = false;
    }

    /// <summary>What an earlier catalog named is given up, and where logs ended.</summary>
    public void Accept()
    {
        foreach (var entry in Entries.ToList())
            Put(entry with { End = default });
        _isWritten &= !IsPartial;
        IsPartial = false;
    }

    /// <summary>Puts the file in place of the one that is there, if anything has changed; durable when it returns.</summary>
    public void Write()
    {
        if (_isWritten)
            return;
        var temporary = Path.Combine(_folder, NewName);
        try
        {
            using (var file = _files.Create(temporary))
            {
                file.Write(0, CatalogFormat.Encode(IsPartial, _entries.Values));
                file.Flush();
            }
            _files.Rename(temporary, FilePath);
        }
        catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
        {
            StoreErrors.DeleteUseless(_files, temporary);
            throw;
        }
        _files.FlushFolder(_folder);
        _isWritten = true;
    }

    /// <summary>Writes it if that can be; else the next write does, and this says that it is due.</summary>
    public bool TryWrite()
    {
        try
        {
            Write();
            return true;
        }
        catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
        {
            return false;
        }
    }

    private string? ReadFile(bool mayLack)
    {
        if (!_files.FileExists(FilePath))
            return mayLack ? null : "it is missing";
        using var file = _files.Open(FilePath, write: false);
        var bytes = new byte[file.Length];
        var entries = new List<CatalogEntry>();
        if (CatalogFormat.Read(bytes.AsSpan(0, file.Read(0, bytes)), entries, out var isPartial) is { } why)
            return why;
        foreach (var entry in entries)
            _entries[(entry.Kind, entry.Name)] = entry;
        (IsPartial, _isWritten) = (isPartial, true);
        return null;
    }
}

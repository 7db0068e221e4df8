using ActorSync.Graphs;

namespace ActorSync.Storage;

/// <summary>
/// The steps from a folder to an open store. The order is what makes it safe: the lock first; then what is lost is found and
/// noted; then it is settled which incarnation this is, and written down; only then is anything cut, so that a crash in
/// between cannot hide the loss. None of these steps needs room on the disk, unless something is lost.
/// </summary>
internal sealed class StoreOpening(StoreSettings settings, IFileSystem files, TimeProvider time)
{
    private OpenEnds _ends = null!;

    public StoreSettings Settings => settings;

    public IFileSystem Files => files;

    public TimeProvider Time => time;

    public StoreCatalog Catalog { get; private set; } = null!;

    public GraphFolders Folders { get; private set; } = null!;

    public StateFolders States { get; private set; } = null!;

    public IReadOnlyList<GraphId> Graphs { get; private set; } = [];

    /// <summary>Where the log of each graph ends that is not damaged there.</summary>
    public Dictionary<GraphId, LogEnd> Ends => _ends.OfGraphs;

    public IDisposable? Lock { get; private set; }

    public WriterPool? Writers { get; private set; }

    public NodeFile? Identity { get; private set; }

    public PeerKnowledgeLog? Knowledge { get; private set; }

    /// <summary>
    /// Whether every log ends with its mark. One to which none could be written, on a full disk, keeps the store from being
    /// marked as closed.
    /// </summary>
    public bool IsSealed { get; private set; } = true;

    public StoreRecovery Recovery { get; private set; } = new(false, false, 0, 0, false, false, 0);

    /// <summary>Takes the steps; when one fails, those before it are taken back and the error says why.</summary>
    public SyncError? Run()
    {
        var error = Try();
        if (error is not null)
        {
            Writers?.Dispose();
            Lock?.Dispose();
        }
        return error;
    }

    private SyncError? Try()
    {
        try
        {
            CreateFolder(Path.GetFullPath(settings.Folder));
            Lock = files.TryLock(Path.Combine(settings.Folder, "lock"), out var holder);
            if (Lock is null)
                return new SyncError(SyncErrorKind.StoreLocked, $"the store in {settings.Folder} is held by {holder}; stop that one, or use another folder");
            if (Identify() is { } error)
                return error;
            IsSealed = _ends.Seal();
            States.Find();
            Writers = new WriterPool(settings.WriterThreads);
            return OpenKnowledge();
        }
        catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
        {
            return StoreErrors.Failed("opening the store in", settings.Folder, failure);
        }
    }

    // A name is on the disk when the folder that it is in is flushed, all the way up to what was there before.
    private void CreateFolder(string path)
    {
        if (files.FolderExists(path))
            return;
        var parent = Path.GetDirectoryName(path);
        if (parent is not null)
            CreateFolder(parent);
        files.CreateFolder(path);
        if (parent is not null)
            files.FlushFolder(parent);
    }

    private SyncError? Identify()
    {
        if (!NodeFile.Read(files, settings.Folder).TryGet(out var last, out var error))
            return error;
        if (last is null && StoreFolder.HoldsMore(settings.Folder, files))
            return new SyncError(SyncErrorKind.StoreDamaged, $"{Path.Combine(settings.Folder, NodeFile.Name)} is missing; {StoreErrors.NodeAdvice}; or begin with an empty folder");
        FindReplicas(last);
        var wasUnclean = last is not null && last.State != RunState.Closed;
        _ends = new OpenEnds(files, Catalog, Folders, States, wasUnclean);
        _ends.Find();
        var newlyMissing = Catalog.Entries.Any(IsNewlyMissing);
        // Of two slots one was not intact: what it said may have been that the instance is another one.
        var isNewInstance = last is null or { IsHalf: true } || _ends.LostGraphs > 0 || newlyMissing || last.State == RunState.RunningUnflushed;
        Identity = new NodeFile(
            last?.Node ?? NodeFile.DrawNode(),
            isNewInstance ? NodeFile.DrawInstance() : last!.Instance,
            settings.Fsync == FsyncMode.Always ? RunState.RunningFlushed : RunState.RunningUnflushed)
        { Sequence = last?.Sequence ?? 0 };
        // A store that is new is there with its node file; one of an earlier version gets its catalog before that says so.
        Folders.Open();
        if (last is null or { IsFirstVersion: true })
            Catalog.Write();
        Identity = Identity.Write(files, settings.Folder);
        foreach (var entry in Catalog.Entries.Where(IsNewlyMissing).ToList())
            Catalog.Put(entry with { Loss = KnownLoss.Told });
        _ = Catalog.TryWrite();
        Recovery = new StoreRecovery(last is null, wasUnclean, _ends.LostGraphs, _ends.TornBytes, isNewInstance, false, _ends.Losses)
        {
            StrayBytes = _ends.StrayBytes,
            Missing = Words(),
            LostCatalog = Catalog.IsPartial,
        };
        return null;
    }

    private void FindReplicas(NodeFile? last)
    {
        Catalog = StoreCatalog.Read(files, settings.Folder, mayLack: last is null or { IsFirstVersion: true });
        Folders = new GraphFolders(files, settings.Folder, Catalog);
        States = new StateFolders(files, settings.Folder, Catalog);
        Folders.Settle();
        States.Settle();
        // One that is missing is damaged; one of which a repair has said so is what a peer may send.
        Graphs = [.. Folders.List().Concat(Folders.Missing.Where(graph => !Folders.EntryOf(graph)!.Loss.HasFlag(KnownLoss.Awaited))).OrderBy(graph => graph.Init)];
        // On a full disk this may be the room that the rest needs.
        foreach (var graph in Graphs)
            FactFile.Clean(files, Folders.PathOf(graph));
    }

    private bool IsNewlyMissing(CatalogEntry entry) => entry is { Kind: LogKind.Graph, Loss: KnownLoss.None } && !files.FolderExists(Path.Combine(Folders.Root, entry.Name));

    private IReadOnlyList<string> Words()
    {
        List<string> words = [.. Folders.Missing.Select(graph => $"graph {graph}"), .. States.Missing.Select(state => $"state {state}")];
        return words.Count > 0 ? words : Array.Empty<string>();
    }

    private SyncError? OpenKnowledge()
    {
        var options = new LogOptions
        {
            Files = files,
            Writers = Writers!,
            Time = time,
            Folder = Path.Combine(settings.Folder, "peers"),
            Kind = LogKind.PeerKnowledge,
            IsReplaceable = true,
            MayBegin = true,
            Fsync = FsyncMode.Never,
        };
        files.CreateFolder(options.Folder);
        var opened = PeerKnowledgeLog.Open(options, settings);
        if (opened.Error is { Kind: SyncErrorKind.StoreDamaged })
        {
            files.DeleteFolder(options.Folder);
            files.CreateFolder(options.Folder);
            opened = PeerKnowledgeLog.Open(options, settings);
            Recovery = Recovery with { LostPeerKnowledge = true };
        }
        if (opened.TryGet(out var knowledge, out var error))
            Knowledge = knowledge;
        return error;
    }
}

using ActorSync.Graphs;

namespace ActorSync.Storage;

/// <summary>
/// The steps from a folder to an open store. The order is what makes it safe: the lock first; then it is settled which
/// incarnation this is and written down; only then is anything cut, so that a crash in between cannot hide the loss.
/// </summary>
internal sealed class StoreOpening(StoreSettings settings, IFileSystem files, TimeProvider time)
{
    private readonly List<(LogOptions Log, LogFound Found)> _open = [];
    private readonly List<(LogOptions Log, LogFound Found)> _openStates = [];
    private int _lostLogs;

    public StoreSettings Settings => settings;

    public IFileSystem Files => files;

    public TimeProvider Time => time;

    public GraphFolders Folders { get; } = new(files, settings.Folder);

    public StateFolders States { get; } = new(files, settings.Folder);

    public IReadOnlyList<GraphId> Graphs { get; private set; } = [];

    /// <summary>Where the log of each graph ends that is not damaged there: newest file and its bytes.</summary>
    public Dictionary<GraphId, (uint Segment, long Length)> Ends { get; } = [];

    public IDisposable? Lock { get; private set; }

    public WriterPool? Writers { get; private set; }

    public NodeFile? Identity { get; private set; }

    public PeerKnowledgeLog? Knowledge { get; private set; }

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
            foreach (var (log, found) in _open.Concat(_openStates))
            {
                if (LogOpening.Seal(log, found) is { } failure)
                    return failure;
            }
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
        if (last is null && !Folders.IsEmpty)
            return new SyncError(SyncErrorKind.StoreDamaged, $"{settings.Folder} holds graphs and no file \"{NodeFile.Name}\"; bring it back from a copy, or begin with an empty folder");
        Graphs = last is null ? [] : Folders.Open();
        // On a full disk this may be the room that the rest needs.
        foreach (var graph in Graphs)
            FactFile.Clean(files, Folders.PathOf(graph));
        FindEnds();
        var wasUnclean = last is not null && last.State != RunState.Closed;
        var torn = _open.Sum(log => log.Found.TornBytes);
        // A run that ended cleanly left a closing mark in every log: one that lacks it has lost its end since.
        var lost = _open.Count(log => log.Found.TornBytes > 0 || !wasUnclean);
        var lostEnds = wasUnclean ? 0 : _lostLogs + _open.Concat(_openStates).Count(log => !log.Found.Closed);
        var isNewInstance = last is null || lost > 0 || last.State == RunState.RunningUnflushed;
        Identity = new NodeFile(
            last?.Node ?? NodeFile.DrawNode(),
            isNewInstance ? NodeFile.DrawInstance() : last!.Instance,
            settings.Fsync == FsyncMode.Always ? RunState.RunningFlushed : RunState.RunningUnflushed);
        Identity.Write(files, settings.Folder);
        if (last is null)
            Folders.Open();
        Recovery = new StoreRecovery(last is null, wasUnclean, lost, torn, isNewInstance, false, lostEnds);
        return null;
    }

    // A damaged graph or state is not looked at here: opening it says what is wrong, and the others can be used.
    private void FindEnds()
    {
        foreach (var graph in Graphs)
        {
            if (FindEnd(OptionsOf(Folders.PathOf(graph), LogKind.Graph), _open) is { } found)
                Ends[graph] = found.End;
        }
        // Of states, too: those that nobody opens in this run must end with their mark when it is over.
        var states = new StateFolders(files, settings.Folder);
        foreach (var state in states.List())
            FindEnd(OptionsOf(states.PathOf(state), LogKind.State) with { IsReplaceable = true }, _openStates);
    }

    private LogFound? FindEnd(LogOptions log, List<(LogOptions Log, LogFound Found)> open)
    {
        if (!LogOpening.FindEnd(log).TryGet(out var found, out var damage) || found is null)
            _lostLogs += damage is null ? 1 : 0;
        else if (found.TornBytes > 0 || !found.Closed)
            open.Add((log, found));
        return found;
    }

    private SyncError? OpenKnowledge()
    {
        var options = OptionsOf(Path.Combine(settings.Folder, "peers"), LogKind.PeerKnowledge) with { IsReplaceable = true, MayBegin = true, Fsync = FsyncMode.Never };
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

    private LogOptions OptionsOf(string folder, LogKind kind) => new()
    {
        Files = files,
        Writers = Writers!,
        Time = time,
        Folder = folder,
        Kind = kind,
    };
}

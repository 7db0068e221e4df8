using ActorSync.Graphs;
using ActorSync.Graphs.Index;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;
using ActorSync.States;
using ActorSync.States.Stores;

namespace ActorSync.Storage;

/// <summary>
/// A node's store in a data folder (docs/storage.md): who the node is, its graphs, what it knows of its peers. One
/// process at a time holds it.
/// </summary>
public sealed partial class NodeStore : INodeStore, IStateStores
{
    private readonly StoreSettings _settings;
    private readonly IFileSystem _files;
    private readonly TimeProvider _time;
    private readonly IDisposable _lock;
    private readonly GraphFolders _folders;
    private readonly StateFolders _states;
    private readonly WriterPool _writers;
    private readonly BlockCache _cache;
    private readonly PeerKnowledgeLog _knowledge;
    private readonly SemaphoreSlim _catalog = new(1);
    private readonly Dictionary<GraphId, Task<Result<(GraphLog Log, GraphIndex Index)>>> _open = [];
    private readonly StoreCatalog _names;
    private readonly Dictionary<GraphId, LogEnd> _ends;
    private readonly NodeFile _identity;
    private volatile IReadOnlyList<GraphId> _graphs;
    private bool _allFlushed;
    private bool _isClosed;

    private NodeStore(StoreOpening opening)
    {
        _settings = opening.Settings;
        _files = opening.Files;
        _time = opening.Time;
        _lock = opening.Lock!;
        _folders = opening.Folders;
        _states = opening.States;
        _writers = opening.Writers!;
        _cache = new BlockCache(_settings.CacheBytes);
        _knowledge = opening.Knowledge!;
        _graphs = opening.Graphs;
        _names = opening.Catalog;
        _ends = opening.Ends;
        _allFlushed = opening.IsSealed;
        _identity = opening.Identity!;
        Recovery = opening.Recovery;
    }

    public NodeId Node => _identity.Node;

    /// <summary>Which incarnation this is; settled when the store is open.</summary>
    public InstanceId Instance => _identity.Instance;

    public IReadOnlyList<GraphId> Graphs => _graphs;

    IReadOnlyList<StateName> IStateStores.Found => _states.Found;

    public IPeerKnowledge PeerKnowledge => _knowledge;

    /// <summary>What opening the store found.</summary>
    public StoreRecovery Recovery { get; }

    /// <summary>
    /// Opens the store in the folder, or makes it. The error is InvalidRequest (a setting), StoreLocked, StoreDamaged or
    /// StoreFailed; nothing is held then.
    /// </summary>
    /// <param name="settings">How it works.</param>
    /// <param name="files">The file layer; the machine's own unless given.</param>
    /// <param name="time">The clock of interval flushes; the machine's own unless given.</param>
    public static async Task<Result<NodeStore>> OpenAsync(StoreSettings settings, IFileSystem? files = null, TimeProvider? time = null)
    {
        if (settings.Check() is { } wrong)
            return wrong;
        var opening = new StoreOpening(settings, files ?? LocalFileSystem.Instance, time ?? TimeProvider.System);
        return await Task.Run(opening.Run).ConfigureAwait(false) is { } error ? error : new NodeStore(opening);
    }

    public Task<Result<OpenedGraph>> CreateAsync(Command init) => OpenedAsync(async () =>
    {
        var graph = new GraphId(init.Id);
        if (init.PriorKind != PriorKind.None)
            return new SyncError(SyncErrorKind.InvalidRequest, $"a graph begins with an init command, {init} is none");
        if (_graphs.Contains(graph))
            return new SyncError(SyncErrorKind.InvalidRequest, $"the graph {graph} is here already");
        _folders.Clear(graph);
        _folders.Begin(graph);
        var options = OptionsOf(graph) with { Folder = _folders.NewPathOf(graph) };
        if (await GraphLog.CreateAsync(options, init).ConfigureAwait(false) is { } error)
            return error;
        _folders.Finish(graph);
        _graphs = [.. _graphs.Append(graph).OrderBy(other => other.Init)];
        return BeginOpen(graph, new KnownIdentity(init.Id));
    });

    public Task<Result<OpenedGraph>> OpenAsync(GraphId graph, ICommandIdentity? identity = null) => OpenedAsync(async () =>
    {
        if (!_graphs.Contains(graph))
            return Unknown(graph);
        if (!_files.FolderExists(_folders.PathOf(graph)))
            return StoreErrors.Missing(_folders.PathOf(graph), $"the graph {graph}");
        return await FindOpenAsync(graph).ConfigureAwait(false) is not null
            ? new SyncError(SyncErrorKind.InvalidRequest, $"the graph {graph} is open already; it has one writer")
            : BeginOpen(graph, identity);
    });

    public Task<Result<OpenedState>> OpenStateAsync(StateName name, StateSettings settings) => InCatalogAsync(() =>
        _states.OpenAsync(name, settings, OptionsOf(default(GraphId)) with { Kind = LogKind.State, IsReplaceable = true, CompactBytes = _settings.StateCompactBytes }));

    public async Task<SyncError?> RemoveAsync(GraphId graph)
    {
        var removed = await InCatalogAsync<bool>(async () =>
        {
            if (!_graphs.Contains(graph))
                return Unknown(graph);
            if (await FindOpenAsync(graph).ConfigureAwait(false) is not null)
                return new SyncError(SyncErrorKind.InvalidRequest, $"the graph {graph} is open; close it before it is removed");
            _folders.Remove(graph, () => _graphs = [.. _graphs.Where(other => other != graph)]);
            _ends.Remove(graph);
            return true;
        }).ConfigureAwait(false);
        return removed.Error;
    }

    /// <summary>
    /// Checks a graph from its first byte to its last: checksums, ids, priors and max cuts. It may be open; then it is
    /// checked as far as it is committed.
    /// </summary>
    /// <returns>What was found, damage included; the error says why it could not be looked at.</returns>
    public async Task<Result<VerifyReport>> VerifyAsync(
        GraphId graph, ICommandIdentity? identity = null, IProgress<VerifyProgress>? progress = null, CancellationToken cancellation = default)
    {
        (uint, long)? end = null;
        var found = await InCatalogAsync<bool>(async () =>
        {
            if (!_graphs.Contains(graph))
                return Unknown(graph);
            end = (await FindOpenAsync(graph).ConfigureAwait(false))?.CommittedEnd;
            return true;
        }).ConfigureAwait(false);
        if (found.Error is { } error)
            return error;
        try
        {
            var verifier = new GraphVerifier(OptionsOf(graph), graph, identity, progress);
            return await Task.Run(() => verifier.Run(end, cancellation), cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
        {
            return StoreErrors.Failed("reading", _folders.PathOf(graph), failure);
        }
    }

    // Graphs are opened beside each other: only who opens what is settled under the catalog's lock.
    private async Task<Result<OpenedGraph>> OpenedAsync(Func<Task<Result<Task<Result<(GraphLog Log, GraphIndex Index)>>>>> begin)
    {
        if (!(await InCatalogAsync(begin).ConfigureAwait(false)).TryGet(out var opening, out var error))
            return error;
        return (await opening.ConfigureAwait(false)).TryGet(out var opened, out error) ? new OpenedGraph(opened.Log, opened.Index) : error;
    }

    private Task<Result<(GraphLog Log, GraphIndex Index)>> BeginOpen(GraphId graph, ICommandIdentity? identity)
    {
        var options = CheckedOptionsOf(graph);
        var facts = new FactFile(_files, options.Folder, graph, Instance, _settings.MaxSnapshotBytes);
        return _open[graph] = Task.Run(() => GraphLog.Open(options, graph, _cache, identity, facts, _settings.CheckpointCommands, _settings.Opening));
    }

    // A log that is being closed is waited for, so that its folder is free.
    private async Task<GraphLog?> FindOpenAsync(GraphId graph)
    {
        if (!_open.TryGetValue(graph, out var opening))
            return null;
        if ((await opening.ConfigureAwait(false)).TryGet(out var opened, out _))
        {
            if (!opened.Log.IsClosing)
                return opened.Log;
            _allFlushed &= await opened.Log.Closed.ConfigureAwait(false);
            _ends[graph] = opened.Log.End;
        }
        _open.Remove(graph);
        return null;
    }

    private LogOptions OptionsOf(GraphId graph) => new()
    {
        Files = _files,
        Writers = _writers,
        Time = _time,
        Folder = _folders.PathOf(graph),
        Kind = LogKind.Graph,
        Fsync = _settings.Fsync,
        FsyncInterval = _settings.FsyncInterval,
        SegmentBytes = _settings.SegmentBytes,
    };

    // Peers were told which incarnation this is, so that nothing that it held may be missing from now on.
    private LogOptions CheckedOptionsOf(GraphId graph)
    {
        var (options, end) = (OptionsOf(graph), _ends.GetValueOrDefault(graph).Place);
        return options with
        {
            Walked = found => found.End.CompareTo(end) >= 0 ? null : new SyncError(SyncErrorKind.StoreDamaged,
                $"{options.PathOf(found.LastSegment)} ends at byte {found.End.Length}, and held more when the store was opened; "
                + "start the node again, so that its peers send what is missing, or bring the file back from a copy"),
        };
    }

    private async Task<Result<T>> InCatalogAsync<T>(Func<Task<Result<T>>> work)
    {
        await _catalog.WaitAsync().ConfigureAwait(false);
        try
        {
            return _isClosed ? new SyncError(SyncErrorKind.ShuttingDown, $"the store in {_settings.Folder} is closed") : await work().ConfigureAwait(false);
        }
        catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
        {
            return StoreErrors.Failed("changing the graphs in", _folders.Root, failure);
        }
        finally
        {
            _catalog.Release();
        }
    }

    private static SyncError Unknown(GraphId graph) => new(SyncErrorKind.UnknownGraph, $"the graph {graph} is not here");

    // A graph that was made this moment holds one command, whose id is known.
    private sealed class KnownIdentity(CommandId id) : ICommandIdentity
    {
        public CommandId Identify(Prior prior, Priority priority, ReadOnlySpan<byte> payload) => id;
    }
}

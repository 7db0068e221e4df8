using ActorSync.Graphs;
using ActorSync.Graphs.Index;

namespace ActorSync.Storage;

/// <summary>
/// Looks at a store that no process holds, and takes damage out of it (docs/storage.md): a damaged graph or state is set
/// aside, and what can be read of it takes its place. Peers see another incarnation of the node then, and send what is
/// missing of a graph; what is missing of a state the next pull brings.
/// </summary>
public sealed class StoreRepair
{
    private readonly StoreSettings _settings;
    private readonly IFileSystem _files;
    private readonly ICommandIdentity? _identity;
    private readonly GraphFolders _graphs;
    private readonly StateFolders _states;
    private readonly IProgress<RepairProgress>? _progress;
    private readonly bool _isRepairing;
    private IReadOnlySet<GraphId>? _only;
    private NodeFile _node = null!;

    private StoreRepair(StoreSettings settings, IFileSystem files, ICommandIdentity? identity, IProgress<RepairProgress>? progress, bool isRepairing)
    {
        _settings = settings;
        _files = files;
        _identity = identity;
        _progress = progress;
        _isRepairing = isRepairing;
        _graphs = new GraphFolders(files, settings.Folder);
        _states = new StateFolders(files, settings.Folder);
    }

    /// <summary>Verifies each graph and state from its first byte, and changes nothing.</summary>
    /// <returns>A report of each; the error is StoreLocked, StoreDamaged (who the node is), StoreFailed or Unreachable (no store).</returns>
    public static Task<Result<StoreReport>> VerifyAsync(
        StoreSettings settings, ICommandIdentity? identity = null, IFileSystem? files = null, IProgress<RepairProgress>? progress = null, CancellationToken cancellation = default) =>
        new StoreRepair(settings, files ?? LocalFileSystem.Instance, identity, progress, isRepairing: false).RunAsync(cancellation);

    /// <summary>Verifies each graph and state, and repairs those that are damaged.</summary>
    /// <returns>As of <see cref="VerifyAsync"/>. What was done before an error stays done; it can be run again.</returns>
    public static Task<Result<StoreReport>> RepairAsync(
        StoreSettings settings, ICommandIdentity? identity = null, IFileSystem? files = null, IProgress<RepairProgress>? progress = null, CancellationToken cancellation = default) =>
        new StoreRepair(settings, files ?? LocalFileSystem.Instance, identity, progress, isRepairing: true).RunAsync(cancellation);

    /// <summary>
    /// Repairs some graphs, after peers have sent what they hold: what was set aside of them and fits by now returns.
    /// </summary>
    /// <returns>As of <see cref="VerifyAsync"/>, of these graphs alone.</returns>
    public static Task<Result<StoreReport>> ReturnAsync(
        StoreSettings settings, IReadOnlySet<GraphId> graphs, ICommandIdentity? identity = null, IFileSystem? files = null, IProgress<RepairProgress>? progress = null,
        CancellationToken cancellation = default) =>
        new StoreRepair(settings, files ?? LocalFileSystem.Instance, identity, progress, isRepairing: true) { _only = graphs }.RunAsync(cancellation);

    // What the last run closed ends with its mark.
    private bool WasClosed => _node.State == RunState.Closed;

    private async Task<Result<StoreReport>> RunAsync(CancellationToken cancellation)
    {
        try
        {
            if (!_files.FileExists(Path.Combine(_settings.Folder, NodeFile.Name)))
                return new SyncError(SyncErrorKind.Unreachable, $"there is no store in {_settings.Folder}");
            using var held = _files.TryLock(Path.Combine(_settings.Folder, "lock"), out var holder);
            if (held is null)
                return new SyncError(SyncErrorKind.StoreLocked, $"the store in {_settings.Folder} is held by {holder}; stop that one first");
            if (!NodeFile.Read(_files, _settings.Folder).TryGet(out var node, out var error))
                return error;
            _node = node!;
            return (await GraphsAsync(cancellation).ConfigureAwait(false)).TryGet(out var graphs, out error)
                && (_only is not null ? new List<StateRepairReport>() : await StatesAsync(cancellation).ConfigureAwait(false)).TryGet(out var states, out error)
                ? new StoreReport(graphs, states)
                : error;
        }
        catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
        {
            return StoreErrors.Failed("repairing the store in", _settings.Folder, failure);
        }
    }

    private async Task<Result<IReadOnlyList<RepairReport>>> GraphsAsync(CancellationToken cancellation)
    {
        var reports = new List<RepairReport>();
        var sources = _graphs.List().ToDictionary(graph => graph, _graphs.PathOf);
        foreach (var (graph, aside) in _graphs.SetAsideOnly())
            sources[graph] = aside;
        foreach (var (graph, source) in sources.Where(source => _only?.Contains(source.Key) ?? true).OrderBy(source => source.Key.Init))
        {
            var isInPlace = source == _graphs.PathOf(graph);
            var progress = new Verified($"graph {graph.ToShortString()}", _progress);
            var verifier = new GraphVerifier(OptionsOf(source, LogKind.Graph), graph, _identity, progress, isInPlace && WasClosed);
            var found = verifier.Run(null, cancellation);
            var isSound = isInPlace && found.IsSound;
            if (!(_isRepairing && !isSound
                ? await RepairAsync(graph, source, found).ConfigureAwait(false)
                : await ReturnAsync(graph, source, verifier, found).ConfigureAwait(false)).TryGet(out var report, out var error))
                return error;
            reports.Add(report);
        }
        return reports;
    }

    private async Task<Result<RepairReport>> RepairAsync(GraphId graph, string source, VerifyReport found)
    {
        // First of all: whatever comes of the rest, peers must not count on what this graph held. Who set a graph aside
        // has done so before.
        var isInPlace = source == _graphs.PathOf(graph);
        if (isInPlace)
            Write(_node with { Instance = NodeFile.DrawInstance() });
        using var writers = new WriterPool(1);
        _graphs.Begin(graph);
        IEnumerable<string> sources = [source, .. _graphs.SetAsideOf(graph).Where(aside => aside != source)];
        var salvage = SalvageOf(graph, sources, new GraphIndex((ulong)Random.Shared.NextInt64()));
        if (await salvage.RunAsync(() => RecordLog.Create(OptionsOf(_graphs.NewPathOf(graph), LogKind.Graph, writers))).ConfigureAwait(false) is { } error)
            return error;
        var aside = isInPlace ? _graphs.SetAside(graph) : source;
        if (salvage.Kept > 0)
            _graphs.Finish(graph);
        else
            _graphs.Abandon(graph);
        return Told(new RepairReport(found, salvage.Kept, aside) { Waiting = salvage.Waiting });
    }

    // Of a graph that is sound, what fits by now of that which earlier repairs have set aside of it; or, when nothing is to be
    // changed, how much does not stand in the graph.
    private async Task<Result<RepairReport>> ReturnAsync(GraphId graph, string source, GraphVerifier verifier, VerifyReport found)
    {
        var isInPlace = source == _graphs.PathOf(graph);
        var report = new RepairReport(found, found.Commands, isInPlace ? null : source);
        var aside = _graphs.SetAsideOf(graph);
        if (aside.Count == 0)
            return report;
        using var writers = new WriterPool(1);
        var was = _node.State;
        var salvage = SalvageOf(graph, aside, verifier.Index);
        if (await salvage.RunAsync(_isRepairing ? Reopen : null).ConfigureAwait(false) is { } error)
            return error;
        if (_node.State != was)
            Write(_node with { State = was });
        return Told(_isRepairing
            ? report with { Kept = report.Kept + salvage.Kept, Returned = salvage.Kept, Waiting = salvage.Waiting }
            : report with { Waiting = salvage.Waiting + salvage.Kept });

        // A crash while it grows is one of a run that flushes; and what is torn off, peers may count on.
        Result<RecordLog> Reopen()
        {
            Write(_node with
            {
                State = was == RunState.Closed ? RunState.RunningFlushed : was,
                Instance = found.TornBytes > 0 ? NodeFile.DrawInstance() : _node.Instance,
            });
            return RecordLog.Open(OptionsOf(source, LogKind.Graph, writers), (_, _, _) => null);
        }
    }

    private GraphSalvage SalvageOf(GraphId graph, IEnumerable<string> folders, GraphIndex index) =>
        new([.. folders.Select(folder => OptionsOf(folder, LogKind.Graph))], graph, _identity, index);

    // The indexes beside the logs that were set aside know of commands, too.
    private RepairReport Told(RepairReport report)
    {
        var (graph, aside) = (report.Found.Graph, _graphs.SetAsideOf(report.Found.Graph));
        var known = aside.Select(folder => (long)GraphOpening.CountIndexed(OptionsOf(folder, LogKind.Graph), graph, _identity));
        return report with { Aside = aside, Known = known.Append(report.Known).Max() };
    }

    private void Write(NodeFile node)
    {
        _node = node;
        _node.Write(_files, _settings.Folder);
    }

    private async Task<Result<IReadOnlyList<StateRepairReport>>> StatesAsync(CancellationToken cancellation)
    {
        var reports = new List<StateRepairReport>();
        var sources = _states.List().ToDictionary(state => state, _states.PathOf);
        foreach (var (state, aside) in _states.SetAsideOnly())
            sources[state] = aside;
        foreach (var (state, source) in sources.OrderBy(source => source.Key.Value, StringComparer.Ordinal))
        {
            var isInPlace = source == _states.PathOf(state);
            var verifier = new StateVerifier(OptionsOf(source, LogKind.State), isInPlace && WasClosed, new Verified($"state {state}", _progress));
            var found = verifier.Run(cancellation);
            var report = new StateRepairReport(state, found, verifier.Entries, verifier.Entries, isInPlace ? null : source);
            if (_isRepairing && !report.IsSound && !(await RepairAsync(report, source).ConfigureAwait(false)).TryGet(out report, out var error))
                return error;
            reports.Add(report);
        }
        return reports;
    }

    // Nobody counts on what a state holds: what it lacks, the next pull brings. So it needs no new instance id, and one of
    // which nothing is left is begun anew, empty.
    private async Task<Result<StateRepairReport>> RepairAsync(StateRepairReport found, string source)
    {
        using var writers = new WriterPool(1);
        _states.Begin(found.State);
        var salvage = new StateSalvage(OptionsOf(source, LogKind.State), OptionsOf(_states.NewPathOf(found.State), LogKind.State, writers));
        if (await salvage.RunAsync().ConfigureAwait(false) is { } error)
            return error;
        var aside = source == _states.PathOf(found.State) ? _states.SetAside(found.State) : source;
        _states.Finish(found.State);
        return found with { Kept = salvage.Count, SetAside = aside };
    }

    private sealed class Verified(string what, IProgress<RepairProgress>? progress) : IProgress<VerifyProgress>
    {
        public void Report(VerifyProgress value) => progress?.Report(new RepairProgress(what, value));
    }

    private LogOptions OptionsOf(string folder, LogKind kind, WriterPool? writers = null) => new()
    {
        Files = _files,
        Writers = writers!,
        Folder = folder,
        Kind = kind,
        SegmentBytes = _settings.SegmentBytes,
        IsReplaceable = kind == LogKind.State,
    };
}

using ActorSync.Graphs;

namespace ActorSync.Storage;

/// <summary>What was found of a graph, and done.</summary>
/// <param name="Found">What verifying it found.</param>
/// <param name="Kept">Commands that the graph holds now.</param>
/// <param name="SetAside">The folder that holds it as it was; null when nothing was done.</param>
public sealed record RepairReport(VerifyReport Found, long Kept, string? SetAside);

/// <summary>How far the look at one graph of a store is.</summary>
public sealed record RepairProgress(GraphId Graph, VerifyProgress Verified);

/// <summary>
/// Looks at a store that no process holds, and takes damage out of it (docs/storage.md): a damaged graph is set aside, and
/// what can be read of it takes its place. Peers see another incarnation of the node then, and send what is missing.
/// </summary>
public sealed class StoreRepair
{
    private readonly StoreSettings _settings;
    private readonly IFileSystem _files;
    private readonly ICommandIdentity? _identity;
    private readonly GraphFolders _folders;
    private readonly IProgress<RepairProgress>? _progress;

    private StoreRepair(StoreSettings settings, IFileSystem files, ICommandIdentity? identity, IProgress<RepairProgress>? progress)
    {
        _settings = settings;
        _files = files;
        _identity = identity;
        _progress = progress;
        _folders = new GraphFolders(files, settings.Folder);
    }

    /// <summary>Verifies each graph from its first byte, and changes nothing.</summary>
    /// <returns>A report of each graph; the error is StoreLocked, StoreDamaged (who the node is), StoreFailed or UnknownGraph.</returns>
    public static Task<Result<IReadOnlyList<RepairReport>>> VerifyAsync(
        StoreSettings settings, ICommandIdentity? identity = null, IFileSystem? files = null, IProgress<RepairProgress>? progress = null, CancellationToken cancellation = default) =>
        new StoreRepair(settings, files ?? LocalFileSystem.Instance, identity, progress).RunAsync(isRepairing: false, cancellation);

    /// <summary>Verifies each graph, and repairs those that are damaged.</summary>
    /// <returns>As of <see cref="VerifyAsync"/>. What was done before an error stays done; it can be run again.</returns>
    public static Task<Result<IReadOnlyList<RepairReport>>> RepairAsync(
        StoreSettings settings, ICommandIdentity? identity = null, IFileSystem? files = null, IProgress<RepairProgress>? progress = null, CancellationToken cancellation = default) =>
        new StoreRepair(settings, files ?? LocalFileSystem.Instance, identity, progress).RunAsync(isRepairing: true, cancellation);

    private async Task<Result<IReadOnlyList<RepairReport>>> RunAsync(bool isRepairing, CancellationToken cancellation)
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
            return await RunAsync(node!, isRepairing, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
        {
            return StoreErrors.Failed("repairing the store in", _settings.Folder, failure);
        }
    }

    private async Task<Result<IReadOnlyList<RepairReport>>> RunAsync(NodeFile node, bool isRepairing, CancellationToken cancellation)
    {
        var reports = new List<RepairReport>();
        var sources = _folders.List().ToDictionary(graph => graph, _folders.PathOf);
        foreach (var (graph, aside) in _folders.SetAsideOnly())
            sources[graph] = aside;
        foreach (var (graph, source) in sources.OrderBy(source => source.Key.Init))
        {
            var found = new GraphVerifier(OptionsOf(source, null), graph, _identity, new Verified(graph, _progress)).Run(null, cancellation);
            var isInPlace = source == _folders.PathOf(graph);
            if (!isRepairing || (found.IsSound && isInPlace))
            {
                reports.Add(new RepairReport(found, found.Commands, isInPlace ? null : source));
                continue;
            }
            // First of all: whatever comes of the rest, peers must not count on what this graph held. Who set a graph aside
            // has done so before.
            if (isInPlace)
            {
                node = node with { Instance = NodeFile.DrawInstance() };
                node.Write(_files, _settings.Folder);
            }
            if (!(await RepairAsync(graph, source, found).ConfigureAwait(false)).TryGet(out var report, out var error))
                return error;
            reports.Add(report);
        }
        return reports;
    }

    private async Task<Result<RepairReport>> RepairAsync(GraphId graph, string source, VerifyReport found)
    {
        using var writers = new WriterPool(1);
        _folders.Begin(graph);
        var salvage = new GraphSalvage(OptionsOf(source, null), OptionsOf(_folders.NewPathOf(graph), writers), graph, _identity);
        if (await salvage.RunAsync().ConfigureAwait(false) is { } error)
            return error;
        var aside = source;
        if (source == _folders.PathOf(graph))
            _files.Rename(source, aside = _folders.AsidePathOf(graph));
        if (salvage.Count > 0)
            _folders.Finish(graph);
        else
            _folders.Abandon(graph);
        return new RepairReport(found, salvage.Count, aside);
    }

    private sealed class Verified(GraphId graph, IProgress<RepairProgress>? progress) : IProgress<VerifyProgress>
    {
        public void Report(VerifyProgress value) => progress?.Report(new RepairProgress(graph, value));
    }

    private LogOptions OptionsOf(string folder, WriterPool? writers) => new()
    {
        Files = _files,
        Writers = writers!,
        Folder = folder,
        Kind = LogKind.Graph,
        SegmentBytes = _settings.SegmentBytes,
    };
}

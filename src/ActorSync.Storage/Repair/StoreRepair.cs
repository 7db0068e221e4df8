using ActorSync.Graphs;
using ActorSync.Peers;

namespace ActorSync.Storage;

/// <summary>
/// Looks at a store that no process holds, and takes damage out of it (docs/storage.md): a damaged graph or state is set
/// aside, and what can be read of it takes its place. Peers see another incarnation of the node then, and send what is
/// missing of a graph; what is missing of a state the next pull brings. All logs are looked at, whatever is wrong with the
/// files beside them.
/// </summary>
public sealed class StoreRepair
{
    private readonly StoreSettings _settings;
    private readonly IFileSystem _files;
    private readonly IProgress<RepairProgress>? _progress;
    private readonly bool _isRepairing;

    private StoreRepair(StoreSettings settings, IFileSystem? files, IProgress<RepairProgress>? progress, bool isRepairing)
    {
        _settings = settings;
        _files = files ?? LocalFileSystem.Instance;
        _progress = progress;
        _isRepairing = isRepairing;
    }

    /// <summary>Verifies each graph and state from its first byte, and changes nothing.</summary>
    /// <returns>A report of each; the error is StoreLocked, StoreFailed or Unreachable (no store).</returns>
    public static Task<Result<StoreReport>> VerifyAsync(
        StoreSettings settings, ICommandIdentity? identity = null, IFileSystem? files = null, IProgress<RepairProgress>? progress = null, CancellationToken cancellation = default) =>
        new StoreRepair(settings, files, progress, isRepairing: false).RunAsync(work => LookAsync(work, null, None, identity, cancellation));

    /// <summary>Verifies each graph and state, and repairs those that are damaged.</summary>
    /// <returns>As of <see cref="VerifyAsync"/>. What was done before an error stays done; it can be run again.</returns>
    public static Task<Result<StoreReport>> RepairAsync(
        StoreSettings settings, ICommandIdentity? identity = null, IFileSystem? files = null, IProgress<RepairProgress>? progress = null, CancellationToken cancellation = default) =>
        new StoreRepair(settings, files, progress, isRepairing: true).RunAsync(work => LookAsync(work, null, None, identity, cancellation));

    /// <summary>
    /// Repairs some graphs, after peers have sent what they hold: what was set aside of them and fits by now returns.
    /// </summary>
    /// <param name="settings">The store.</param>
    /// <param name="graphs">Which graphs.</param>
    /// <param name="whole">Those of which a peer has sent all that it holds: they have lost nothing any more.</param>
    /// <param name="identity">What ids are made with.</param>
    /// <param name="files">The file layer.</param>
    /// <param name="progress">Hears how far it is.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>As of <see cref="VerifyAsync"/>, of these graphs alone.</returns>
    public static Task<Result<StoreReport>> ReturnAsync(
        StoreSettings settings, IReadOnlySet<GraphId> graphs, IReadOnlySet<GraphId>? whole = null, ICommandIdentity? identity = null, IFileSystem? files = null,
        IProgress<RepairProgress>? progress = null, CancellationToken cancellation = default) =>
        new StoreRepair(settings, files, progress, isRepairing: true).RunAsync(work => LookAsync(work, graphs, whole ?? None, identity, cancellation));

    /// <summary>
    /// Accepts what is lost: graphs that are missing are forgotten, what repairs have set aside stays under another name and
    /// returns no more, and what is there counts as all there is. Damage is not taken out by this.
    /// </summary>
    /// <returns>As of <see cref="VerifyAsync"/>, of what there is then.</returns>
    public static Task<Result<StoreReport>> AcceptAsync(
        StoreSettings settings, ICommandIdentity? identity = null, IFileSystem? files = null, IProgress<RepairProgress>? progress = null, CancellationToken cancellation = default) =>
        new StoreRepair(settings, files, progress, isRepairing: true).RunAsync(work =>
        {
            new GraphRepair(work, identity, None).Accept();
            new StateRepair(work).Accept();
            work.Catalog.Accept();
            work.Catalog.Write();
            return LookAsync(work with { IsRepairing = false }, null, None, identity, cancellation);
        });

    private static IReadOnlySet<GraphId> None { get; } = new HashSet<GraphId>();

    private async Task<Result<StoreReport>> RunAsync(Func<RepairWork, Task<Result<StoreReport>>> look)
    {
        try
        {
            if (!StoreFolder.HoldsStore(_settings.Folder, _files))
                return new SyncError(SyncErrorKind.Unreachable, $"there is no store in {_settings.Folder}");
            using var held = _files.TryLock(Path.Combine(_settings.Folder, "lock"), out var holder);
            if (held is null)
                return new SyncError(SyncErrorKind.StoreLocked, $"the store in {_settings.Folder} is held by {holder}; stop that one first");
            var node = new RepairedNode(_files, _settings.Folder);
            node.Read();
            var catalog = StoreCatalog.Read(_files, _settings.Folder, node.MayLackCatalog);
            if (_isRepairing)
                node.Replace(catalog);
            var result = await look(new RepairWork(_settings, _files, node, catalog, _isRepairing, _progress)).ConfigureAwait(false);
            if (_isRepairing && !node.MayLackCatalog)
                catalog.Write();
            return result.TryGet(out var report, out var error) ? report with { Files = Tell(node, catalog) } : error;
        }
        catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
        {
            return StoreErrors.Failed("repairing the store in", _settings.Folder, failure);
        }
    }

    private static async Task<Result<StoreReport>> LookAsync(
        RepairWork work, IReadOnlySet<GraphId>? only, IReadOnlySet<GraphId> whole, ICommandIdentity? identity, CancellationToken cancellation) =>
        (await new GraphRepair(work, identity, whole).RunAsync(only, cancellation).ConfigureAwait(false)).TryGet(out var graphs, out var error)
            && (only is not null ? new List<StateRepairReport>() : await new StateRepair(work).RunAsync(cancellation).ConfigureAwait(false)).TryGet(out var states, out error)
            ? new StoreReport(graphs, states)
            : error;

    private static string Renamed(NodeId node) =>
        $"the node has a new id, {node}: for its peers it is another node; certificates that name the old id must be issued anew, and the old id be removed from its mesh (actorsync members remove)";

    private List<FileReport> Tell(RepairedNode node, StoreCatalog catalog)
    {
        var told = new List<FileReport>();
        var path = Path.Combine(_settings.Folder, NodeFile.Name);
        if (node.Damage is { } damage)
            told.Add(new FileReport(path, damage.Message, _isRepairing ? Renamed(node.Node) : null, IsWell: _isRepairing));
        else if (node.IsHalf)
            told.Add(new FileReport(path, "one of its two slots is not intact: a write was cut short, or it was damaged; the other is used, and nothing is lost", null, IsWell: true));
        if (catalog.Damage is { } wrong)
            told.Add(new FileReport(catalog.FilePath, wrong.Message, _isRepairing ? "it was made anew of the graphs and states that are there" : null, IsWell: !catalog.IsPartial));
        else if (catalog.IsPartial)
            told.Add(new FileReport(catalog.FilePath, "an earlier one was lost, and graphs and states may be missing of which nothing is known; accept that with --accept", null, IsWell: false));
        return told;
    }
}

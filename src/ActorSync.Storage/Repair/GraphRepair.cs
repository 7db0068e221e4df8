using ActorSync.Graphs;
using ActorSync.Graphs.Index;

namespace ActorSync.Storage;

/// <summary>
/// Verifies the graphs of a store that no process holds, and repairs them: a damaged one is set aside, what can be read of it
/// takes its place, and what is set aside returns as soon as it fits.
/// </summary>
/// <param name="work">The store.</param>
/// <param name="identity">What ids are made with.</param>
/// <param name="whole">Graphs of which a peer has sent all that it holds: what they lost is known to be back, or nowhere.</param>
internal sealed class GraphRepair(RepairWork work, ICommandIdentity? identity, IReadOnlySet<GraphId> whole)
{
    private readonly GraphFolders _graphs = new(work.Files, work.Settings.Folder, work.Catalog);

    /// <param name="only">Which graphs; null for all.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<Result<IReadOnlyList<RepairReport>>> RunAsync(IReadOnlySet<GraphId>? only, CancellationToken cancellation)
    {
        var reports = new List<RepairReport>();
        if (work.IsRepairing)
            _graphs.Settle();
        var sources = _graphs.Missing.ToDictionary(graph => graph, _ => (string?)null);
        foreach (var graph in _graphs.List())
            sources[graph] = _graphs.PathOf(graph);
        foreach (var (graph, aside) in _graphs.SetAsideOnly())
            sources[graph] = aside;
        foreach (var (graph, source) in sources.Where(source => only?.Contains(source.Key) ?? true).OrderBy(source => source.Key.Init))
        {
            if (source is null)
                reports.Add(Miss(graph));
            else if ((await RunAsync(graph, source, cancellation).ConfigureAwait(false)).TryGet(out var report, out var error))
                reports.Add(report);
            else
                return error;
        }
        return reports;
    }

    /// <summary>Gives up what is lost, missing or set aside.</summary>
    public void Accept()
    {
        foreach (var graph in _graphs.List().Concat(_graphs.SetAsideOnly().Keys))
            _graphs.GiveUp(graph);
        foreach (var graph in _graphs.List())
            LossNote.Delete(work.Files, _graphs.PathOf(graph));
        _graphs.ForgetMissing();
    }

    private async Task<Result<RepairReport>> RunAsync(GraphId graph, string source, CancellationToken cancellation)
    {
        var isInPlace = source == _graphs.PathOf(graph);
        var verifier = new GraphVerifier(
            work.OptionsOf(source, LogKind.Graph), graph, identity, work.ProgressOf($"graph {graph.ToShortString()}"), isInPlace ? work.ExpectedOf(_graphs.EntryOf(graph)) : default);
        var found = verifier.Run(null, cancellation);
        return work.IsRepairing && !(isInPlace && found.IsSound)
            ? await RepairAsync(graph, source, found).ConfigureAwait(false)
            : await ReturnAsync(graph, source, verifier, found).ConfigureAwait(false);
    }

    // Nothing of it is here. A repair makes its place free for what peers send, and tells them that it is gone.
    private RepairReport Miss(GraphId graph)
    {
        var (entry, path) = (_graphs.EntryOf(graph)!, _graphs.PathOf(graph));
        if (work.IsRepairing && !entry.Loss.HasFlag(KnownLoss.Awaited))
        {
            if (!entry.Loss.HasFlag(KnownLoss.Told))
                work.Node.DrawInstance();
            _graphs.Await(graph);
        }
        var damage = StoreErrors.Missing(path, $"the graph {graph}");
        var found = new VerifyReport(graph, 0, 0, 0, 0, damage, path, 0, false, 0);
        return new RepairReport(found, 0, null) { Loss = "all of it is missing: its folder was removed; repair with --peer HOST:PORT, or accept it with --accept" };
    }

    private async Task<Result<RepairReport>> RepairAsync(GraphId graph, string source, VerifyReport found)
    {
        // First of all: whatever comes of the rest, peers must not count on what this graph held. Who set a graph aside
        // has done so before.
        var isInPlace = source == _graphs.PathOf(graph);
        if (isInPlace)
            work.Node.DrawInstance();
        using var writers = new WriterPool(1);
        _graphs.Begin(graph);
        IEnumerable<string> sources = [source, .. _graphs.SetAsideOf(graph).Where(aside => aside != source)];
        var salvage = SalvageOf(graph, sources, new GraphIndex((ulong)Random.Shared.NextInt64()));
        if (await salvage.RunAsync(() => RecordLog.Create(work.OptionsOf(_graphs.NewPathOf(graph), LogKind.Graph, writers))).ConfigureAwait(false) is { } error)
            return error;
        // An index that says what is not so is no loss.
        var note = found.HasWrongIndex ? null : RepairWork.NoteOf(found.DamagedFile, found.DamagedOffset);
        note?.Write(work.Files, _graphs.NewPathOf(graph));
        var aside = isInPlace ? _graphs.SetAside(graph) : source;
        if (salvage.Kept > 0)
            _graphs.Finish(graph);
        else
            _graphs.Abandon(graph);
        return Told(new RepairReport(found, salvage.Kept, aside) { Waiting = salvage.Waiting, Loss = note?.Tell() });
    }

    // Of a graph that is sound, what fits by now of that which earlier repairs have set aside of it; or, when nothing is to be
    // changed, how much does not stand in the graph.
    private async Task<Result<RepairReport>> ReturnAsync(GraphId graph, string source, GraphVerifier verifier, VerifyReport found)
    {
        var isInPlace = source == _graphs.PathOf(graph);
        var report = new RepairReport(found, found.Commands, isInPlace ? null : source) { Loss = LossOf(graph, source, found) };
        var aside = _graphs.SetAsideOf(graph);
        if (aside.Count == 0)
            return report;
        using var writers = new WriterPool(1);
        var was = work.Node.State;
        var salvage = SalvageOf(graph, aside, verifier.Index);
        if (await salvage.RunAsync(work.IsRepairing ? Reopen : null).ConfigureAwait(false) is { } error)
            return error;
        if (work.Node.State != was)
            work.Node.Mark(was);
        return Told(work.IsRepairing
            ? report with { Kept = report.Kept + salvage.Kept, Returned = salvage.Kept, Waiting = salvage.Waiting }
            : report with { Waiting = salvage.Waiting + salvage.Kept });

        // A crash while it grows is one of a run that flushes; and what is torn off, peers may count on.
        Result<RecordLog> Reopen()
        {
            work.Node.Mark(was == RunState.Closed ? RunState.RunningFlushed : was, isNewInstance: found.TornBytes > 0);
            return RecordLog.Open(work.OptionsOf(source, LogKind.Graph, writers), (_, _, _) => null);
        }
    }

    private string? LossOf(GraphId graph, string source, VerifyReport found)
    {
        if (source != _graphs.PathOf(graph))
            return "it was set aside, and nothing is in its place; repair the store";
        if (work.IsRepairing && found.IsSound && whole.Contains(graph))
            LossNote.Delete(work.Files, source);
        return LossNote.Read(work.Files, source)?.Tell();
    }

    private GraphSalvage SalvageOf(GraphId graph, IEnumerable<string> folders, GraphIndex index) =>
        new([.. folders.Select(folder => work.OptionsOf(folder, LogKind.Graph))], graph, identity, index);

    // The indexes beside the logs that were set aside know of commands, too.
    private RepairReport Told(RepairReport report)
    {
        var (graph, aside) = (report.Found.Graph, _graphs.SetAsideOf(report.Found.Graph));
        var known = aside.Select(folder => (long)GraphOpening.CountIndexed(work.OptionsOf(folder, LogKind.Graph), graph, identity));
        return report with { Aside = aside, Known = known.Append(report.Known).Max() };
    }
}

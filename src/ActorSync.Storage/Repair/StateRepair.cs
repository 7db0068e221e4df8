using ActorSync.States;

namespace ActorSync.Storage;

/// <summary>
/// Verifies the shared states of a store that no process holds, and repairs them. Nobody counts on what a state holds: what it
/// lacks, the next pull brings. So it needs no new instance id, and one of which nothing is left is begun anew, empty.
/// </summary>
internal sealed class StateRepair(RepairWork work)
{
    private readonly StateFolders _states = new(work.Files, work.Settings.Folder, work.Catalog);

    public async Task<Result<IReadOnlyList<StateRepairReport>>> RunAsync(CancellationToken cancellation)
    {
        var reports = new List<StateRepairReport>();
        if (work.IsRepairing)
            _states.Settle();
        var sources = _states.Missing.ToDictionary(state => state, _ => (string?)null);
        foreach (var state in _states.List())
            sources[state] = _states.PathOf(state);
        foreach (var (state, aside) in _states.SetAsideOnly())
            sources[state] = aside;
        foreach (var (state, source) in sources.OrderBy(source => source.Key.Value, StringComparer.Ordinal))
        {
            var report = source is null ? Miss(state) : Verify(state, source, cancellation);
            var isDamaged = report.Found.Damage is not null || report.SetAside is not null;
            if (work.IsRepairing && isDamaged && !(await RepairAsync(report, source).ConfigureAwait(false)).TryGet(out report, out var error))
                return error;
            reports.Add(report);
        }
        return reports;
    }

    /// <summary>Gives up what is lost, missing or set aside.</summary>
    public void Accept()
    {
        foreach (var state in _states.List().Concat(_states.SetAsideOnly().Keys))
            _states.GiveUp(state);
        foreach (var state in _states.List())
            LossNote.Delete(work.Files, _states.PathOf(state));
        _states.ForgetMissing();
    }

    private StateRepairReport Miss(StateName state)
    {
        var path = _states.PathOf(state);
        var found = new LogFindings(0, 0, 0, StoreErrors.Missing(path, $"the state \"{state}\""), path, 0, false);
        return new StateRepairReport(state, found, 0, 0, null) { Loss = "all of it is missing: its folder was removed; repair the store" };
    }

    private StateRepairReport Verify(StateName state, string source, CancellationToken cancellation)
    {
        var isInPlace = source == _states.PathOf(state);
        var verifier = new StateVerifier(
            work.OptionsOf(source, LogKind.State), isInPlace ? work.ExpectedOf(_states.EntryOf(state)) : default, work.ProgressOf($"state {state}"));
        var found = verifier.Run(cancellation);
        return new StateRepairReport(state, found, verifier.Entries, verifier.Entries, isInPlace ? null : source)
        {
            Loss = isInPlace ? LossNote.Read(work.Files, source)?.TellOfState() : "it was set aside, and nothing is in its place; repair the store",
        };
    }

    private async Task<Result<StateRepairReport>> RepairAsync(StateRepairReport found, string? source)
    {
        using var writers = new WriterPool(1);
        _states.Open();
        _states.Begin(found.State);
        var from = work.OptionsOf(source ?? _states.PathOf(found.State), LogKind.State);
        var salvage = new StateSalvage(from, work.OptionsOf(_states.NewPathOf(found.State), LogKind.State, writers));
        if (await salvage.RunAsync().ConfigureAwait(false) is { } error)
            return error;
        var note = RepairWork.NoteOf(found.Found.DamagedFile, found.Found.DamagedOffset);
        note.Write(work.Files, _states.NewPathOf(found.State));
        var aside = source == _states.PathOf(found.State) ? _states.SetAside(found.State) : source;
        _states.Finish(found.State);
        return found with { Kept = salvage.Count, SetAside = aside, Loss = note.TellOfState() };
    }
}

using System.Globalization;
using ActorSync.Graphs.Index;
using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Stores;
using ActorSync.Graphs.Weave;

namespace ActorSync.Graphs.Clients;

/// <summary>
/// The facts along a graph's weave: evaluated where the weave changes, and kept in snapshots. What is known of the history
/// of a graph that was opened from a snapshot begins where the snapshot's does, until somebody needs more: then all is
/// evaluated from the root, once.
/// </summary>
internal sealed class WovenFacts(GraphIndex index, WeaveOrder order, IGraphPolicy policy, Evaluator evaluator, GraphClientOptions options, Func<int, Command> read)
{
    private const int RecentPlaces = 1024;
    private const int RecentBytes = 1 << 20;
    private const int CommandsOfFact = 2;
    private const int CommandsOverdue = 4;

    private FactHistory _history = new();
    private int _snapshotAt;

    /// <summary>The facts after the last place.</summary>
    public FactVersion Version => _history.Facts;

    /// <summary>Places that are evaluated.</summary>
    public int Count => _history.Count;

    public bool IsSnapshotDue => IsDue(1);

    public bool IsSnapshotOverdue => IsDue(CommandsOverdue);

    public bool IsLastSnapshotDue => options.SnapshotEvery is not null && Count - _snapshotAt > Version.Count / 100;

    /// <summary>Whether what is known of the history reaches back to the change.</summary>
    public bool Reaches(WeaveChange change, bool emit) => Math.Min(change.First, WholeFrom(emit)) >= _history.Start;

    /// <summary>The history, known from a place on at least; the error is a policy that fails now.</summary>
    public Result<FactHistory> HistoryFrom(int place)
    {
        if (place >= _history.Start)
            return _history;
        var history = new FactHistory();
        var rewrite = new FactRewrite(history, 0, 0, order.Count);
        for (var at = 0; at < order.Count; at++)
        {
            if (evaluator.Evaluate(read(order[at].Ordinal), rewrite) is { } error)
                return error;
            rewrite.Add(evaluator.Last.Touches);
        }
        rewrite.EndNew();
        rewrite.Finish();
        return _history = history;
    }

    /// <summary>
    /// Evaluates the places that changed, and of the rest behind them what touches what changed. The error, of a policy
    /// that failed, has changed nothing.
    /// </summary>
    /// <param name="change">The change, which what is known of the history reaches.</param>
    /// <param name="past">Knows what came of the new commands when they came.</param>
    /// <param name="effects">Takes the effects; null when they were emitted before.</param>
    /// <param name="evaluations">Commands that were evaluated.</param>
    public Result<FactChanges> Rewrite(WeaveChange change, PastFacts past, List<Emission>? effects, out int evaluations)
    {
        evaluations = 0;
        var wholeFrom = WholeFrom(effects is not null);
        var (first, end) = (Math.Min(change.First, wholeFrom), wholeFrom == int.MaxValue ? change.First + change.Inserted : order.Count);
        var rewrite = new FactRewrite(_history, first, Count - first - (order.Count - end), end - first);
        for (var place = first; place < end; place++)
        {
            if (EvaluateAt(order[place], past, rewrite, ref evaluations) is { } error)
                return error;
            rewrite.Add(evaluator.Last.Touches);
            if (place >= wholeFrom || !options.EmitWholeWeave)
                effects?.AddRange(evaluator.Last.Effects);
        }
        rewrite.EndNew();
        while (rewrite.TryNext(out var place))
        {
            if (EvaluateAt(order[place], past, rewrite, ref evaluations) is { } error)
            {
                rewrite.Abandon();
                return error;
            }
            rewrite.Replace(evaluator.Last.Touches);
            if (!options.EmitWholeWeave)
                effects?.AddRange(evaluator.Last.Effects);
        }
        return rewrite.Finish();
    }

    /// <summary>Puts the places of a run, evaluated when it came, behind all others.</summary>
    public FactChanges Append(OpenRun run, FactVersion facts)
    {
        var changes = new FactChanges();
        _history.Append(run, facts, changes);
        return changes;
    }

    /// <summary>Takes back the latest rewriting that is left.</summary>
    public void Restore(FactChanges changes, FactVersion before) => _history.Restore(changes, before);

    /// <summary>The facts as they are now; null when the policy's facts are not kept.</summary>
    /// <param name="heads">The heads of the version that is woven.</param>
    public FactSnapshot? TakeSnapshot(HeadSet heads)
    {
        if (policy.Version is null)
            return null;
        _snapshotAt = Count;
        return new FactSnapshot(new GraphId(index.IdOf(0)), PolicyName(), Count, heads.Digest, Version, _history.Recent(RecentPlaces, RecentBytes));
    }

    /// <summary>
    /// Notes and weaves the commands of the version that the snapshot is of, and takes its facts. Whether it fits: that
    /// version is told by its heads. If not, the order is of no use any more.
    /// </summary>
    public bool TryRestore(FactSnapshot snapshot)
    {
        if (snapshot.Policy != PolicyName() || snapshot.Commands > index.Count || snapshot.Graph.Init != index.IdOf(0))
            return false;
        for (var ordinal = 0; ordinal < snapshot.Commands; ordinal++)
            order.Note();
        var heads = order.HeadsOfNoted().ToList();
        if (new HeadSet(heads.Select(index.AddressOf)).Digest != snapshot.HeadsDigest || order.Extend(heads).Error is not null)
            return false;
        _history = new FactHistory(snapshot.Commands - snapshot.Recent.Places, new FactVersion(snapshot.Facts), snapshot.Recent.Copy(0, snapshot.Recent.Places));
        _snapshotAt = snapshot.Commands;
        return true;
    }

    private bool IsDue(long times) => options.SnapshotEvery is { } every && Count - _snapshotAt >= times * Math.Max(every, CommandsOfFact * Version.Count);

    // Where the weave begins that is evaluated as a whole.
    private int WholeFrom(bool emit)
    {
        if (!emit || !options.EmitWholeWeave || index.HeadOrdinals.Count == 1)
            return int.MaxValue;
        var place = order.Count - 1;
        while (!order[place].Alone)
            place--;
        return place + 1;
    }

    // What was evaluated when it came is not evaluated again where nothing else stands before it.
    private SyncError? EvaluateAt(Woven woven, PastFacts past, IFactSource before, ref int evaluations)
    {
        if (woven.Alone && past.TryRecall(woven.Ordinal))
            return null;
        if (!order.IsMerge(woven.Ordinal))
            evaluations++;
        return evaluator.Evaluate(read(woven.Ordinal), before);
    }

    private string PolicyName()
    {
        var limits = policy.Limits;
        return string.Create(CultureInfo.InvariantCulture, $"{policy.Version}; limits {limits.NameBytes} {limits.KeyBytes} {limits.ValueBytes} {limits.WritesPerCommand} {limits.EffectsPerCommand} {limits.BytesPerCommand}");
    }
}

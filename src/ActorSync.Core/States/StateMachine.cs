using ActorSync.Machines;
using ActorSync.Peers;

namespace ActorSync.States;

/// <summary>
/// The only writer of a state. What it is given becomes part of the state when the store has committed it, and is
/// answered then: merging does not care for order, so that nothing need be taken back when the store fails.
/// <code>
/// Set, Receive ──checked, stamped──> Append ──Committed──> merged: Changed, Applied, Received
///                                       └─────CommitFailed──> errors
/// any input, Tick ──> what expired becomes a tombstone, tombstones that are past go: Changed
/// </code>
/// </summary>
public sealed class StateMachine : IMachine<StateInput, StateOutput>
{
    private readonly NodeId _self;
    private readonly StateSettings _settings;
    private readonly HybridClock _clock;
    private readonly StateChecks _checks;
    private readonly Dictionary<long, Pending> _pending = [];
    private long _appends;
    private int _pendingEntries;
    private int _pendingKeys;
    private long _pendingBytes;

    /// <param name="self">This node: its stamps carry it.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="table">What is held: from now on written by this machine alone.</param>
    /// <param name="clock">The clock; it was shown what is held.</param>
    public StateMachine(NodeId self, StateSettings settings, StateTable table, HybridClock clock)
    {
        _self = self;
        _settings = settings;
        _clock = clock;
        _checks = new StateChecks(settings, table, clock);
        Table = table;
    }

    /// <summary>What is held, durably. To be read between inputs.</summary>
    public StateTable Table { get; }

    public void Handle(StateInput input, MonotonicTime now, IOutbox<StateOutput> outbox)
    {
        Expire(input.Wall, outbox);
        switch (input)
        {
            case StateInput.Set set:
                OnSet(set, outbox);
                break;
            case StateInput.Receive receive:
                OnReceive(receive, outbox);
                break;
            case StateInput.Committed committed when Take(committed.Append) is { } pending:
                OnCommitted(pending, committed.Wall, outbox);
                break;
            case StateInput.CommitFailed failed when Take(failed.Append) is { } pending:
                outbox.Put(pending.Failed(failed.Error));
                break;
        }
    }

    private void Expire(WallTime wall, IOutbox<StateOutput> outbox)
    {
        if (Table.NextExpiry >= wall)
            return;
        var expired = new List<StateEntry>();
        Table.Expire(wall, expired);
        if (expired.Count > 0)
            outbox.Put(new StateOutput.Changed([], expired));
    }

    private void OnSet(StateInput.Set set, IOutbox<StateOutput> outbox)
    {
        if (Refusal(set) is { } refusal)
        {
            outbox.Put(new StateOutput.Applied(set.Token, refusal));
            return;
        }
        var entries = new StateEntry[set.Sets.Count];
        for (var i = 0; i < entries.Length; i++)
            entries[i] = Stamped(set.Sets[i], set.Wall);
        if (set.AllWin && Losers(set.Sets, entries, set.Wall) is { Count: > 0 } losers)
        {
            outbox.Put(new StateOutput.Applied(set.Token, StateChecks.ChangeNothing(losers)));
            return;
        }
        var (keys, bytes) = Growth(entries);
        if (_checks.NoRoom(_pendingKeys + keys, _pendingBytes + bytes) is { } noRoom)
        {
            outbox.Put(new StateOutput.Applied(set.Token, noRoom));
            return;
        }
        Append(new Pending(entries, keys, bytes, _self, set.Token, null), set.Wall, outbox);
    }

    private SyncError? Refusal(StateInput.Set set)
    {
        if (set.Sets.Count == 0 || set.Sets.Count > _settings.Limits.EntriesPerSet)
            return new SyncError(SyncErrorKind.LimitExceeded, $"a set of {set.Sets.Count} entries: it takes 1 to {_settings.Limits.EntriesPerSet}");
        foreach (var one in set.Sets)
            if (_checks.Refusal(one, set.Wall) is { } refusal)
                return refusal;
        return Overload(set.Sets.Count);
    }

    private SyncError? Overload(int entries) => _pendingEntries == 0 || _pendingEntries + entries <= _settings.Limits.PendingEntries
        ? null
        : new SyncError(SyncErrorKind.Busy, $"{_pendingEntries} entries wait for the store; try again later");

    private StateEntry Stamped(StateSet set, WallTime wall)
    {
        var stamp = set.Milliseconds is { } given ? new StateStamp(given, 0, _self) : _clock.Next(wall);
        if (set.Value is { } value)
            return StateEntry.Live(set.Key, StateJson.Compact(value), stamp, set.TtlMilliseconds ?? (long?)_settings.DefaultTtl?.TotalMilliseconds);
        return StateEntry.Tombstone(set.Key, stamp, set.TtlMilliseconds ?? (long)_settings.TombstoneTtl.TotalMilliseconds);
    }

    // The writes that would change nothing, against what waits for the store as well; what is held already, as it is, is none
    // of them. Only a time that was given can be too early: the clock is ahead of all it has seen.
    private List<string> Losers(IReadOnlyList<StateSet> sets, StateEntry[] entries, WallTime wall)
    {
        var timed = new Dictionary<string, StateEntry>();
        for (var i = 0; i < entries.Length; i++)
            if (sets[i].Milliseconds is not null)
                timed[entries[i].Key] = entries[i];
        if (timed.Count == 0)
            return [];
        var losers = timed.Values
            .Where(entry => Table.Weigh(entry, wall) != MergeOutcome.Won && !(Table.TryGet(entry.Key, out var held) && held!.Hash == entry.Hash))
            .Select(entry => entry.Key).ToHashSet();
        foreach (var waiting in _pending.Values.SelectMany(pending => pending.Entries))
        {
            if (timed.TryGetValue(waiting.Key, out var entry) && waiting.IsNewerThan(entry))
                losers.Add(waiting.Key);
        }
        return [.. timed.Keys.Where(losers.Contains)];
    }

    private void OnReceive(StateInput.Receive receive, IOutbox<StateOutput> outbox)
    {
        if (Overload(receive.Entries.Count) is { } overload)
        {
            outbox.Put(new StateOutput.Received(receive.Token, overload));
            return;
        }
        var kept = new List<StateEntry>(receive.Entries.Count);
        var reasons = new List<SyncError>();
        var (refused, keys, bytes) = (0, 0, 0L);
        foreach (var entry in receive.Entries)
        {
            var isAhead = _checks.Refusal(entry, receive.Wall);
            if (isAhead is null && Table.Weigh(entry, receive.Wall) != MergeOutcome.Won)
                continue;
            var (key, size) = Growth([entry]);
            if ((isAhead ?? _checks.NoRoom(_pendingKeys + keys + key, _pendingBytes + bytes + size)) is { } reason)
            {
                refused++;
                if (reasons.Count < _settings.Limits.ReportedRefusals)
                    reasons.Add(reason);
                continue;
            }
            kept.Add(entry);
            keys += key;
            bytes += size;
        }
        var result = new StateReceiveResult(0, refused, reasons);
        if (refused > 0 && receive.AllOrNone)
            outbox.Put(new StateOutput.Received(receive.Token, reasons[0]));
        else if (kept.Count == 0)
            outbox.Put(new StateOutput.Received(receive.Token, result));
        else
            Append(new Pending(kept, keys, bytes, receive.Peer, receive.Token, result), receive.Wall, outbox);
    }

    // What the entries add to what is held: what replaces a larger entry is not counted against the limits.
    private (int Keys, long Bytes) Growth(ReadOnlySpan<StateEntry> entries)
    {
        var (keys, bytes) = (0, 0L);
        foreach (var entry in entries)
        {
            var isHeld = Table.TryGet(entry.Key, out var held);
            keys += isHeld ? 0 : 1;
            bytes += entry.Bytes.Length - (isHeld ? held!.Bytes.Length : 0);
        }
        return (keys, Math.Max(0, bytes));
    }

    // What is about to be durable counts for the clock already: a write made meanwhile is to be the newer one.
    private void Append(Pending pending, WallTime wall, IOutbox<StateOutput> outbox)
    {
        foreach (var entry in pending.Entries)
            _clock.Observe(entry.Stamp, wall);
        _pending.Add(++_appends, pending);
        Count(pending, 1);
        outbox.Put(new StateOutput.Append(_appends, pending.Entries));
    }

    private Pending? Take(long append)
    {
        if (_pending.Remove(append, out var pending))
            Count(pending, -1);
        return pending;
    }

    private void Count(Pending pending, int sign)
    {
        _pendingEntries += sign * pending.Entries.Count;
        _pendingKeys += sign * pending.Keys;
        _pendingBytes += sign * pending.Bytes;
    }

    private void OnCommitted(Pending pending, WallTime wall, IOutbox<StateOutput> outbox)
    {
        var outcomes = new MergeOutcome[pending.Entries.Count];
        var won = new List<StateEntry>(outcomes.Length);
        for (var i = 0; i < outcomes.Length; i++)
        {
            var entry = pending.Entries[i];
            _clock.Observe(entry.Stamp, wall);
            outcomes[i] = Table.Merge(entry, pending.Source, wall);
            if (outcomes[i] == MergeOutcome.Won)
                won.Add(entry);
        }
        if (won.Count > 0)
            outbox.Put(new StateOutput.Changed(won, []));
        outbox.Put(pending.Received is { } received
            ? new StateOutput.Received(pending.Token, received with { Won = won.Count })
            : new StateOutput.Applied(pending.Token, new StateSetResult(outcomes, Table.Version)));
    }

    private sealed record Pending(
        IReadOnlyList<StateEntry> Entries, int Keys, long Bytes, NodeId Source, long Token, StateReceiveResult? Received)
    {
        public StateOutput Failed(SyncError error) => Received is null
            ? new StateOutput.Applied(Token, error)
            : new StateOutput.Received(Token, error);
    }
}

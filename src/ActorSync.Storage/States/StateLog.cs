using ActorSync.States;
using ActorSync.States.Stores;

namespace ActorSync.Storage;

/// <summary>
/// The entries of one state in a record log, a record for each append. When the log has grown to several times what is
/// held, one record with all that is held takes the place of what came before; writes go on meanwhile.
/// </summary>
internal sealed class StateLog : IStateStore
{
    /// <summary>Bytes below which the log is left to grow.</summary>
    public const int MinCompactBytes = 1 << 20;

    private const int GrowthBeforeCompaction = 4;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, StateEntry> _held = [];
    private readonly Queue<(Task<SyncError?> Done, IReadOnlyList<StateEntry> Entries)> _underway = new();
    private readonly StateSettings _settings;
    private readonly TimeProvider _time;
    private readonly int _compactBytes;
    private RecordLog _log = null!;
    private StateStamp _clock;
    private long _heldBytes;
    private long _loggedBytes;
    private long _items;
    private bool _isCompacting;

    private StateLog(StateName name, StateSettings settings, LogOptions options)
    {
        Name = name;
        _settings = settings;
        _time = options.Time;
        _compactBytes = options.CompactBytes;
    }

    public StateName Name { get; }

    /// <summary>Ends when it is closed; whether all of it is on the disk.</summary>
    public Task<bool> Closed => _log.Closed;

    public bool IsClosing => _log.IsClosing;

    /// <summary>Where it ends; on the disk once it is closed.</summary>
    public LogEnd End => new(_log.Salt, _log.CommittedEnd.Segment, _log.CommittedEnd.Length);

    /// <summary>Bytes of bodies that were appended since the last compaction, it included.</summary>
    public long LoggedBytes
    {
        get
        {
            lock (_gate)
                return _loggedBytes;
        }
    }

    /// <summary>Whether nothing was ever appended to it.</summary>
    public bool IsUntouched => LoggedBytes == 0;

    /// <summary>Makes the log of a state, without an entry, in a folder that is there and empty.</summary>
    public static async Task<SyncError?> CreateAsync(LogOptions options)
    {
        if (!RecordLog.Create(options).TryGet(out var log, out var error))
            return error;
        await log.CloseAsync().ConfigureAwait(false);
        return log.CloseFailure;
    }

    /// <summary>Opens what is in the folder.</summary>
    public static Result<OpenedState> Open(LogOptions options, StateName name, StateSettings settings)
    {
        var state = new StateLog(name, settings, options);
        if (!RecordLog.Open(options with { ReplacingType = StateRecords.SnapshotType }, Visit).TryGet(out var log, out var error))
            return error;
        state._log = log;
        state.DropPast();
        return new OpenedState(state, [.. state._held.Values], state._clock);

        SyncError? Visit(RecordPlace place, byte type, ReadOnlyMemory<byte> body)
        {
            if (type == RecordFormat.ClosedType)
                return null;
            state._loggedBytes += body.Length;
            var clock = state._clock;
            var fault = StateRecords.Read(type, body.Span, ref clock, state.Hold);
            state.Observe(clock);
            return fault is null ? null : StoreErrors.Damaged(options.PathOf(place.Segment), place.Offset, fault);
        }
    }

    public async Task<SyncError?> AppendAsync(IReadOnlyList<StateEntry> entries)
    {
        ArgumentOutOfRangeException.ThrowIfZero(entries.Count);
        var record = StateRecords.Append(entries);
        Task<SyncError?> done;
        lock (_gate)
        {
            done = _log.AppendAsync(StateRecords.AppendType, record, entries.Count);
            _underway.Enqueue((done, entries));
            _loggedBytes += record.Length - RecordFormat.HeadSize;
        }
        var error = await done.ConfigureAwait(false);
        lock (_gate)
        {
            Settle();
            if (error is null && !_isCompacting && _loggedBytes > Math.Max(_compactBytes, GrowthBeforeCompaction * _heldBytes))
                _ = CompactAsync();
        }
        return error;
    }

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    // What was committed counts; what failed is forgotten. Appends end in the order in which they were begun.
    private void Settle()
    {
        while (_underway.TryPeek(out var append) && append.Done.IsCompleted)
        {
            _underway.Dequeue();
            if (append.Done.IsCompletedSuccessfully && append.Done.Result is null)
            {
                _items += append.Entries.Count;
                foreach (var entry in append.Entries)
                    Hold(entry);
            }
        }
    }

    // Appends under way come before the snapshot in the log, so that they are in it. Should one of them fail, the
    // snapshot fails with it; should one have failed this moment, it expects a number that it does not get.
    private async Task CompactAsync()
    {
        _isCompacting = true;
        var (isDone, before, length) = (false, _loggedBytes, _compactBytes);
        try
        {
            DropPast();
            Settle();
            var underway = _underway.SelectMany(append => append.Entries).ToArray();
            StateEntry[] entries = [.. _held.Values, .. underway];
            var latest = underway.Select(entry => entry.Stamp).Append(_clock).Max();
            var record = StateRecords.Snapshot(entries, latest);
            length = record.Length;
            isDone = await _log.AppendAsync(StateRecords.SnapshotType, record, 0, _items + underway.Length, replacesAll: true).ConfigureAwait(false) is null;
        }
        finally
        {
            lock (_gate)
            {
                _isCompacting = false;
                // A failed compaction is tried again when the log has grown by as much as one would be.
                _loggedBytes += isDone ? length - before : -length;
            }
        }
    }

    private void Hold(StateEntry entry)
    {
        Observe(entry.Stamp);
        if (_held.TryGetValue(entry.Key, out var held) && !IsInPlaceOf(entry, held))
            return;
        _held[entry.Key] = entry;
        _heldBytes += entry.Bytes.Length - (held?.Bytes.Length ?? 0);
    }

    // As the table decides it: what lies too far ahead of the clock pins no key.
    private bool IsInPlaceOf(StateEntry entry, StateEntry held) =>
        held.Stamp.Milliseconds > (Wall + _settings.Limits.Ahead).Milliseconds || entry.IsNewerThan(held);

    private void Observe(StateStamp stamp)
    {
        if (stamp > _clock)
            _clock = stamp;
    }

    private void DropPast()
    {
        var wall = Wall;
        foreach (var (key, entry) in _held.ToArray())
        {
            var now = entry.At(wall, _settings.ExpiredTtl);
            if (now is null)
                _held.Remove(key);
            else
                _held[key] = now;
            _heldBytes += (now?.Bytes.Length ?? 0) - entry.Bytes.Length;
        }
    }

    private WallTime Wall => new(_time.GetUtcNow().ToUnixTimeMilliseconds());
}

using ActorSync.Graphs;
using ActorSync.Peers;

namespace ActorSync.Storage;

/// <summary>
/// Peers' acked heads in memory and, a little later, in a record log of their own. The log is written without waiting for
/// the disk: what is lost costs a few commands sent twice. When it has grown to several times what is alive, one record
/// with all that is alive takes its place.
/// </summary>
internal sealed class PeerKnowledgeLog : IPeerKnowledge, IAsyncDisposable
{
    /// <summary>Bytes below which the log is left to grow.</summary>
    public const int MinCompactBytes = 256 << 10;

    /// <summary>Bytes of entries that one record takes; more go into several.</summary>
    public const int RecordBytes = 1 << 20;

    private const int GrowthBeforeCompaction = 4;

    private readonly Lock _gate = new();
    private readonly HashSet<LinkedListNode<RememberedHeads>> _entries = new(ByPair.Instance);
    private readonly HashSet<LinkedListNode<RememberedHeads>>.AlternateLookup<(PeerIdentity, GraphId)> _byPair;
    private readonly LinkedList<RememberedHeads> _byUse = new();
    private readonly HashSet<(PeerIdentity, GraphId)> _dirty = [];
    private readonly int _maxPairs;
    private readonly TimeSpan _delay;
    private readonly ITimer _timer;
    private RecordLog _log = null!;
    private Task _writing = Task.CompletedTask;
    private long _liveBytes;
    private long _loggedBytes;
    private bool _isTimerSet;
    private bool _isClosed;

    private PeerKnowledgeLog(StoreSettings settings, TimeProvider time)
    {
        _byPair = _entries.GetAlternateLookup<(PeerIdentity, GraphId)>();
        _maxPairs = settings.MaxKnownPairs;
        _delay = settings.KnowledgeDelay;
        _timer = time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int Count
    {
        get
        {
            lock (_gate)
                return _entries.Count;
        }
    }

    /// <summary>Opens what is in the folder, or makes it.</summary>
    public static Result<PeerKnowledgeLog> Open(LogOptions options, StoreSettings settings)
    {
        var knowledge = new PeerKnowledgeLog(settings, options.Time);
        if (!RecordLog.Open(options, knowledge.Replay).TryGet(out var log, out var error))
        {
            knowledge._timer.Dispose();
            return error;
        }
        knowledge._log = log;
        return knowledge;
    }

    public IReadOnlyList<Address> AckedHeads(PeerIdentity peer, GraphId graph)
    {
        lock (_gate)
        {
            if (!_byPair.TryGetValue((peer, graph), out var node))
                return [];
            _byUse.Remove(node);
            _byUse.AddLast(node);
            return node.Value.Heads;
        }
    }

    public void RememberAckedHeads(PeerIdentity peer, GraphId graph, IReadOnlyList<Address> heads)
    {
        // Whoever learns of heads keeps no more than that, the newest last.
        var kept = heads.Count <= KnownHeads.Most ? heads : [.. heads.TakeLast(KnownHeads.Most)];
        lock (_gate)
        {
            if (_isClosed || (_byPair.TryGetValue((peer, graph), out var known) && known.Value.Heads.SequenceEqual(kept)))
                return;
            Put(new RememberedHeads(peer, graph, kept));
            _dirty.Add((peer, graph));
            SetTimer();
        }
    }

    /// <summary>Writes what is new, and closes the log.</summary>
    public async ValueTask DisposeAsync()
    {
        Task writing;
        lock (_gate)
        {
            if (_isClosed)
                return;
            _isClosed = true;
            writing = _writing;
        }
        await _timer.DisposeAsync().ConfigureAwait(false);
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await WriteAsync().ConfigureAwait(false);
        }
        finally
        {
            await _log.CloseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Writes what is new. What could not be written stays new.</summary>
    internal async Task WriteAsync()
    {
        RememberedHeads[] entries;
        bool all;
        lock (_gate)
        {
            all = _loggedBytes > Math.Max(MinCompactBytes, GrowthBeforeCompaction * _liveBytes);
            // In order of their use, so that the order survives too.
            entries = [.. all ? _byUse : _byUse.Where(entry => _dirty.Contains((entry.Peer, entry.Graph)))];
            _dirty.Clear();
            _dirty.TrimExcess();
        }
        var written = 0;
        try
        {
            while (written < entries.Length && await AppendAsync(Slice(entries, written), all && written == 0).ConfigureAwait(false) is > 0 and var count)
                written += count;
        }
        finally
        {
            if (written < entries.Length)
                StaysNew(entries.AsSpan(written));
        }
    }

    private static ArraySegment<RememberedHeads> Slice(RememberedHeads[] entries, int from)
    {
        var (end, bytes) = (from + 1, entries[from].Size);
        while (end < entries.Length && (bytes += entries[end].Size) <= RecordBytes)
            end++;
        return new ArraySegment<RememberedHeads>(entries, from, end - from);
    }

    // Entries that were written: all of them, or none.
    private async Task<int> AppendAsync(ArraySegment<RememberedHeads> entries, bool replacesAll)
    {
        var record = RememberedHeads.Encode(entries);
        if (await _log.AppendAsync(RememberedHeads.RecordType, record, replacesAll: replacesAll).ConfigureAwait(false) is not null)
            return 0;
        lock (_gate)
            _loggedBytes = replacesAll ? record.Length : _loggedBytes + record.Length;
        return entries.Count;
    }

    private void StaysNew(ReadOnlySpan<RememberedHeads> entries)
    {
        lock (_gate)
        {
            foreach (var entry in entries)
            {
                if (_byPair.Contains((entry.Peer, entry.Graph)))
                    _dirty.Add((entry.Peer, entry.Graph));
            }
            SetTimer();
        }
    }

    private SyncError? Replay(RecordPlace place, byte type, ReadOnlyMemory<byte> body)
    {
        if (type == RecordFormat.ClosedType)
            return null;
        _loggedBytes += place.Length;
        for (var at = 0; at < body.Length;)
        {
            if (type != RememberedHeads.RecordType || RememberedHeads.Read(body.Span, ref at) is not { } entry)
                return new SyncError(SyncErrorKind.StoreDamaged, "a record of peers' heads cannot be read");
            Put(entry);
        }
        return null;
    }

    private void Put(RememberedHeads entry)
    {
        var key = (entry.Peer, entry.Graph);
        if (_byPair.TryGetValue(key, out var old))
            Forget(old);
        else if (_entries.Count == _maxPairs)
            ForgetLeastUsed();
        _entries.Add(_byUse.AddLast(entry));
        _liveBytes += entry.Size;
    }

    private void ForgetLeastUsed()
    {
        var least = _byUse.First!;
        _dirty.Remove((least.Value.Peer, least.Value.Graph));
        Forget(least);
    }

    private void Forget(LinkedListNode<RememberedHeads> node)
    {
        _entries.Remove(node);
        _byUse.Remove(node);
        _liveBytes -= node.Value.Size;
    }

    private void SetTimer()
    {
        if (!_isTimerSet && !_isClosed)
            _isTimerSet = _timer.Change(_delay, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            _isTimerSet = false;
            if (!_isClosed)
                _writing = WriteAfterAsync(_writing);
        }
    }

    private async Task WriteAfterAsync(Task before)
    {
        // Whatever stopped the write before, what it did not write stayed new.
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await WriteAsync().ConfigureAwait(false);
    }

    // The pair is in the entry: there may be as many as peers, and none holds it twice.
    private sealed class ByPair : IEqualityComparer<LinkedListNode<RememberedHeads>>, IAlternateEqualityComparer<(PeerIdentity, GraphId), LinkedListNode<RememberedHeads>>
    {
        public static readonly ByPair Instance = new();

        public bool Equals(LinkedListNode<RememberedHeads>? x, LinkedListNode<RememberedHeads>? y) => ReferenceEquals(x, y);

        public int GetHashCode(LinkedListNode<RememberedHeads> entry) => GetHashCode((entry.Value.Peer, entry.Value.Graph));

        public bool Equals((PeerIdentity, GraphId) pair, LinkedListNode<RememberedHeads> entry) => pair == (entry.Value.Peer, entry.Value.Graph);

        public int GetHashCode((PeerIdentity, GraphId) pair) => pair.GetHashCode();

        public LinkedListNode<RememberedHeads> Create((PeerIdentity, GraphId) pair) => throw new NotSupportedException("an entry is more than its pair");
    }
}

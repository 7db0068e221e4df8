using System.Threading.Channels;
using ActorSync.Transport.Framing;
using ActorSync.Transport.Streams;

namespace ActorSync.Transport.Memory;

/// <summary>
/// One direction of a link in memory: a bounded queue of payloads. It counts what the same payloads would cost on a
/// stream. Faults happen on the way in; what is held back or delayed still takes its place in the queue.
/// </summary>
internal sealed class MemoryPipe
{
    private readonly Channel<Item> _arrived = Channel.CreateUnbounded<Item>();
    private readonly SendGate _gate;
    private readonly FaultSource? _faults;
    private readonly TimeProvider _time;
    private readonly List<Delayed> _delayed = [];
    private Item? _heldBack;
    private SyncError? _receiverSees;
    private long _payloadsIn;
    private long _payloadsOut;
    private long _bytesIn;
    private long _bytesOut;

    public MemoryPipe(int maxQueueBytes, FaultSource? faults, TimeProvider time)
    {
        _gate = new SendGate(maxQueueBytes, Take);
        _faults = faults;
        _time = time;
    }

    /// <summary>Payloads, and their bytes framing included, that were sent into the pipe.</summary>
    public (long Payloads, long Bytes) Sent => (Interlocked.Read(ref _payloadsIn), Interlocked.Read(ref _bytesIn));

    /// <summary>Payloads, and their bytes framing included, that were received from it.</summary>
    public (long Payloads, long Bytes) Received => (Interlocked.Read(ref _payloadsOut), Interlocked.Read(ref _bytesOut));

    public ValueTask<SyncError?> SendAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation) =>
        _gate.EnterAsync(payload, Cost(payload), cancellation);

    public async ValueTask<Result<ReadOnlyMemory<byte>>> ReceiveAsync(CancellationToken cancellation)
    {
        while (await _arrived.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
        {
            if (!_arrived.Reader.TryRead(out var item))
                continue;
            Interlocked.Increment(ref _payloadsOut);
            Interlocked.Add(ref _bytesOut, Cost(item.Payload));
            _gate.Release(item.QueuedBytes);
            return item.Payload;
        }
        return _receiverSees!;
    }

    /// <summary>Nothing more goes in. What is inside still arrives, then the receiver gets its error. Only the first close counts.</summary>
    public void Close(SyncError senderSees, SyncError receiverSees)
    {
        _gate.Close(senderSees);
        lock (_gate.Sync)
        {
            if (_receiverSees is not null)
                return;
            _receiverSees = receiverSees;
            ReleaseHeldBack();
            foreach (var delayed in _delayed)
                delayed.Arrive(_arrived.Writer);
            _delayed.Clear();
            _arrived.Writer.Complete();
        }
    }

    /// <summary>Throws away what has not been received.</summary>
    public void Drain()
    {
        while (_arrived.Reader.TryRead(out _))
        {
        }
    }

    private static int Cost(ReadOnlyMemory<byte> payload) => FrameHeader.Size + payload.Length;

    private void Take(ReadOnlyMemory<byte> payload)
    {
        Interlocked.Increment(ref _payloadsIn);
        Interlocked.Add(ref _bytesIn, Cost(payload));
        var fate = _faults?.Next() ?? Fate.Arrives;
        if (fate.Dropped)
        {
            _gate.Release(Cost(payload));
            return;
        }
        Arrive(new Item(payload.ToArray(), Cost(payload)), fate);
        if (fate.Duplicated)
            Arrive(new Item(payload.ToArray(), 0), Fate.Arrives);
    }

    private void Arrive(Item item, Fate fate)
    {
        if (fate.Delay > TimeSpan.Zero)
        {
            var delayed = new Delayed(item);
            _delayed.Add(delayed);
            delayed.Start(_time, fate.Delay, () => EndDelay(delayed));
            return;
        }
        if (fate.HeldBack && _heldBack is null)
        {
            _heldBack = item;
            return;
        }
        _arrived.Writer.TryWrite(item);
        ReleaseHeldBack();
    }

    private void ReleaseHeldBack()
    {
        if (_heldBack is not null)
            _arrived.Writer.TryWrite(_heldBack);
        _heldBack = null;
    }

    private void EndDelay(Delayed delayed)
    {
        lock (_gate.Sync)
        {
            if (_delayed.Remove(delayed))
                delayed.Arrive(_arrived.Writer);
        }
    }

    /// <summary>A payload on its way, and the bytes of the queue that it gives back on arrival: a duplicate took none.</summary>
    private sealed record Item(ReadOnlyMemory<byte> Payload, int QueuedBytes);

    private sealed class Delayed(Item item)
    {
        private ITimer? _timer;

        public void Start(TimeProvider time, TimeSpan delay, Action end) =>
            _timer = time.CreateTimer(static end => ((Action)end!)(), end, delay, Timeout.InfiniteTimeSpan);

        public void Arrive(ChannelWriter<Item> arrived)
        {
            _timer?.Dispose();
            arrived.TryWrite(item);
        }
    }
}

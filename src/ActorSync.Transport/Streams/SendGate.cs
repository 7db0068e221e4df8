namespace ActorSync.Transport.Streams;

/// <summary>
/// The way into a bounded queue: payloads go in while their bytes fit, then senders wait in the order they came. A
/// payload whose wait is cancelled has not gone in. What goes in is handed to <c>take</c>, in order, under the lock.
/// </summary>
/// <param name="maxBytes">Bytes that may be in the queue at once. An empty queue takes a payload of any size.</param>
/// <param name="take">Puts a payload into the queue. It copies what it keeps.</param>
internal sealed class SendGate(long maxBytes, Action<ReadOnlyMemory<byte>> take)
{
    private readonly LinkedList<Waiter> _waiters = new();
    private long _usedBytes;
    private SyncError? _closed;

    /// <summary>The lock over the gate and the queue behind it.</summary>
    public Lock Sync { get; } = new();

    /// <summary>
    /// Ends when the payload is in the queue (null), or when it never will be (why). The cost is what it takes of the
    /// queue, framing included.
    /// </summary>
    public ValueTask<SyncError?> EnterAsync(ReadOnlyMemory<byte> payload, int costBytes, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<SyncError?>(cancellation);
        LinkedListNode<Waiter> place;
        lock (Sync)
        {
            if (_closed is not null)
                return ValueTask.FromResult<SyncError?>(_closed);
            if (_waiters.Count == 0 && Fits(costBytes))
            {
                Admit(payload, costBytes);
                return default;
            }
            place = _waiters.AddLast(new Waiter(payload, costBytes));
        }
        return WaitAsync(place, cancellation);
    }

    /// <summary>Bytes have left the queue: those who wait go in as far as they fit.</summary>
    public void Release(long bytes)
    {
        lock (Sync)
        {
            _usedBytes -= bytes;
            while (_closed is null && _waiters.First is { } first && Fits(first.Value.CostBytes))
            {
                _waiters.RemoveFirst();
                Admit(first.Value.Payload, first.Value.CostBytes);
                first.Value.Done.SetResult(null);
            }
        }
    }

    /// <summary>Nothing goes in any more; those who wait get the error. Only the first close counts.</summary>
    public void Close(SyncError why)
    {
        lock (Sync)
        {
            _closed ??= why;
            foreach (var waiter in _waiters)
                waiter.Done.SetResult(_closed);
            _waiters.Clear();
        }
    }

    private bool Fits(int costBytes) => _usedBytes == 0 || _usedBytes + costBytes <= maxBytes;

    private void Admit(ReadOnlyMemory<byte> payload, int costBytes)
    {
        _usedBytes += costBytes;
        take(payload);
    }

    private async ValueTask<SyncError?> WaitAsync(LinkedListNode<Waiter> place, CancellationToken cancellation)
    {
        using var registration = cancellation.UnsafeRegister(_ => Withdraw(place, cancellation), null);
        return await place.Value.Done.Task.ConfigureAwait(false);
    }

    private void Withdraw(LinkedListNode<Waiter> place, CancellationToken cancellation)
    {
        lock (Sync)
        {
            if (place.List is null)
                return;
            _waiters.Remove(place);
            place.Value.Done.SetCanceled(cancellation);
        }
    }

    private sealed record Waiter(ReadOnlyMemory<byte> Payload, int CostBytes)
    {
        public TaskCompletionSource<SyncError?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

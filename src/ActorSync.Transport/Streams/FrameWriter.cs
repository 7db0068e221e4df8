using System.Buffers;
using System.Runtime.CompilerServices;
using ActorSync.Transport.Framing;

namespace ActorSync.Transport.Streams;

/// <summary>
/// The way out of a link: senders append frames to one buffer while the other is being written, then the two change
/// places. A lone payload goes out at once, and if it is small, on the thread that sends it; what gathers during a write
/// goes out together, in one write. A payload is copied once, so that its memory is the sender's again.
/// </summary>
internal sealed class FrameWriter
{
    /// <summary>A buffer that grew beyond this, in bytes, goes back to the shared pool as soon as it is written out.</summary>
    private const int KeptBufferBytes = 64 << 10;

    /// <summary>A payload up to this size, in bytes, is rather written by its sender than by a thread that must be woken.</summary>
    private const int SmallPayloadBytes = 16 << 10;

    private readonly Stream _stream;
    private readonly SendGate _gate;
    private readonly LinkPulse _pulse;
    private readonly LinkMeter _meter;
    private readonly Signal _wake = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Batch _filling = new();
    private Batch _writing = new();
    private bool _asleep;
    private int _mustWake;
    private bool _last;

    public FrameWriter(Stream stream, int maxQueueBytes, LinkPulse pulse, LinkMeter meter)
    {
        _stream = stream;
        _gate = new SendGate(maxQueueBytes, TakePayload);
        _pulse = pulse;
        _meter = meter;
    }

    /// <summary>Starts to write. A stream that fails is reported once.</summary>
    public void Start(Action<Exception> failed) => _ = WriteAllAsync(failed);

    public ValueTask<SyncError?> SendAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        var sending = _gate.EnterAsync(payload, FrameHeader.Size + payload.Length, cancellation);
        // Outside of the lock, for the writer may go on here.
        if (Interlocked.Exchange(ref _mustWake, 0) == 1)
            _wake.Set(here: payload.Length <= SmallPayloadBytes);
        return sending;
    }

    /// <summary>Sends a keep-alive, unless something is on its way already.</summary>
    public void SendKeepAlive()
    {
        lock (_gate.Sync)
        {
            if (!_asleep || _last)
                return;
            new FrameHeader(FrameKind.KeepAlive, 0).Write(_filling.Append(FrameHeader.Size));
            Wake();
        }
    }

    /// <summary>
    /// Takes no more payloads; ends when what is queued, and then the last frame, has been written or has failed. A
    /// refusal takes the place of the payloads that wait; they would not be read.
    /// </summary>
    public Task FinishAsync(SyncError why, ReadOnlyMemory<byte> refusal)
    {
        _gate.Close(why);
        lock (_gate.Sync)
        {
            if (!_last)
            {
                _last = true;
                if (!refusal.IsEmpty)
                {
                    _filling.Clear();
                    refusal.Span.CopyTo(_filling.Append(refusal.Length));
                }
                Wake();
            }
        }
        return _ended.Task;
    }

    /// <summary>Takes no more payloads and drops what is queued.</summary>
    public void Abort(SyncError why)
    {
        _gate.Close(why);
        lock (_gate.Sync)
        {
            _last = true;
            _filling.Clear();
            Wake();
        }
    }

    private void TakePayload(ReadOnlyMemory<byte> payload)
    {
        var frame = _filling.Append(FrameHeader.Size + payload.Length);
        new FrameHeader(FrameKind.Payload, payload.Length).Write(frame);
        payload.Span.CopyTo(frame[FrameHeader.Size..]);
        _filling.Payloads++;
        _filling.QueuedBytes += frame.Length;
        if (!_asleep)
            return;
        _asleep = false;
        _mustWake = 1;
    }

    private void Wake()
    {
        if (!_asleep)
            return;
        _asleep = false;
        _wake.Set();
    }

    private async Task WriteAllAsync(Action<Exception> failed)
    {
        try
        {
            while (await NextBatchAsync().ConfigureAwait(false))
            {
                await _stream.WriteAsync(_writing.Bytes).ConfigureAwait(false);
                _pulse.Sent();
                _meter.Sent(_writing.Bytes.Length, _writing.Payloads);
                var released = _writing.QueuedBytes;
                _writing.Clear();
                _gate.Release(released);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            failed(e);
        }
        finally
        {
            Free();
            _ended.SetResult();
        }
    }

    /// <summary>Makes the filled buffer the one to write, after a sleep if it is empty. False: nothing will come any more.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> NextBatchAsync()
    {
        while (true)
        {
            lock (_gate.Sync)
            {
                if (_filling.Bytes.Length > 0)
                {
                    (_filling, _writing) = (_writing, _filling);
                    return true;
                }
                if (_last)
                    return false;
                _asleep = true;
            }
            await _wake.WaitAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Gives the buffers back once nobody can write into them: the gate is closed, or is by now.</summary>
    private void Free()
    {
        _gate.Close(new SyncError(SyncErrorKind.Unreachable, "the link can no longer be written to"));
        lock (_gate.Sync)
        {
            _last = true;
            _filling.Clear(keptBytes: 0);
            _writing.Clear(keptBytes: 0);
        }
    }

    /// <summary>Frames one behind the other, in memory of the shared pool that this batch owns.</summary>
    private sealed class Batch
    {
        private byte[] _buffer = [];
        private int _length;

        public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

        public int Payloads { get; set; }

        /// <summary>Bytes that the gate counts: those of payload frames.</summary>
        public long QueuedBytes { get; set; }

        public Span<byte> Append(int bytes)
        {
            var needed = checked(_length + bytes);
            if (needed > _buffer.Length)
            {
                var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, (int)Math.Min(2L * _buffer.Length, Array.MaxLength)));
                _buffer.AsSpan(0, _length).CopyTo(larger);
                Return();
                _buffer = larger;
            }
            var place = _buffer.AsSpan(_length, bytes);
            _length = needed;
            return place;
        }

        public void Clear(int keptBytes = KeptBufferBytes)
        {
            (_length, Payloads, QueuedBytes) = (0, 0, 0);
            if (_buffer.Length > keptBytes)
            {
                Return();
                _buffer = [];
            }
        }

        private void Return()
        {
            if (_buffer.Length > 0)
                ArrayPool<byte>.Shared.Return(_buffer);
        }
    }
}

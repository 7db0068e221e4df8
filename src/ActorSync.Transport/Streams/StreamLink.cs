using System.Runtime.CompilerServices;
using ActorSync.Peers;
using ActorSync.Transport.Framing;

namespace ActorSync.Transport.Streams;

/// <summary>
/// A link over a stream of bytes, after the handshake. It ends once, for one reason, which every later call gets:
/// by <see cref="DisposeAsync"/> (what is queued is still sent), by the other end, by silence, or by a frame that breaks
/// the rules (the other end is told why).
/// </summary>
internal sealed class StreamLink : ILink
{
    private readonly IConnection _connection;
    private readonly StreamLinkSettings _settings;
    private readonly TimeProvider _time;
    private readonly LinkPulse _pulse;
    private readonly LinkMeter _meter;
    private readonly FrameReader _reader;
    private readonly FrameWriter _writer;
    private readonly Lock _endSync = new();
    private volatile SyncError? _ended;
    private Task _closed = Task.CompletedTask;
    private Task<Result<ReadOnlyMemory<byte>>>? _leftBehind;
    private int _receiving;

    public StreamLink(
        IConnection connection, Agreement agreement, StreamLinkSettings settings, TimeProvider time, LinkPulse pulse, LinkMeter meter, FrameReader reader)
    {
        _connection = connection;
        _settings = settings;
        _time = time;
        _pulse = pulse;
        _meter = meter;
        _reader = reader;
        _writer = new FrameWriter(connection.Stream, settings.MaxQueueBytes, pulse, meter);
        Peer = agreement.Peer;
        MaxPayloadBytes = agreement.MaxPayloadBytes;
        _writer.Start(e => Fail(Lost(e)));
        _pulse.Start(_writer.SendKeepAlive, () => Fail(Unreachable($"was silent for {_settings.DeadAfter.TotalSeconds:0.###} s and is given up")));
    }

    public PeerIdentity Peer { get; }

    public string RemoteName => _connection.RemoteName;

    public int MaxPayloadBytes { get; }

    public int FrameOverheadBytes => FrameHeader.Size;

    public LinkCounters Counters => _meter.Counters;

    public TimeSpan SilentFor => _pulse.SilentFor;

    public ValueTask<SyncError?> SendAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation = default)
    {
        LinkLimits.CheckPayload(payload, MaxPayloadBytes);
        return _writer.SendAsync(payload, cancellation);
    }

    /// <remarks>
    /// Cancelling stops the wait, not the read: a payload that is half here would be lost with it. The next call takes
    /// the read over.
    /// </remarks>
    public ValueTask<Result<ReadOnlyMemory<byte>>> ReceiveAsync(CancellationToken cancellation = default)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<Result<ReadOnlyMemory<byte>>>(cancellation);
        if (Interlocked.Exchange(ref _leftBehind, null) is { } leftBehind)
            return WaitAsync(leftBehind, cancellation);
        if (Interlocked.Exchange(ref _receiving, 1) == 1)
            throw new InvalidOperationException("a link has one receiver: the previous ReceiveAsync has not ended");
        var read = ReadPayloadAsync();
        return read.IsCompleted || !cancellation.CanBeCanceled ? read : WaitAsync(read.AsTask(), cancellation);
    }

    /// <summary>The other end is told why, and the link closes behind that: it broke the rules, or is one too many.</summary>
    public SyncError Refuse(SyncError error) => Close(At(error), HandshakeCodec.WriteRefusal(error));

    public async ValueTask DisposeAsync()
    {
        Close(new SyncError(SyncErrorKind.ShuttingDown, $"this node closed the link to {RemoteName}"), refusal: default);
        await _closed.ConfigureAwait(false);
    }

    private async ValueTask<Result<ReadOnlyMemory<byte>>> WaitAsync(Task<Result<ReadOnlyMemory<byte>>> read, CancellationToken cancellation)
    {
        try
        {
            return await read.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Volatile.Write(ref _leftBehind, read);
            throw;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Result<ReadOnlyMemory<byte>>> ReadPayloadAsync()
    {
        try
        {
            while (_ended is null)
            {
                if (!await _reader.BufferAsync(FrameHeader.Size).ConfigureAwait(false))
                    return Fail(EndOfStream(_reader.Buffered.Length, FrameHeader.Size));
                var header = FrameHeader.Read(_reader.Buffered);
                _reader.Consume(FrameHeader.Size);
                if (header.Kind == FrameKind.Payload)
                    return await ReadBodyAsync(header.Length).ConfigureAwait(false);
                if (header.Kind == FrameKind.Control && await ReadControlAsync(header.Length).ConfigureAwait(false) is { } error)
                    return error;
            }
            return _ended;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return Fail(Lost(e));
        }
        finally
        {
            Volatile.Write(ref _receiving, 0);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Result<ReadOnlyMemory<byte>>> ReadBodyAsync(int length)
    {
        if (length > MaxPayloadBytes)
            return Refuse(new SyncError(SyncErrorKind.LimitExceeded, $"a payload of {length} bytes was announced, the link takes at most {MaxPayloadBytes}"));
        var payload = GC.AllocateUninitializedArray<byte>(length);
        var read = await _reader.ReadBodyAsync(payload).ConfigureAwait(false);
        if (read < length)
            return Fail(EndOfStream(FrameHeader.Size + read, FrameHeader.Size + length));
        if (_ended is { } ended)
            return ended; // An orderly end throws away what still arrives, perhaps a piece of this payload too.
        _meter.ReceivedPayload();
        return new ReadOnlyMemory<byte>(payload);
    }

    private async ValueTask<SyncError?> ReadControlAsync(int length)
    {
        if (length is 0 or > FrameHeader.MaxControlBytes)
            return Refuse(new SyncError(SyncErrorKind.LimitExceeded, $"a control frame of {length} bytes was announced, it must have 1 to {FrameHeader.MaxControlBytes}"));
        if (!await _reader.BufferAsync(length).ConfigureAwait(false))
            return Fail(EndOfStream(FrameHeader.Size + _reader.Buffered.Length, FrameHeader.Size + length));
        var body = _reader.Buffered[..length];
        var refused = HandshakeCodec.IsRefusal(body);
        var error = HandshakeCodec.ReadLaterControl(body);
        _reader.Consume(length);
        return error is null ? null : refused ? Fail(At(error)) : Refuse(error);
    }

    /// <summary>The link is gone: everything closes at once. Gives the reason that counts, which is the first.</summary>
    private SyncError Fail(SyncError error)
    {
        lock (_endSync)
        {
            if (_ended is not null)
                return _ended;
            _ended = error;
        }
        _pulse.Dispose();
        _writer.Abort(error);
        _connection.Abort();
        return error;
    }

    private SyncError Close(SyncError error, ReadOnlyMemory<byte> refusal)
    {
        lock (_endSync)
        {
            if (_ended is not null)
                return _ended;
            _ended = error;
            _closed = CloseAsync(error, refusal);
            return error;
        }
    }

    private async Task CloseAsync(SyncError error, ReadOnlyMemory<byte> refusal)
    {
        _pulse.Dispose();
        using var timeout = new CancellationTokenSource(_settings.CloseTimeout, _time);
        try
        {
            await _writer.FinishAsync(error, refusal).WaitAsync(timeout.Token).ConfigureAwait(false);
            await _connection.FinishAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The other end does not take the rest in time, or is gone: it loses what it did not take.
        }
        _connection.Abort();
    }

    private SyncError EndOfStream(int bytesOfFrame, int frameBytes) => bytesOfFrame == 0
        ? Unreachable("closed by peer")
        : Unreachable($"closed by peer in the middle of a frame, after {bytesOfFrame} of {frameBytes} bytes");

    private SyncError Lost(Exception e) => Unreachable($"connection lost: {e.Message}");

    private SyncError Unreachable(string what) => At(new SyncError(SyncErrorKind.Unreachable, what));

    private SyncError At(SyncError error) => error with { Message = $"link to {RemoteName}: {error.Message}" };
}

using System.Runtime.CompilerServices;

namespace ActorSync.Transport.Streams;

/// <summary>
/// Reads a stream through one small buffer, so that many small frames cost one read, and lets large bodies pass it by.
/// One caller at a time.
/// </summary>
internal sealed class FrameReader(Stream stream, int bufferBytes, LinkPulse pulse, LinkMeter meter)
{
    private readonly byte[] _buffer = new byte[bufferBytes];
    private int _start;
    private int _end;

    /// <summary>What has been received and not consumed; valid until the next read.</summary>
    public ReadOnlySpan<byte> Buffered => _buffer.AsSpan(_start, _end - _start);

    public void Consume(int bytes) => _start += bytes;

    /// <summary>Waits until so many bytes are buffered, at most what the buffer holds. False: the stream ended before.</summary>
    public ValueTask<bool> BufferAsync(int bytes, CancellationToken cancellation = default) =>
        _end - _start >= bytes ? new(true) : ReadUntilAsync(bytes, cancellation);

    /// <summary>Waits for at least one more byte in the buffer. False: the stream has ended.</summary>
    public ValueTask<bool> ReadMoreAsync(CancellationToken cancellation = default) => ReadUntilAsync(_end - _start + 1, cancellation);

    /// <summary>Fills the destination. What is long goes straight into it; gives fewer bytes only when the stream ended.</summary>
    public ValueTask<int> ReadBodyAsync(Memory<byte> destination)
    {
        var buffered = TakeBuffered(destination.Span);
        return buffered == destination.Length ? new(buffered) : ReadRestAsync(destination, buffered);
    }

    private int TakeBuffered(Span<byte> destination)
    {
        var taken = Math.Min(destination.Length, _end - _start);
        Buffered[..taken].CopyTo(destination);
        Consume(taken);
        return taken;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadRestAsync(Memory<byte> destination, int filled)
    {
        while (filled < destination.Length)
        {
            var rest = destination[filled..];
            if (_start < _end)
                filled += TakeBuffered(rest.Span);
            else if (rest.Length >= _buffer.Length / 2)
            {
                var read = await ReadAsync(rest).ConfigureAwait(false);
                if (read == 0)
                    break;
                filled += read;
            }
            else if (!await ReadMoreAsync().ConfigureAwait(false))
                break;
        }
        return filled;
    }

    // Every frame waits here, and every asynchronous method around a wait has its price: this one reads by itself.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ReadUntilAsync(int bytes, CancellationToken cancellation)
    {
        do
        {
            MakeRoom();
            pulse.ReadBegins();
            try
            {
                var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation).ConfigureAwait(false);
                meter.Received(read);
                if (read == 0)
                    return false;
                _end += read;
            }
            finally
            {
                pulse.ReadEnds();
            }
        }
        while (_end - _start < bytes);
        return true;
    }

    private void MakeRoom()
    {
        if (_start == _end)
            _start = _end = 0;
        else if (_start > 0)
        {
            Buffered.CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadAsync(Memory<byte> destination)
    {
        pulse.ReadBegins();
        try
        {
            var read = await stream.ReadAsync(destination).ConfigureAwait(false);
            meter.Received(read);
            return read;
        }
        finally
        {
            pulse.ReadEnds();
        }
    }
}

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
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> BufferAsync(int bytes, CancellationToken cancellation = default)
    {
        while (_end - _start < bytes)
        {
            if (!await ReadMoreAsync(cancellation).ConfigureAwait(false))
                return false;
        }
        return true;
    }

    /// <summary>Waits for at least one more byte in the buffer. False: the stream has ended.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> ReadMoreAsync(CancellationToken cancellation = default)
    {
        if (_start == _end)
            _start = _end = 0;
        else if (_start > 0)
        {
            Buffered.CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        var read = await ReadAsync(_buffer.AsMemory(_end), cancellation).ConfigureAwait(false);
        _end += read;
        return read > 0;
    }

    /// <summary>Fills the destination. What is long goes straight into it; gives fewer bytes only when the stream ended.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadBodyAsync(Memory<byte> destination)
    {
        var filled = 0;
        while (filled < destination.Length)
        {
            var rest = destination[filled..];
            if (_start < _end)
            {
                var taken = Math.Min(rest.Length, _end - _start);
                Buffered[..taken].CopyTo(rest.Span);
                Consume(taken);
                filled += taken;
            }
            else if (rest.Length >= _buffer.Length / 2)
            {
                var read = await ReadAsync(rest, CancellationToken.None).ConfigureAwait(false);
                if (read == 0)
                    break;
                filled += read;
            }
            else if (!await ReadMoreAsync().ConfigureAwait(false))
                break;
        }
        return filled;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellation)
    {
        pulse.ReadBegins();
        try
        {
            var read = await stream.ReadAsync(destination, cancellation).ConfigureAwait(false);
            meter.Received(read);
            return read;
        }
        finally
        {
            pulse.ReadEnds();
        }
    }
}

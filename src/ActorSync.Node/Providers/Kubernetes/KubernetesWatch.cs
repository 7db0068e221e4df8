namespace ActorSync.Node.Providers.Kubernetes;

/// <summary>The lines of one watch as they come.</summary>
internal sealed class KubernetesWatch(HttpResponseMessage response, Stream body, int lineBytes, CancellationTokenSource deadline, CancellationTokenSource either) : IDisposable
{
    private byte[] _buffer = new byte[Math.Min(4096, lineBytes + 1)];
    private int _start;
    private int _end;

    /// <summary>
    /// The next line that is not empty, in memory that holds until the next call; null when the server has ended the watch.
    /// </summary>
    /// <exception cref="SyncException">LimitExceeded: the line is too long. Unreachable: the watch broke off inside of a line, or is dead.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellation)
    {
        try
        {
            var searched = _start;
            while (true)
            {
                var found = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
                if (found >= 0)
                {
                    var line = _buffer.AsMemory(_start, searched + found - _start);
                    searched = _start = searched + found + 1;
                    if (!line.Span.Trim(" \t\r"u8).IsEmpty)
                        return line;
                    continue;
                }
                if (_end - _start > lineBytes)
                    throw new SyncException(new SyncError(SyncErrorKind.LimitExceeded, $"a line of the watch of Kubernetes is longer than {lineBytes} bytes"));
                MakeRoom();
                searched = _end;
                var read = await body.ReadAsync(_buffer.AsMemory(_end), either.Token);
                if (read > 0)
                    _end += read;
                else if (_end == _start)
                    return null;
                else
                    throw new SyncException(new SyncError(SyncErrorKind.Unreachable, "the watch of Kubernetes broke off in the middle of a line"));
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new SyncException(new SyncError(SyncErrorKind.Unreachable, "the watch of Kubernetes did not end when it should have: its connection is dead"));
        }
    }

    public void Dispose()
    {
        response.Dispose();
        either.Dispose();
        deadline.Dispose();
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, (int)Math.Min(2L * _end, lineBytes + 1L));
    }
}

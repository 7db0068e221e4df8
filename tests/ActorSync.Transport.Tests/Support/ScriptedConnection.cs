using System.Threading.Channels;
using ActorSync.Transport.Streams;

namespace ActorSync.Transport.Tests.Support;

/// <summary>A connection whose other end is the test: it says what arrives, sees each write, and may hold writes back.</summary>
internal sealed class ScriptedConnection : IConnection
{
    private readonly Channel<byte[]> _arriving = Channel.CreateUnbounded<byte[]>();
    private readonly Channel<byte[]> _writes = Channel.CreateUnbounded<byte[]>();
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _hold = new();

    public ScriptedConnection()
    {
        _hold.SetResult();
        Stream = new ScriptedStream(this);
    }

    public Stream Stream { get; }

    public string RemoteName => "test://peer";

    public Task Aborted => _aborted.Task;

    public void Arrive(params byte[][] pieces)
    {
        foreach (var piece in pieces)
            _arriving.Writer.TryWrite(piece);
    }

    /// <summary>The next write, from the moment it begins.</summary>
    public ValueTask<byte[]> NextWrite() => _writes.Reader.ReadAsync();

    /// <summary>The writes that begin from now on do not end.</summary>
    public void HoldWrites() => _hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void ReleaseWrites() => _hold.SetResult();

    public Task FinishAsync(CancellationToken cancellation) => Task.CompletedTask;

    public void Abort()
    {
        _aborted.TrySetResult();
        _arriving.Writer.TryComplete();
    }

    private sealed class ScriptedStream(ScriptedConnection connection) : Stream
    {
        private ReadOnlyMemory<byte> _rest;

        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_rest.IsEmpty && await connection._arriving.Reader.WaitToReadAsync(cancellationToken))
                _rest = await connection._arriving.Reader.ReadAsync(cancellationToken);
            var taken = Math.Min(_rest.Length, buffer.Length);
            _rest[..taken].CopyTo(buffer);
            _rest = _rest[taken..];
            return taken;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            connection._writes.Writer.TryWrite(buffer.ToArray());
            await Task.WhenAny(connection._hold.Task, connection._aborted.Task).WaitAsync(cancellationToken);
            if (connection._aborted.Task.IsCompleted)
                throw new IOException("aborted");
        }

        public override void Flush() => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

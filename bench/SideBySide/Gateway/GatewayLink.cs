using ActorSync.Peers;

namespace ActorSync.Bench.SideBySide.Gateway;

/// <summary>One of the peers on a connection of the gateway. It holds a payload at most while nobody reads.</summary>
internal sealed class GatewayLink(PeerIdentity peer, int number, GatewayFrames frames, int maxPayloadBytes) : ILink
{
    private static readonly SyncError Gone = new(SyncErrorKind.Unreachable, "the gateway's connection is closed");

    private Queue<ReadOnlyMemory<byte>>? _waiting;
    private TaskCompletionSource<Result<ReadOnlyMemory<byte>>>? _reader;
    private bool _isClosed;

    public PeerIdentity Peer => peer;

    public string RemoteName => "tcp://gateway";

    public int MaxPayloadBytes => maxPayloadBytes;

    public int FrameOverheadBytes => GatewayFrames.Overhead;

    public LinkCounters Counters => default;

    public async ValueTask<SyncError?> SendAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation = default)
    {
        try
        {
            await frames.WriteAsync(number, payload);
            return null;
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            return Gone;
        }
    }

    public ValueTask<Result<ReadOnlyMemory<byte>>> ReceiveAsync(CancellationToken cancellation = default)
    {
        lock (this)
        {
            if (_waiting is not null && _waiting.TryDequeue(out var payload))
            {
                _waiting = _waiting.Count == 0 ? null : _waiting;
                return ValueTask.FromResult<Result<ReadOnlyMemory<byte>>>(payload);
            }
            if (_isClosed)
                return ValueTask.FromResult<Result<ReadOnlyMemory<byte>>>(Gone);
            _reader = new TaskCompletionSource<Result<ReadOnlyMemory<byte>>>(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask<Result<ReadOnlyMemory<byte>>>(_reader.Task);
        }
    }

    /// <summary>A payload came for this peer's link.</summary>
    public void Put(ReadOnlyMemory<byte> payload)
    {
        TaskCompletionSource<Result<ReadOnlyMemory<byte>>>? reader;
        lock (this)
        {
            (reader, _reader) = (_reader, null);
            if (reader is null)
                (_waiting ??= new Queue<ReadOnlyMemory<byte>>(1)).Enqueue(payload);
        }
        reader?.SetResult(payload);
    }

    public void Close()
    {
        TaskCompletionSource<Result<ReadOnlyMemory<byte>>>? reader;
        lock (this)
            (reader, _reader, _isClosed) = (_reader, null, true);
        reader?.SetResult(Gone);
    }

    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }
}

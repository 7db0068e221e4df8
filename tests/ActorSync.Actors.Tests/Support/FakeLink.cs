using System.Threading.Channels;
using ActorSync.Peers;

namespace ActorSync.Actors.Tests.Support;

/// <summary>A link whose other end is the test.</summary>
internal sealed class FakeLink(PeerIdentity peer) : ILink
{
    private readonly Channel<Result<ReadOnlyMemory<byte>>> _inbound = Channel.CreateUnbounded<Result<ReadOnlyMemory<byte>>>();
    private readonly Channel<ReadOnlyMemory<byte>> _outbound = Channel.CreateUnbounded<ReadOnlyMemory<byte>>();
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource<SyncError?>? _blocked;
    private int _receives;

    public PeerIdentity Peer => peer;

    public string RemoteName => "fake://peer";

    public int MaxPayloadBytes => 1 << 20;

    public int FrameOverheadBytes => 8;

    public LinkCounters Counters => default;

    /// <summary>Ends when the link was closed here.</summary>
    public Task Disposed => _disposed.Task;

    /// <summary>How many payloads were asked for.</summary>
    public int Receives => Volatile.Read(ref _receives);

    /// <summary>What was sent, also while the link takes nothing.</summary>
    public ChannelReader<ReadOnlyMemory<byte>> Sent => _outbound.Reader;

    /// <summary>From now on a payload is taken when <see cref="Unblock"/> says so.</summary>
    public void Block() => _blocked = new TaskCompletionSource<SyncError?>(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>From now on nothing is taken, for that reason.</summary>
    public void Fail(SyncError why)
    {
        Block();
        _blocked!.SetResult(why);
    }

    /// <summary>It takes what it was given, or nothing of it for that reason, and all that comes then.</summary>
    public void Unblock(SyncError? why = null)
    {
        var blocked = _blocked!;
        _blocked = null;
        blocked.SetResult(why);
    }

    public void Arrive(ReadOnlyMemory<byte> payload) => _inbound.Writer.TryWrite(payload);

    public void Break() => _inbound.Writer.TryWrite(new SyncError(SyncErrorKind.Unreachable, "the cable was cut"));

    public ValueTask<SyncError?> SendAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation = default)
    {
        _outbound.Writer.TryWrite(payload);
        return _blocked is { } blocked ? new ValueTask<SyncError?>(blocked.Task) : ValueTask.FromResult<SyncError?>(null);
    }

    public async ValueTask<Result<ReadOnlyMemory<byte>>> ReceiveAsync(CancellationToken cancellation = default)
    {
        Interlocked.Increment(ref _receives);
        return await _inbound.Reader.ReadAsync(cancellation);
    }

    public ValueTask DisposeAsync()
    {
        _disposed.TrySetResult();
        return ValueTask.CompletedTask;
    }
}

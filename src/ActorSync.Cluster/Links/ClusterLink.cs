using System.Threading.Channels;
using ActorSync.Peers;
using Akka.Actor;

namespace ActorSync.Cluster;

/// <summary>
/// A link between two nodes of a cluster, over the engine's remoting: the end that is read and written. A
/// <see cref="ClusterLinkActor"/> beside it talks to the other end.
/// </summary>
internal sealed class ClusterLink(IActorRef actor, PeerIdentity peer, string remoteName, int maxPayloadBytes) : ILink
{
    /// <summary>Payloads that may be under way in each direction: sent, and not yet taken by whoever reads the other end.</summary>
    public const int Window = 32;

    private readonly Channel<ReadOnlyMemory<byte>> _in = Channel.CreateBounded<ReadOnlyMemory<byte>>(Window);
    private readonly SemaphoreSlim _room = new(Window);
    private readonly CancellationTokenSource _ended = new();
    private SyncError? _why;
    private long _bytesIn, _bytesOut, _payloadsIn, _payloadsOut, _heard = Environment.TickCount64;

    public PeerIdentity Peer => peer;

    public string RemoteName => remoteName;

    public int MaxPayloadBytes => maxPayloadBytes;

    /// <summary>The number, and what remoting puts around a message; about that much.</summary>
    public int FrameOverheadBytes => 200;

    public LinkCounters Counters => new(
        Interlocked.Read(ref _bytesIn), Interlocked.Read(ref _bytesOut), Interlocked.Read(ref _payloadsIn), Interlocked.Read(ref _payloadsOut));

    public TimeSpan SilentFor => TimeSpan.FromMilliseconds(Environment.TickCount64 - Interlocked.Read(ref _heard));

    public async ValueTask<SyncError?> SendAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(payload.Length, nameof(payload));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, maxPayloadBytes, nameof(payload));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _ended.Token);
        try
        {
            await _room.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return _why;
        }
        Interlocked.Increment(ref _payloadsOut);
        Interlocked.Add(ref _bytesOut, payload.Length + FrameOverheadBytes);
        // Remoting writes it later, when the caller's memory may be another's.
        actor.Tell(new ClusterLinkActor.Out(payload.ToArray()));
        return null;
    }

    public async ValueTask<Result<ReadOnlyMemory<byte>>> ReceiveAsync(CancellationToken cancellation = default)
    {
        try
        {
            var payload = await _in.Reader.ReadAsync(cancellation).ConfigureAwait(false);
            actor.Tell(ClusterLinkActor.TookOne.Instance);
            return payload;
        }
        catch (ChannelClosedException)
        {
            return _why!;
        }
    }

    public ValueTask DisposeAsync()
    {
        actor.Tell(ClusterLinkActor.Close.Instance);
        return ValueTask.CompletedTask;
    }

    /// <summary>The other end has said something.</summary>
    public void Hear() => Interlocked.Exchange(ref _heard, Environment.TickCount64);

    /// <summary>Takes a payload for whoever reads; false when the other end sends more than it may.</summary>
    public bool Offer(ReadOnlyMemory<byte> payload)
    {
        Interlocked.Increment(ref _payloadsIn);
        Interlocked.Add(ref _bytesIn, payload.Length + FrameOverheadBytes);
        return _in.Writer.TryWrite(payload);
    }

    /// <summary>So many payloads were taken at the other end.</summary>
    public void MakeRoom(int payloads) => _room.Release(payloads);

    /// <summary>What came is still read, then the error; senders get it at once. Only the first counts.</summary>
    public void End(SyncError why)
    {
        if (Interlocked.CompareExchange(ref _why, why, null) is not null)
            return;
        _in.Writer.TryComplete();
        _ended.Cancel();
    }
}

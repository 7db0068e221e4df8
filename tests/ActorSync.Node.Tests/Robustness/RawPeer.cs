using System.Security.Cryptography;
using ActorSync.Graphs;
using ActorSync.Peers;
using ActorSync.Transport.Tcp;
using ActorSync.Wire;

namespace ActorSync.Node.Tests.Robustness;

/// <summary>A peer that is a link and no node: it says what it is told to, right or wrong, and reads when it is told to.</summary>
internal sealed class RawPeer : IAsyncDisposable
{
    /// <summary>The sample of a peer that holds nothing, and says that this is all.</summary>
    public static readonly Sample Nothing = Sample.Empty with { AllHeads = true };

    private readonly ILink _link;
    private uint _sequence;

    private RawPeer(ILink link)
    {
        _link = link;
        Subscription = new SubscriptionId(NewNumber());
    }

    public SubscriptionId Subscription { get; }

    /// <summary>What went over its link, framing and keep-alives included.</summary>
    public LinkCounters Counters => _link.Counters;

    public static async Task<RawPeer> ConnectAsync(string endpoint, TcpLinkSettings? settings = null, NodeId? node = null)
    {
        var self = new PeerIdentity(node ?? new NodeId(new UInt128(NewNumber(), NewNumber())), new InstanceId(NewNumber()));
        while (true)
        {
            // A listener to which too many come at once closes the oldest: they come again, as a node's dialer does.
            if ((await new TcpLinkConnector(settings).ConnectAsync(endpoint, new LinkIdentity(self, WireLimits.Default.PayloadBytes))).TryGet(out var link, out var error))
                return new RawPeer(link);
            if (error.Kind is not (SyncErrorKind.Unreachable or SyncErrorKind.Busy))
                throw new SyncException(error);
        }
    }

    /// <summary>A number that nobody else drew.</summary>
    public static ulong NewNumber() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1;

    public ValueTask<SyncError?> SendAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation = default) => _link.SendAsync(payload, cancellation);

    public ValueTask<SyncError?> SendAsync(SyncMessage message) => _link.SendAsync(SyncCodec.Encode(message));

    /// <summary>The next message, or why the link is gone.</summary>
    public async Task<Result<SyncMessage>> TryReceiveAsync(CancellationToken cancellation = default) =>
        (await _link.ReceiveAsync(cancellation)).TryGet(out var payload, out var error) ? SyncCodec.Decode(payload, WireLimits.Default) : error;

    /// <summary>Reads until a message of this type comes; others are passed over.</summary>
    public async Task<T> ReceiveAsync<T>(TimeSpan? atMost = null)
        where T : SyncMessage
    {
        using var late = new CancellationTokenSource(atMost ?? TimeSpan.FromSeconds(30));
        while (true)
        {
            if ((await TryReceiveAsync(late.Token)).Value is T wanted)
                return wanted;
        }
    }

    /// <summary>A Subscribe to one graph, of which this peer says to hold nothing.</summary>
    public Subscribe Subscribe(GraphId graph, ulong maxBytes = 1 << 30) =>
        new(Subscription, ++_sequence, 3600, maxBytes, [new SubscribeGraph(graph, Nothing)]);

    /// <summary>Acknowledges a push, by the addresses that the peer would hold now.</summary>
    public ValueTask<SyncError?> AckAsync(Push push, Address head) => SendAsync(new PushAck(push.Id, push.Graph, push.Index, [head]));

    public ValueTask DisposeAsync() => _link.DisposeAsync();
}

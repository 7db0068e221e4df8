using System.Globalization;
using System.Net.Sockets;
using ActorSync.Bench.SideBySide.Gateway;
using ActorSync.Bench.SideBySide.Harness;
using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.Bench.SideBySide.Roles;

/// <summary>Peers behind a gateway: each subscribes, acknowledges what it is sent, and has nothing else to say. Words: connections, peers on each.</summary>
internal sealed class GatewayPeersRole(string[] words) : Role
{
    private static readonly Sample Nothing = Sample.Empty with { AllHeads = true };

    private readonly List<GatewayFrames> _connections = [];
    private readonly TaskCompletionSource _level = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _pushed;

    private int Connections => NodeRole.Number(words[0]);

    private int PeersEach => NodeRole.Number(words[1]);

    protected override Task<string> StartAsync() => Task.FromResult("ready");

    protected override async Task<string> OnAsync(string verb, string[] words) => (verb, words) switch
    {
        ("subscribe", [var endpoint, var graph]) => await SubscribeAsync(endpoint, graph),
        ("bytes", []) => _connections.Sum(connection => connection.Bytes).ToString(CultureInfo.InvariantCulture),
        _ => throw new BenchException($"peers behind a gateway know no {verb} of {words.Length} words"),
    };

    public override ValueTask DisposeAsync()
    {
        _connections.ForEach(connection => connection.Dispose());
        return ValueTask.CompletedTask;
    }

    // Ends when every peer was sent what there is of the graph and has acknowledged it.
    private async Task<string> SubscribeAsync(string endpoint, string graph)
    {
        var (host, port) = (endpoint.Split(':')[0], NodeRole.Number(endpoint.Split(':')[1]));
        for (var connection = 0; connection < Connections; connection++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(host, port);
            var frames = new GatewayFrames(socket);
            _connections.Add(frames);
            _ = AcknowledgeAsync(frames);
            for (var peer = 0; peer < PeersEach; peer++)
            {
                var number = (ulong)(connection * PeersEach + peer + 1);
                await frames.WriteAsync(peer, GatewayFrames.Write(new PeerIdentity(new NodeId(number), new InstanceId(number))));
                var subscribe = new Subscribe(new SubscriptionId(number), 1, 3600, 1 << 30, [new SubscribeGraph(NodeRole.Graph(graph), Nothing)]);
                await frames.WriteAsync(peer, SyncCodec.Encode(subscribe));
            }
        }
        await _level.Task;
        return "done";
    }

    private async Task AcknowledgeAsync(GatewayFrames frames)
    {
        while (await frames.ReadAsync() is var (peer, payload))
        {
            if (SyncCodec.Decode(payload, WireLimits.Default).Value is not Push push)
                continue;
            var head = push.Commands.Decode(WireLimits.Default).Value[^1].Address;
            await frames.WriteAsync(peer, SyncCodec.Encode(new PushAck(push.Id, push.Graph, push.Index, [head])));
            if (Interlocked.Increment(ref _pushed) == Connections * PeersEach)
                _level.SetResult();
        }
    }
}

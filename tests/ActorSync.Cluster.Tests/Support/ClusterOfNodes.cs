using System.Net;
using System.Net.Sockets;
using ActorSync.Actors;
using ActorSync.Placement;
using ActorSync.Transport.Memory;
using Akka.Actor;

namespace ActorSync.Cluster.Tests.Support;

/// <summary>Several nodes in this process, each with an actor system of its own, in one Akka cluster on loopback.</summary>
public sealed class ClusterOfNodes : IAsyncDisposable
{
    private readonly Dictionary<ISyncNode, ActorSystem> _systems = [];
    private readonly int _seedPort = FreePort();

    /// <summary>The network on which nodes outside of the cluster reach those in it, as "memory://node-N".</summary>
    public MemoryLinkNetwork Network { get; } = new();

    /// <summary>Those that were started and not taken out, in the order of their start.</summary>
    public List<ISyncNode> Nodes { get; } = [];

    /// <summary>Each graph on so many nodes; null for all.</summary>
    public int? Factor { get; init; } = 2;

    public int Shards { get; init; } = 16;

    public async Task<ISyncNode> StartAsync(uint number, string role = "sync", Action<string>? log = null)
    {
        var port = Nodes.Count == 0 && _systems.Count == 0 ? _seedPort : FreePort();
        ActorSystem? made = null;
        var settings = new ClusterSettings { Shards = Shards };
        var options = new SyncNodeOptions
        {
            Store = ActorSync.Actors.Tests.Support.Nodes.MemoryStore(number),
            Connector = Network,
            Listen = identity => Network.Listen($"node-{number}", identity),
            Log = log is null ? null : (level, line) => log($"{number} {level} {line}"),
            Mesh = new MeshOptions
            {
                Placement = new PlacementRule(Factor, "sync"),
                Holding = HoldingSettings.Default with { Grace = TimeSpan.FromMilliseconds(100), AskEvery = TimeSpan.FromMilliseconds(100) },
            },
            EngineConfiguration =
                $$"""
                akka {
                  loglevel = {{(log is null ? "WARNING" : "INFO")}}
                  actor.serialize-messages = off
                  remote.dot-netty.tcp { hostname = "127.0.0.1", port = {{port}}, applied-adapters = ["trttl"] }
                  cluster {
                    seed-nodes = ["akka.trttl.tcp://actorsync@127.0.0.1:{{_seedPort}}"]
                    roles = ["{{role}}"]
                    gossip-interval = 200ms
                    leader-actions-interval = 200ms
                    unreachable-nodes-reaper-interval = 200ms
                    failure-detector { heartbeat-interval = 200ms, acceptable-heartbeat-pause = 2s }
                    split-brain-resolver.stable-after = 1s
                    sharding { rebalance-interval = 500ms, retry-interval = 200ms }
                    distributed-data { gossip-interval = 200ms, notify-subscribers-interval = 100ms }
                  }
                }
                """,
        }.InCluster(settings);
        ((NodeCluster)options.Cluster!).Started += system => made = system;
        var node = SyncNode.Start(options).Value;
        _systems.Add(node, made!);
        Nodes.Add(node);
        await ActorSync.Actors.Tests.Support.Nodes.WaitForMembersAsync(node, Nodes.Count);
        return node;
    }

    /// <summary>Starts so many, numbered from 1, and waits until each sees all.</summary>
    public async Task StartAllAsync(int count)
    {
        for (var i = 1u; i <= count; i++)
            await StartAsync(i);
        await Task.WhenAll(Nodes.Select(node => ActorSync.Actors.Tests.Support.Nodes.WaitForMembersAsync(node, count)));
    }

    /// <summary>As a process that is killed: nobody is told.</summary>
    public async Task CrashAsync(ISyncNode node)
    {
        Nodes.Remove(node);
        await Faults.CrashAsync(_systems[node]);
    }

    /// <summary>Nothing passes between the two sides, or everything does again.</summary>
    public async Task CutAsync(IEnumerable<ISyncNode> one, IEnumerable<ISyncNode> other, bool isCut)
    {
        var others = other.ToArray();
        await Task.WhenAll(one.SelectMany(_ => others, (here, there) => Faults.CutAsync(_systems[here], _systems[there], isCut)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
            await node.DisposeAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

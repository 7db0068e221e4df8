using System.Text;
using ActorSync.Actors;
using ActorSync.Graphs;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;
using ActorSync.Placement;
using ActorSync.Transport.Memory;
using Akka.Actor;
using Akka.Actor.Setup;

namespace ActorSync.Cluster.Tests.Support;

/// <summary>Several nodes in this process, each with an actor system of its own, in one Akka cluster on loopback.</summary>
public sealed class ClusterOfNodes : IAsyncDisposable
{
    private readonly Dictionary<ISyncNode, ActorSystem> _systems = [];
    private readonly Dictionary<NodeId, CuttableLinks> _links = [];
    private readonly Dictionary<uint, INodeStore> _stores = [];
    private readonly int[] _ports = LoopbackPorts.Free(8);

    /// <summary>The network on which nodes outside of the cluster reach those in it, as "memory://node-N".</summary>
    public MemoryLinkNetwork Network { get; } = new();

    /// <summary>Those that were started and not taken out, in the order of their start. A list of its own at each look.</summary>
    public IReadOnlyList<ISyncNode> Nodes { get; private set; } = [];

    /// <summary>Takes the lines of the nodes' logs, each with its node's number; null for none.</summary>
    public Action<string>? Log { get; init; }

    /// <summary>Each graph on so many nodes; null for all.</summary>
    public int? Factor { get; init; } = 2;

    public int Shards { get; init; } = 16;

    /// <summary>HOCON for the engine of each.</summary>
    public string Engine { get; init; } = TestEngine.Configuration;

    /// <summary>How long the members must have been as they are before the smaller part of a cluster that is cut ends itself.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long heartbeats may be missing; long where nobody is to be missed, so that a busy machine is not taken for one that died.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The rule by which all nodes place graphs.</summary>
    public PlacementRule Placement => new(Factor, "sync") { Shards = Shards };

    public Task<ISyncNode> StartAsync(uint number, string role = "sync", INodeStore? store = null)
    {
        ActorSystem? made = null;
        var options = OptionsOf(number, store) with { EngineConfiguration = EngineOf(number, role) };
        ((NodeCluster)options.Cluster!).Started += system => made = system;
        return AddAsync(SyncNode.Start(options).Value, () => made!);
    }

    /// <summary>Starts one in an actor system that is there before it.</summary>
    public Task<ISyncNode> StartInAsync(uint number, Func<ActorSystemSetup, ActorSystem> create)
    {
        var options = OptionsOf(number, null);
        var system = create(options.ClusterSetup(EngineOf(number, "sync")).Value);
        return AddAsync(SyncNode.Start(options.InActorSystem(system)).Value, () => system);
    }

    /// <summary>A node of the cluster, but for the configuration of its engine.</summary>
    public SyncNodeOptions OptionsOf(uint number, INodeStore? store)
    {
        _stores[number] = store ??= ActorSync.Actors.Tests.Support.Nodes.MemoryStore(number);
        return new SyncNodeOptions
        {
            Store = store,
            Connector = _links[store.Node] = new CuttableLinks(Network),
            Listen = identity => Network.Listen($"node-{number}", identity),
            Log = Log is null ? null : (level, line) => Log($"{number} {level} {line}"),
            Mesh = new MeshOptions
            {
                Endpoints = [$"memory://node-{number}"],
                Placement = Placement,
                Holding = HoldingSettings.Default with { Grace = TimeSpan.FromMilliseconds(100), AskEvery = TimeSpan.FromMilliseconds(100) },
            },
        }.InCluster(new ClusterSettings { Shards = Shards });
    }

    // Who is the first begins the cluster at once; all others join those that are there, and never begin one of their own.
    private string Seeds(uint number) => string.Join(", ", (Nodes.Count == 0 ? [number] : Nodes.Select(node => (uint)node.Id.Value))
        .Select(seed => $"\"akka.trttl.tcp://actorsync@127.0.0.{seed}:{_ports[seed - 1]}\""));

    // Times are short: so long as nobody waits for more, a test takes no longer than the failure detector.
    private string EngineOf(uint number, string role) =>
        $$"""
        {{Engine}}
        akka {
          loglevel = {{(Log is null ? "WARNING" : "INFO")}}
          remote.retry-gate-closed-for = 200ms
          remote.dot-netty.tcp { hostname = "127.0.0.{{number}}", port = {{_ports[number - 1]}}, applied-adapters = ["trttl"] }
          cluster {
            seed-nodes = [{{Seeds(number)}}]
            roles = ["{{role}}"]
            gossip-interval = 200ms
            leader-actions-interval = 200ms
            retry-unsuccessful-join-after = 500ms
            unreachable-nodes-reaper-interval = 200ms
            failure-detector { heartbeat-interval = 200ms, acceptable-heartbeat-pause = {{(int)Pause.TotalSeconds}}s }
            split-brain-resolver.stable-after = {{(int)StableAfter.TotalSeconds}}s
            sharding { rebalance-interval = 500ms, retry-interval = 200ms }
            distributed-data { gossip-interval = 200ms, notify-subscribers-interval = 100ms }
          }
        }
        """;

    private async Task<ISyncNode> AddAsync(ISyncNode node, Func<ActorSystem> system)
    {
        _systems.Add(node, system());
        Nodes = [.. Nodes, node];
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

    /// <summary>Graphs with one command each, made at the first node, and replicated.</summary>
    public async Task<List<GraphId>> MakeGraphsAsync(int count)
    {
        var graphs = new List<GraphId>();
        for (var i = 0; i < count; i++)
        {
            graphs.Add((await Nodes[0].CreateGraphAsync(BitConverter.GetBytes(i))).Value);
            await ActAsync(Nodes[0], graphs[i], "first");
        }
        return graphs;
    }

    /// <summary>An action that is to be replicated. While holders come and go it may be refused, which is when it was not carried out.</summary>
    public static async Task<ActorSync.Graphs.Address> ActAsync(ISyncNode node, GraphId graph, string text)
    {
        using var patience = new CancellationTokenSource(ActorSync.Actors.Tests.Support.Nodes.Patience);
        while (true)
        {
            var result = await node.AddAsync(graph, Encoding.UTF8.GetBytes(text), new ActionOptions { Ack = AckMode.Replicated, Within = TimeSpan.FromSeconds(40) }, patience.Token);
            if (result.Error is not { Kind: SyncErrorKind.NotHolder or SyncErrorKind.UnknownGraph or SyncErrorKind.Busy or SyncErrorKind.ShuttingDown })
                return result.Value;
            await Task.Delay(20, patience.Token);
        }
    }

    /// <summary>The actor system that a node is in.</summary>
    public ActorSystem SystemOf(ISyncNode node) => _systems[node];

    /// <summary>The nodes that placement names for a graph.</summary>
    public ISyncNode[] HoldersOf(GraphId graph)
    {
        var holders = Rendezvous.Holders(Nodes[0].Membership!.View, graph, Placement);
        return [.. Nodes.Where(node => holders.Contains(node.Id))];
    }

    /// <summary>It leaves, and is not started again.</summary>
    public async Task LeaveAsync(ISyncNode node)
    {
        Nodes = [.. Nodes.Where(other => other != node)];
        await node.DisposeAsync();
        await Task.WhenAll(Nodes.Select(other => ActorSync.Actors.Tests.Support.Nodes.WaitForMembersAsync(other, Nodes.Count)));
    }

    /// <summary>Waits until a node has ended by itself.</summary>
    public async Task WaitForEndAsync(ISyncNode node)
    {
        Nodes = [.. Nodes.Where(other => other != node)];
        await _systems[node].WhenTerminated.WaitAsync(ActorSync.Actors.Tests.Support.Nodes.Patience);
    }

    /// <summary>As a process that is killed: nobody is told.</summary>
    public async Task CrashAsync(ISyncNode node)
    {
        Nodes = [.. Nodes.Where(other => other != node)];
        await Faults.CrashAsync(_systems[node]);
    }

    /// <summary>It leaves, and is started again on the same store.</summary>
    public async Task RestartAsync(uint number)
    {
        await LeaveAsync(Nodes.Single(one => one.Id.Value == number));
        await StartAsync(number, store: _stores[number]);
    }

    /// <summary>Nothing passes between the two sides, or everything does again.</summary>
    public async Task CutAsync(IEnumerable<ISyncNode> one, IEnumerable<ISyncNode> other, bool isCut)
    {
        var others = other.ToArray();
        foreach (var (here, there) in one.SelectMany(_ => others, (here, there) => (here, there)).ToArray())
        {
            _links[here.Id].Cut(there.ListenName!, isCut);
            _links[there.Id].Cut(here.ListenName!, isCut);
            await Faults.CutAsync(_systems[here], _systems[there], isCut);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
            await node.DisposeAsync();
    }
}

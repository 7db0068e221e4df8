using System.Text;
using ActorSync.Graphs;
using ActorSync.Graphs.Stores;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Transport.Memory;
using ActorSync.Transport.Tcp;

namespace ActorSync.Actors.Tests.Support;

/// <summary>Nodes in this process, and what tests of several of them do.</summary>
internal static class Nodes
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(50);

    /// <summary>Times short enough for a test that loses payloads on purpose.</summary>
    public static SyncSettings Hurried(SyncSettings? from = null)
    {
        var settings = from ?? new SyncSettings();
        return settings with
        {
            Polls = settings.Polls with { RetryAfter = TimeSpan.FromMilliseconds(100), GapAfter = TimeSpan.FromMilliseconds(20), Retries = 12 },
            Subscriptions = settings.Subscriptions with { RetryAfter = TimeSpan.FromMilliseconds(100), RetryAtMost = TimeSpan.FromMilliseconds(400) },
        };
    }

    public static MemoryNodeStore MemoryStore(uint node) => new(new PeerIdentity(new NodeId(node), new InstanceId(1)));

    /// <summary>A node that listens as "memory://node-N".</summary>
    public static ISyncNode Start(MemoryLinkNetwork network, uint node, SyncSettings? settings = null, INodeStore? store = null) => SyncNode.Start(new SyncNodeOptions
    {
        Store = store ?? MemoryStore(node),
        Connector = network,
        Listen = identity => network.Listen($"node-{node}", identity),
        Settings = settings ?? new SyncSettings(),
        EngineConfiguration = TestEngine.Configuration,
    }).Value;

    public static ISyncNode StartTcp(INodeStore store, SyncSettings? settings = null, string listen = "127.0.0.1:0") => SyncNode.Start(new SyncNodeOptions
    {
        Store = store,
        Connector = new TcpLinkConnector(),
        Listen = ListenTcp(listen),
        Settings = settings ?? new SyncSettings(),
        EngineConfiguration = TestEngine.Configuration,
    }).Value;

    public static Func<LinkIdentity, Result<ILinkListener>> ListenTcp(string endpoint) => identity =>
        TcpLinkListener.Start(endpoint, identity).TryGet(out var listener, out var error) ? new Result<ILinkListener>(listener) : error;

    public static async Task<GraphId> FillAsync(this ISyncNode node, int commands)
    {
        var graph = (await node.CreateGraphAsync("a graph"u8.ToArray())).Value;
        for (var i = 0; i < commands; i++)
            await node.AddAsync(graph, $"command {i}");
        return graph;
    }

    public static async Task<Address> AddAsync(this ISyncNode node, GraphId graph, string text) =>
        (await node.AddAsync(graph, Encoding.UTF8.GetBytes(text))).Value;

    public static async Task<GraphSnapshot> WaitForAsync(this ISyncNode node, GraphId graph, Func<GraphSnapshot, bool> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        await foreach (var snapshot in node.WatchAsync(graph, patience.Token))
        {
            if (holds(snapshot))
                return snapshot;
        }
        throw new TimeoutException();
    }

    /// <summary>Waits until all hold the same commands, and as many that were written by people.</summary>
    public static async Task WaitForLevelAsync(GraphId graph, int basic, params ISyncNode[] nodes)
    {
        var snapshots = await Task.WhenAll(nodes.Select(node => node.WaitForAsync(graph, snapshot => Basic(snapshot) == basic)));
        Assert.All(snapshots, snapshot => Assert.Equal(basic, Basic(snapshot)));
    }

    public static int Basic(GraphSnapshot snapshot) => snapshot.ReadAll().Count(command => command.Priority.Kind == PriorityKind.Basic);

    /// <summary>Waits until a node sees so many members of its mesh, and reaches them all.</summary>
    public static async Task WaitForMembersAsync(ISyncNode node, int members)
    {
        var whole = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var following = node.Membership!.Follow(Look);
        Look(node.Membership.View);
        await whole.Task.WaitAsync(Patience);

        void Look(MembershipView view)
        {
            if (view.Members.Count == members && view.Members.All(member => view.Reaches(member.Node)))
                whole.TrySetResult();
        }
    }

    /// <summary>Looks at a node until what it says of itself is so.</summary>
    public static async Task<NodeStatus> WaitForStatusAsync(this ISyncNode node, Func<NodeStatus, bool> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var status = await node.StatusAsync(patience.Token);
            if (holds(status))
                return status;
            patience.Token.ThrowIfCancellationRequested();
            await Task.Delay(20, patience.Token);
        }
    }
}

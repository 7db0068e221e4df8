using System.Diagnostics;
using System.Text;
using ActorSync.Actors;
using ActorSync.Cluster;
using ActorSync.Graphs;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;
using ActorSync.Placement;
using ActorSync.Storage;
using ActorSync.Transport.Tcp;

namespace ActorSync.Bench;

/// <summary>One host of the cluster: a node with a durable store, writers beside it, and a peer from outside that subscribes.</summary>
internal sealed class Host(ISyncNode node, PlacementRule placement)
{
    private const int Writers = 32;
    private const int Shards = 128;

    private readonly List<GraphId> _graphs = [];
    private ISyncNode? _subscriber;
    private long _pushed;

    public static async Task<int> RunAsync(int number, int[] ports, int replicas, string folder)
    {
        var store = (await NodeStore.OpenAsync(new StoreSettings { Folder = folder })).Value;
        var placement = new PlacementRule(replicas, "sync") { Shards = Shards, Stores = Math.Min(replicas, 2) };
        var node = SyncNode.Start(new SyncNodeOptions
        {
            Store = store,
            Connector = new TcpLinkConnector(),
            Listen = identity => TcpLinkListener.Start("127.0.0.1:0", identity).TryGet(out var listener, out var error) ? new Result<ILinkListener>(listener) : error,
            Log = (_, _) => { },
            Mesh = new MeshOptions { Placement = placement, Holding = HoldingSettings.Default with { Grace = TimeSpan.FromSeconds(1) } },
            EngineConfiguration =
                $$"""
                akka {
                  loglevel = ERROR
                  remote.dot-netty.tcp { hostname = "127.0.0.1", port = {{ports[number]}} }
                  cluster { roles = ["sync"], seed-nodes = ["akka.tcp://actorsync@127.0.0.1:{{ports[0]}}"] }
                }
                """,
        }.InCluster(new ClusterSettings { Shards = Shards })).Value;
        await using (node)
        {
            var host = new Host(node, placement);
            while (Console.ReadLine() is { } line)
                Console.WriteLine(await host.DoAsync(line.Split(' ')));
            if (host._subscriber is not null)
                await host._subscriber.DisposeAsync();
        }
        return 0;
    }

    private Task<string> DoAsync(string[] told) => told switch
    {
        ["wait", var members] => WaitAsync(int.Parse(members)),
        ["make", var count] => MakeAsync(int.Parse(count)),
        ["find", var count] => FindAsync(int.Parse(count)),
        ["run", var ack, var seconds] => WriteAsync(new ActionOptions { Ack = Enum.Parse<AckMode>(ack, ignoreCase: true) }, TimeSpan.FromSeconds(int.Parse(seconds))),
        ["settle"] => SettleAsync(),
        ["subscribe"] => SubscribeAsync(),
        ["pushed"] => PushedAsync(),
        ["outage"] => OutageAsync(),
        _ => throw new ArgumentException($"told to {string.Join(' ', told)}"),
    };

    private async Task<string> WaitAsync(int members)
    {
        while (node.Membership!.View.Members.Count(member => node.Membership.View.Reaches(member.Node)) < members)
            await Task.Delay(50);
        return "";
    }

    private static byte[] NameOf(int graph) => Encoding.UTF8.GetBytes($"graph {graph}");

    // Made here, and held elsewhere a moment later.
    private async Task<string> MakeAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var graph = (await node.CreateGraphAsync(NameOf(i))).Value;
            while ((await node.AddAsync(graph, "first"u8.ToArray(), new ActionOptions { Ack = AckMode.Replicated })).Error is not null)
                await Task.Delay(20);
        }
        return "";
    }

    private Task<string> FindAsync(int count)
    {
        _graphs.AddRange(Enumerable.Range(0, count).Select(i => new GraphId(Command.Init(NameOf(i)).Id)));
        return Task.FromResult("");
    }

    private async Task<string> WriteAsync(ActionOptions options, TimeSpan time)
    {
        var (end, times, refused) = (Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency), new List<double>[Writers], 0);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            var (random, own) = (new Random(writer), times[writer] = []);
            while (Stopwatch.GetTimestamp() < end)
            {
                var start = Stopwatch.GetTimestamp();
                var result = await node.AddAsync(_graphs[random.Next(_graphs.Count)], new byte[100], options);
                if (result.Error is null)
                    own.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                else
                    Interlocked.Increment(ref refused);
            }
        })));
        var all = times.SelectMany(own => own).Order().ToArray();
        return all.Length == 0 ? $"0 {refused} 0 0" : $"{all.Length} {refused} {all[all.Length / 2]} {all[all.Length * 99 / 100]}";
    }

    // Until what this node holds is what all other holders acknowledged: their replicated commits are all that are.
    private async Task<string> SettleAsync()
    {
        foreach (var graph in _graphs.Where(graph => Rendezvous.Holders(node.Membership!.View, graph, placement)[0] == node.Id))
        {
            while ((await node.AddAsync(graph, "last"u8.ToArray(), new ActionOptions { Ack = AckMode.Replicated })).Error is not null)
                await Task.Delay(20);
        }
        return "";
    }

    private async Task<string> SubscribeAsync()
    {
        _subscriber = SyncNode.Start(new SyncNodeOptions
        {
            Store = new MemoryNodeStore(new PeerIdentity(new NodeId((UInt128)Random.Shared.NextInt64(1, long.MaxValue)), new InstanceId(1))),
            Connector = new TcpLinkConnector(),
        }).Value;
        foreach (var graph in _graphs)
        {
            while (await _subscriber.SubscribeAsync(node.ListenName!, graph) is not null)
                await Task.Delay(50);
        }
        _pushed = await ReachedAsync();
        return "";
    }

    // How many commands came to the subscriber since it was asked last, once the last command of each graph has.
    private async Task<string> PushedAsync()
    {
        if (_subscriber is null)
            return "0";
        var before = _pushed;
        _pushed = await ReachedAsync();
        return $"{_pushed - before}";
    }

    private async Task<long> ReachedAsync()
    {
        var commands = 0L;
        foreach (var graph in _graphs)
        {
            while (true)
            {
                var (here, there) = (await node.ReadAsync(graph), await _subscriber!.ReadAsync(graph));
                if (here.Error is null && there.Error is null && there.Value.Count >= here.Value.Count)
                {
                    commands += there.Value.Count;
                    break;
                }
                await Task.Delay(10);
            }
        }
        return commands;
    }

    // The longest time that any graph took no action, from the outside: one writer for each of fifty graphs.
    private async Task<string> OutageAsync()
    {
        var (longest, end) = (new double[Math.Min(50, _graphs.Count)], Stopwatch.GetTimestamp() + 20 * Stopwatch.Frequency);
        await Task.WhenAll(Enumerable.Range(0, longest.Length).Select(writer => Task.Run(async () =>
        {
            var last = Stopwatch.GetTimestamp();
            while (Stopwatch.GetTimestamp() < end)
            {
                var result = await node.AddAsync(_graphs[writer], new byte[100], new ActionOptions { Ack = AckMode.Replicated });
                if (result.Error is not null)
                    continue;
                longest[writer] = Math.Max(longest[writer], Stopwatch.GetElapsedTime(last).TotalSeconds);
                last = Stopwatch.GetTimestamp();
                await Task.Delay(20);
            }
            longest[writer] = Math.Max(longest[writer], Stopwatch.GetElapsedTime(last).TotalSeconds);
        })));
        var hit = longest.Where(gap => gap >= 1).Order().ToArray();
        return hit.Length == 0 ? $"{longest.Length} 0 0 0" : $"{longest.Length} {hit.Length} {hit[hit.Length / 2]} {hit[^1]}";
    }
}

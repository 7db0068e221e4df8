using System.Diagnostics;
using System.Text;
using ActorSync.Actors;
using ActorSync.Cluster;
using ActorSync.Graphs;
using ActorSync.Peers;
using ActorSync.Placement;
using ActorSync.Storage;
using ActorSync.Transport.Tcp;

namespace ActorSync.Bench;

/// <summary>One host of the cluster: a node with a durable store, and writers beside it.</summary>
internal sealed class Host(ISyncNode node, PlacementRule placement)
{
    private const int Writers = 32;
    private const int Shards = 128;

    private readonly List<GraphId> _graphs = [];

    public static async Task<int> RunAsync(int number, int[] ports, int replicas, string folder)
    {
        var store = (await NodeStore.OpenAsync(new StoreSettings { Folder = folder })).Value;
        var placement = new PlacementRule(replicas, "sync") { Shards = Shards };
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
        ["outage", var seconds] => OutageAsync(TimeSpan.FromSeconds(int.Parse(seconds))),
        _ => throw new ArgumentException($"told to {string.Join(' ', told)}"),
    };

    private async Task<string> WaitAsync(int members)
    {
        while (node.Membership!.View.Members.Count(member => node.Membership.View.Reaches(member.Node)) < members)
            await Task.Delay(50);
        return "ready";
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
        return "made";
    }

    private Task<string> FindAsync(int count)
    {
        _graphs.AddRange(Enumerable.Range(0, count).Select(i => new GraphId(Command.Init(NameOf(i)).Id)));
        return Task.FromResult("found");
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
        return $"{all.Length} {refused} {all[all.Length / 2]} {all[all.Length * 99 / 100]}";
    }

    // Until what this node holds is what all other holders acknowledged: their replicated commits are all that are.
    private async Task<string> SettleAsync()
    {
        foreach (var graph in _graphs.Where(graph => Rendezvous.Holders(node.Membership!.View, graph, placement)[0] == node.Id))
        {
            while ((await node.AddAsync(graph, "last"u8.ToArray(), new ActionOptions { Ack = AckMode.Replicated })).Error is not null)
                await Task.Delay(20);
        }
        return "level";
    }

    // The longest time that any graph took no action, from the outside: one writer for each of fifty graphs.
    private async Task<string> OutageAsync(TimeSpan quiet)
    {
        var (longest, end) = (new double[50], Stopwatch.GetTimestamp() + 20 * Stopwatch.Frequency);
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
        })));
        var hit = longest.Where(gap => gap > quiet.TotalSeconds / 2).ToArray();
        return hit.Length == 0 ? "no graph waited" : $"of {longest.Length} graphs {hit.Length} took no replicated action for up to {hit.Max():f1} s, half of them for {hit.Order().ElementAt(hit.Length / 2):f1} s or less";
    }
}

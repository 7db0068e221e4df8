using System.Diagnostics;
using System.Globalization;
using ActorSync.Actors;
using ActorSync.Bench.SideBySide.Gateway;
using ActorSync.Bench.SideBySide.Graphs;
using ActorSync.Bench.SideBySide.Harness;
using ActorSync.Graphs;
using ActorSync.Storage;
using ActorSync.Transport.Tcp;

namespace ActorSync.Bench.SideBySide.Roles;

/// <summary>A node with a durable store and links over TCP. Words: its folder, the fsync mode, and what it is if not plain.</summary>
internal sealed class NodeRole(string[] words) : Role
{
    /// <summary>A node as the daemon is by default.</summary>
    public const string Plain = "plain";

    /// <summary>One whose peers come through a gateway.</summary>
    public const string Gateway = "gateway";

    /// <summary>One that keeps the facts of its graphs.</summary>
    public const string KeyValue = "key-value";

    private const string KeyValueSetting = "actorsync.sync.graph.policy = key-value";
    private const int Batch = 4096;
    private const int ManySubscriptions = 20_000;

    private ISyncNode _node = null!;
    private Arrivals? _arrivals;

    protected override async Task<string> StartAsync()
    {
        _node = await StartAsync(words[0], Enum.Parse<FsyncMode>(words[1]), words.Length > 2 ? words[2] : Plain);
        return new Uri(_node.ListenName!).Authority;
    }

    /// <summary>A node as the daemon puts it together.</summary>
    public static async Task<ISyncNode> StartAsync(string folder, FsyncMode fsync, string kind = Plain, bool isListening = true, int writerThreads = 4)
    {
        var store = (await NodeStore.OpenAsync(new StoreSettings { Folder = folder, Fsync = fsync, WriterThreads = writerThreads })).Value;
        return SyncNode.Start(new SyncNodeOptions
        {
            Store = store,
            Connector = new TcpLinkConnector(),
            Listen = !isListening ? null : kind == Gateway ? GatewayListener.Start : TcpLinkListener.At("127.0.0.1:0"),
            Settings = kind switch
            {
                Gateway => new SyncSettings { MaximumSubscriptions = ManySubscriptions, MaximumPeers = ManySubscriptions },
                KeyValue => SyncSettingsReader.Read(KeyValueSetting).Value,
                _ => new SyncSettings(),
            },
        }).Value;
    }

    /// <summary>Whether the nodes of this build have policies.</summary>
    public static bool HasPolicies { get; } = SyncSettingsReader.Reference.Contains("policy = ", StringComparison.Ordinal);

    protected override async Task<string> OnAsync(string verb, string[] words) => (verb, words) switch
    {
        ("create", []) => (await _node.CreateGraphAsync(GeneratedGraph.Payload(0))).Value.ToString(),
        ("fill", [var shape, var commands]) => await FillAsync(shape, Number(commands), 0),
        ("warm-up", [var shape, var commands]) => await FillAsync(shape, Number(commands), 1),
        ("poll", [var endpoint, var graph]) => await PollAsync(endpoint, Graph(graph)),
        ("subscribe", [var endpoint, var graph]) => Done(await _node.SubscribeAsync(endpoint, Graph(graph))),
        ("follow", [var graph, var count]) => await FollowAsync(Graph(graph), Number(count)),
        ("stamps", []) => Clock.Write(await _arrivals!.Stamps),
        ("act", [var graph, var count, var pace]) => await ActAsync(Graph(graph), Number(count), Number(pace)),
        ("actions", [var graph, var writers, var count]) => await ActionsAsync(Graph(graph), Number(writers), Number(count)),
        ("digest", [var graph]) => (await _node.ReadAsync(Graph(graph))).Value.Heads.Digest.ToString(),
        ("bytes", []) => await BytesAsync(),
        ("subscriptions", []) => (await _node.StatusAsync()).OpenSubscriptions.ToString(CultureInfo.InvariantCulture),
        ("memory", []) => Memory(),
        _ => throw new BenchException($"a node knows no {verb} of {words.Length} words"),
    };

    public override ValueTask DisposeAsync() => _node.DisposeAsync();

    internal static GraphId Graph(string name) => GraphId.TryParse(name, out var graph) ? graph : throw new BenchException($"{name} names no graph");

    internal static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    internal static string Done(SyncError? error) => error is null ? "done" : throw new SyncException(error);

    private async Task<string> FillAsync(string shape, int commands, int name)
    {
        GraphId? graph = null;
        foreach (var batch in GeneratedGraph.Batches(shape, commands, Batch, name))
        {
            graph ??= new GraphId(batch[0].Id);
            var received = (await _node.ImportAsync(graph.Value, batch)).Value;
            if (received.Added != batch.Count)
                throw new BenchException($"{received.Added} of {batch.Count} commands were taken: {string.Join("; ", received.Refused)}");
        }
        return graph!.Value.ToString();
    }

    // From the first step toward the peer until all is durable here.
    private async Task<string> PollAsync(string endpoint, GraphId graph)
    {
        var began = Clock.Now;
        var outcome = (await _node.PollAsync(endpoint, graph)).Value;
        var took = Clock.Now - began;
        return $"{took} {outcome.Added}";
    }

    private async Task<string> FollowAsync(GraphId graph, int count)
    {
        _arrivals = await Arrivals.FollowAsync(_node, graph, count);
        return "done";
    }

    /// <summary>Commits so many commands, one after the other with a pause between; answers when each began.</summary>
    private async Task<string> ActAsync(GraphId graph, int count, int paceMilliseconds)
    {
        var stamps = new long[count];
        for (var i = 0; i < count; i++)
        {
            if (paceMilliseconds > 0)
                await Task.Delay(paceMilliseconds);
            var payload = GeneratedGraph.Payload(i);
            stamps[i] = Clock.Now;
            _ = (await _node.AddAsync(graph, payload)).Value;
        }
        return Clock.Write(stamps);
    }

    private async Task<string> ActionsAsync(GraphId graph, int writers, int count)
    {
        var payload = GeneratedGraph.Payload(1);
        var left = count;
        var began = Clock.Now;
        await Task.WhenAll(Enumerable.Range(0, writers).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
                Done((await _node.AddAsync(graph, payload)).Error);
        }));
        return (Clock.Now - began).ToString(CultureInfo.InvariantCulture);
    }

    private async Task<string> BytesAsync()
    {
        var peers = (await _node.StatusAsync()).Peers;
        return $"{peers.Sum(peer => peer.BytesIn)} {peers.Sum(peer => peer.BytesOut)}";
    }

    private static string Memory()
    {
        var heap = GC.GetTotalMemory(forceFullCollection: true);
        using var self = Process.GetCurrentProcess();
        return $"{heap} {self.WorkingSet64}";
    }
}

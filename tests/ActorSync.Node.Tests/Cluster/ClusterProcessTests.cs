using System.Text;
using ActorSync.Graphs;
using ActorSync.Node.Control;
using ActorSync.Node.Tests.Robustness;
using Xunit.Abstractions;

namespace ActorSync.Node.Tests.Cluster;

/// <summary>Three daemons in an Akka cluster on loopback, each a process.</summary>
public sealed class ClusterProcessTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("actorsync-cluster-");
    private readonly List<Daemon> _daemons = [];
    private readonly CancellationToken _patience = new CancellationTokenSource(TimeSpan.FromMinutes(3)).Token;

    public async Task InitializeAsync()
    {
        var ports = LoopbackPorts.Free(3);
        foreach (var port in ports)
        {
            _daemons.Add(await Daemon.StartAsync(
                Path.Combine(_folder.FullName, $"n{port}"),
                "mesh { replication = 2, holders = sync, ack = replicated, grace = 1s }\ncluster.shards = 16",
                engine: $$"""
                actor.provider = cluster
                remote.dot-netty.tcp { hostname = "127.0.0.1", port = {{port}} }
                cluster { seed-nodes = ["akka.tcp://actorsync@127.0.0.1:{{ports[0]}}"], roles = [sync] }
                """));
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var daemon in _daemons)
            await daemon.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Three_daemons_join_share_graphs_and_lose_nothing_with_the_one_that_is_killed()
    {
        await Task.WhenAll(_daemons.Select(daemon => WaitAsync(daemon, status => status.Mesh!.Members.Count(member => member.Reach == "reachable") == 3)));
        var graph = GraphOf(await _daemons[0].Control.CreateGraphAsync("a graph"u8.ToArray(), _patience));
        var acknowledged = new List<string>();
        for (var i = 0; i < 30; i++)
            acknowledged.Add(await ActAsync(_daemons[i % 3], graph, $"before {i}"));

        var owner = await OwnerAsync();
        await owner.CrashAsync();
        var left = _daemons.Where(daemon => daemon != owner).ToArray();
        for (var i = 0; i < 10; i++)
            acknowledged.Add(await ActAsync(left[i % 2], graph, $"after {i}"));
        await Task.WhenAll(left.Select(daemon => WaitAsync(daemon, status => status.Mesh!.Members.Count == 2)));
        foreach (var daemon in left)
        {
            while (!acknowledged.ToHashSet().IsSubsetOf(await daemon.IdsAsync(graph)))
                await Task.Delay(50, _patience);
        }

        left[0].Signal(Daemon.SigTerm);
        Assert.Equal(0, await left[0].EndAsync(TimeSpan.FromSeconds(60)));
        await WaitAsync(left[1], status => status.Mesh!.Members.Count == 1);
        output.WriteLine(left[1].Log);
    }

    private async Task<Daemon> OwnerAsync()
    {
        while (true)
        {
            var owner = (await _daemons[0].StatusAsync()).Mesh!.Members.SingleOrDefault(member => member.Shards == 1);
            if (owner is not null)
                return _daemons.Single(daemon => daemon.Id == owner.Node);
            await Task.Delay(50, _patience);
        }
    }

    private async Task<string> ActAsync(Daemon daemon, GraphId graph, string text)
    {
        while (true)
        {
            var added = await daemon.Control.AddAsync(graph, Encoding.UTF8.GetBytes(text), new ActionOptions(), _patience);
            if (added.TryGet(out var command, out var error))
                return command.Id;
            output.WriteLine($"{text}: {error}");
            await Task.Delay(100, _patience);
        }
    }

    private async Task WaitAsync(Daemon daemon, Func<NodeStatus, bool> holds)
    {
        while (!holds(await daemon.StatusAsync()))
            await Task.Delay(50, _patience);
    }

    private static GraphId GraphOf(Result<GraphCreated> created) => GraphId.TryParse(created.Value.Graph, out var graph) ? graph : throw new FormatException();
}

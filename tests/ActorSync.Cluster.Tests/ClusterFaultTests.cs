using System.Text;
using ActorSync.Actors.Tests.Support;
using ActorSync.Cluster.Tests.Support;
using ActorSync.Graphs;
using ActorSync.Peers;
using ActorSync.Placement;
using Xunit.Abstractions;

namespace ActorSync.Cluster.Tests;

/// <summary>Hosts that die, are cut off or are started anew while applications write: nothing that was acknowledged as replicated is missing afterwards.</summary>
public sealed class ClusterFaultTests(ITestOutputHelper output) : IAsyncDisposable
{
    private ClusterOfNodes _cluster = new();
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromMinutes(3));

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _patience.Dispose();
    }

    [Fact]
    public async Task The_owner_of_graphs_dies_in_the_middle_of_ten_thousand_actions()
    {
        await _cluster.StartAllAsync(3);
        var graphs = await _cluster.MakeGraphsAsync(4);
        var writers = new Writers(_cluster, graphs);
        var writing = writers.WriteAsync(32, 10_000, _patience.Token);
        await writers.WaitForAsync(4_000, _patience.Token);
        var owner = Rendezvous.Holders(_cluster.Nodes[0].Membership!.View, graphs[0], _cluster.Placement)[0];
        await _cluster.CrashAsync(_cluster.Nodes.Single(node => node.Id == owner));
        await writing;
        output.WriteLine($"{writers.Acknowledged} acknowledged; told: {writers.Refused}");
        await Task.WhenAll(_cluster.Nodes.Select(node => Nodes.WaitForMembersAsync(node, 2)));
        await AllIsThereAsync(writers, graphs);
    }

    [Fact]
    public async Task Five_hosts_are_started_anew_one_after_the_other_under_load()
    {
        _cluster = new ClusterOfNodes { Pause = TimeSpan.FromSeconds(20) };
        await _cluster.StartAllAsync(5);
        var graphs = await _cluster.MakeGraphsAsync(8);
        var writers = new Writers(_cluster, graphs);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(_patience.Token);
        var writing = writers.WriteAsync(8, int.MaxValue, enough.Token);
        for (var number = 1u; number <= 5; number++)
        {
            await writers.WaitForAsync(writers.Acknowledged + 200, _patience.Token);
            await _cluster.RestartAsync(number);
        }
        await writers.WaitForAsync(writers.Acknowledged + 200, _patience.Token);
        await enough.CancelAsync();
        await writing.ContinueWith(_ => { }, TaskScheduler.Default);
        output.WriteLine($"{writers.Acknowledged} acknowledged; told: {writers.Refused}");
        await AllIsThereAsync(writers, graphs);
    }

    [Fact]
    public async Task Both_sides_of_a_cut_write_and_are_one_graph_when_it_heals()
    {
        _cluster = new ClusterOfNodes { Factor = null, StableAfter = TimeSpan.FromMinutes(1) };
        await _cluster.StartAllAsync(3);
        var graph = (await _cluster.MakeGraphsAsync(1))[0];
        var (small, large) = (_cluster.Nodes.Take(1).ToArray(), _cluster.Nodes.Skip(1).ToArray());
        await Nodes.WaitForLevelAsync(graph, 1, _cluster.Nodes.ToArray());
        await _cluster.CutAsync(small, large, isCut: true);
        await Task.WhenAll(_cluster.Nodes.Select(node => WaitForUnreachableAsync(node)));
        foreach (var node in _cluster.Nodes)
            for (var i = 0; i < 10; i++)
                Assert.Null((await node.AddAsync(graph, Encoding.UTF8.GetBytes($"{i} of {node.Id}, alone"), new ActionOptions { Ack = AckMode.Local }, _patience.Token)).Error);
        await _cluster.CutAsync(small, large, isCut: false);
        await Nodes.WaitForLevelAsync(graph, 31, _cluster.Nodes.ToArray());
        // Level once more after the last merge: the same heads, the same order.
        var weaves = await Task.WhenAll(_cluster.Nodes.Select(async node => (await node.ReadWeaveAsync(graph)).Value));
        Assert.All(weaves, weave => Assert.Equal(Order(weaves[0]), Order(weave)));
    }

    [Fact]
    public async Task A_member_that_will_not_come_back_is_taken_out_by_hand_before_the_cluster_would()
    {
        _cluster = new ClusterOfNodes { StableAfter = TimeSpan.FromMinutes(1) };
        await _cluster.StartAllAsync(3);
        var (first, second, third) = (_cluster.Nodes[0], _cluster.Nodes[1], _cluster.Nodes[2]);
        Assert.Equal(SyncErrorKind.InvalidRequest, (await first.RemoveMemberAsync(first.Id))!.Kind);
        Assert.Equal(SyncErrorKind.InvalidRequest, (await first.RemoveMemberAsync(new NodeId(77)))!.Kind);
        await _cluster.CrashAsync(third);
        Assert.Null(await first.RemoveMemberAsync(third.Id));
        await Task.WhenAll(Nodes.WaitForMembersAsync(first, 2), Nodes.WaitForMembersAsync(second, 2));
    }

    private static CommandId[] Order(GraphWeave weave) => [.. weave.Read().Select(command => command.Id)];

    private static async Task WaitForUnreachableAsync(ISyncNode node)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var following = node.Membership!.Follow(view => Look(view.Members.All(member => view.Reaches(member.Node))));
        Look(node.Membership.View.Members.All(member => node.Membership.View.Reaches(member.Node)));
        await seen.Task.WaitAsync(Nodes.Patience);

        void Look(bool all)
        {
            if (!all)
                seen.TrySetResult();
        }
    }

    // Where a graph is held by placement it is served, level, with all that was acknowledged.
    private async Task AllIsThereAsync(Writers writers, List<GraphId> graphs)
    {
        foreach (var graph in graphs)
        {
            foreach (var node in _cluster.HoldersOf(graph))
                await node.WaitForAsync(graph, version => !writers.MissingFrom(version).Any());
        }
    }
}

using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs;
using ActorSync.Placement;
using ActorSync.Transport.Memory;

namespace ActorSync.Actors.Tests.EndToEnd;

/// <summary>A graph at a member that does not hold it: fetched for whoever wants it there, kept while it is read, and let go.</summary>
public sealed class MeshGuestTests : IAsyncLifetime
{
    private static readonly PlacementRule Two = new(2, null);

    private readonly MemoryLinkNetwork _network = new();
    private readonly List<ISyncNode> _members = [];
    private GraphId _graph;
    private ISyncNode _holder = null!;
    private ISyncNode _guest = null!;

    private int GuestNumber => _members.IndexOf(_guest) + 1;

    public async Task InitializeAsync()
    {
        _members.AddRange([Start(1), Start(2), Start(3)]);
        await Task.WhenAll(_members.Select(member => Nodes.WaitForMembersAsync(member, 3)));
        // The name of a graph follows from its first command.
        _graph = new GraphId(Command.Init("a graph"u8).Id);
        var holders = Rendezvous.Holders(_members[0].Membership!.View, _graph, Two);
        _holder = _members.First(member => holders.Contains(member.Id));
        _guest = _members.Single(member => !holders.Contains(member.Id));
        await _holder.FillAsync(3);
        await Nodes.WaitForLevelAsync(_graph, 3, [.. _members.Where(member => member != _guest)]);
    }

    public async Task DisposeAsync()
    {
        foreach (var member in _members)
            await member.DisposeAsync();
    }

    [Fact]
    public async Task A_node_outside_of_the_mesh_subscribes_where_the_graph_is_not_and_has_what_holders_commit()
    {
        await using var outside = Nodes.Start(_network, 9);
        Assert.Null(await outside.SubscribeAsync($"memory://node-{GuestNumber}", _graph));
        await _guest.WaitForStatusAsync(status => status.Mesh!.Graphs.SingleOrDefault()?.State == "guest");
        // Also long after the grace period.
        for (var commands = 4; commands < 60; commands++)
        {
            await _holder.AddAsync(_graph, $"command {commands}");
            await outside.WaitForAsync(_graph, version => Nodes.Basic(version) == commands);
        }
        Assert.Null(await outside.UnsubscribeAsync($"memory://node-{GuestNumber}", _graph));
        await WaitUntilLetGoAsync();
    }

    [Fact]
    public async Task A_node_outside_of_the_mesh_polls_where_the_graph_is_not()
    {
        await using var outside = Nodes.Start(_network, 9);
        var polled = await outside.PollAsync($"memory://node-{GuestNumber}", _graph);
        Assert.Null(polled.Error);
        Assert.Equal(3, Nodes.Basic((await outside.ReadAsync(_graph)).Value));
        await WaitUntilLetGoAsync();
        // And again: what was let go is fetched anew.
        await _holder.AddAsync(_graph, "one more");
        await Nodes.WaitForLevelAsync(_graph, 4, [.. _members.Where(member => member != _guest)]);
        Assert.Null((await outside.PollAsync($"memory://node-{GuestNumber}", _graph)).Error);
        Assert.Equal(4, Nodes.Basic((await outside.ReadAsync(_graph)).Value));
    }

    [Fact]
    public async Task A_node_outside_of_the_mesh_is_told_of_changes_where_the_graph_is_not()
    {
        await using var outside = Nodes.Start(_network, 9);
        Assert.Null(await outside.HelloAsync($"memory://node-{GuestNumber}", _graph));
        await outside.WaitForAsync(_graph, version => Nodes.Basic(version) == 3);
        await _holder.AddAsync(_graph, "one more");
        await outside.WaitForAsync(_graph, version => Nodes.Basic(version) == 4);
        Assert.Null(await outside.StopHelloAsync($"memory://node-{GuestNumber}", _graph));
        await WaitUntilLetGoAsync();
    }

    [Fact]
    public async Task An_application_reads_and_watches_where_the_graph_is_not()
    {
        Assert.Equal(3, Nodes.Basic((await _guest.ReadAsync(_graph)).Value));
        for (var commands = 4; commands < 30; commands++)
        {
            await _holder.AddAsync(_graph, $"command {commands}");
            await _guest.WaitForAsync(_graph, version => Nodes.Basic(version) == commands);
        }
        await WaitUntilLetGoAsync();
        await _guest.WaitForAsync(_graph, version => Nodes.Basic(version) == 29);
    }

    [Fact]
    public async Task A_graph_that_cannot_be_fetched_just_now_is_not_unknown()
    {
        await using var busy = Start(4, fetches: 0);
        await Nodes.WaitForMembersAsync(busy, 4);
        await Task.WhenAll(_members.Select(member => Nodes.WaitForMembersAsync(member, 4)));
        var payload = Enumerable.Range(0, 100).Select(i => new[] { (byte)i }).First(payload => !Rendezvous.Holders(busy.Membership!.View, new GraphId(Command.Init(payload).Id), Two).Contains(busy.Id));
        var graph = (await _holder.CreateGraphAsync(payload)).Value;
        await using var outside = Nodes.Start(_network, 9);

        Assert.Equal(SyncErrorKind.Busy, (await outside.PollAsync("memory://node-4", graph)).Error!.Kind);
        Assert.Equal(SyncErrorKind.Busy, (await outside.SubscribeAsync("memory://node-4", graph))!.Kind);
        Assert.Equal(SyncErrorKind.Busy, (await outside.HelloAsync("memory://node-4", graph))!.Kind);
        var read = (await busy.ReadAsync(graph)).Error!;
        Assert.Equal(SyncErrorKind.Busy, read.Kind);
        Assert.Contains("try again", read.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_graph_that_was_let_go_nothing_is_kept_in_mind()
    {
        await using var outside = Nodes.Start(_network, 9);
        for (var i = 0; i < 3; i++)
        {
            Assert.Null((await outside.PollAsync($"memory://node-{GuestNumber}", _graph)).Error);
            await _guest.WaitForStatusAsync(status => status.Mesh!.Graphs.Count == 0);
        }
        // Those who hold it know of it still, and a member that is named again is told.
        foreach (var other in _members.Where(member => member != _guest))
            Assert.Equal("serving", Assert.Single((await other.StatusAsync()).Mesh!.Graphs).State);
        var gone = _members.First(member => member != _guest && member != _holder);
        await gone.DisposeAsync();
        await _guest.WaitForStatusAsync(status => status.Mesh!.Graphs.SingleOrDefault()?.State == "serving");
    }

    [Fact]
    public async Task Of_graphs_that_nobody_holds_nothing_is_kept_in_mind()
    {
        await using var outside = Nodes.Start(_network, 9);
        for (var i = 0; i < 40; i++)
        {
            var nowhere = new GraphId(Command.Init([(byte)i]).Id);
            Assert.Equal(SyncErrorKind.UnknownGraph, (await outside.PollAsync("memory://node-1", nowhere)).Error!.Kind);
            Assert.Equal(SyncErrorKind.UnknownGraph, (await _members[1].ReadAsync(nowhere)).Error!.Kind);
        }
        foreach (var member in _members)
            Assert.All((await member.StatusAsync()).Mesh!.Graphs, graph => Assert.Equal(_graph.ToString(), graph.Graph));
    }

    private async Task WaitUntilLetGoAsync() =>
        await _guest.WaitForStatusAsync(status => status.Graphs.Count == 0);

    private ISyncNode Start(uint number, int fetches = 16) => SyncNode.Start(new SyncNodeOptions
    {
        Store = Nodes.MemoryStore(number),
        Connector = _network,
        EngineConfiguration = TestEngine.Configuration,
        Listen = identity => _network.Listen($"node-{number}", identity),
        Mesh = new MeshOptions
        {
            Join = number == 1 ? [] : ["memory://node-1"],
            Placement = Two,
            Holding = HoldingSettings.Default with { Grace = TimeSpan.FromMilliseconds(100), AskEvery = TimeSpan.FromMilliseconds(100), FetchesMost = fetches },
        },
    }).Value;
}

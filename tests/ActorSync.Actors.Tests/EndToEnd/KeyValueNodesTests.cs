using System.Text;
using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs;
using ActorSync.Graphs.Policies;
using ActorSync.Peers;
using ActorSync.Transport.Memory;

namespace ActorSync.Actors.Tests.EndToEnd;

/// <summary>Nodes whose graphs are key/value maps.</summary>
public sealed class KeyValueNodesTests
{
    private static readonly SyncSettings KeyValue = Nodes.Hurried(new SyncSettings { Policies = new GraphPolicies(new KeyValuePolicy()), WatchedCommits = 1000 });

    private readonly MemoryLinkNetwork _network = new();

    [Fact]
    public async Task Two_that_write_and_subscribe_hold_the_same_facts_and_hear_the_effects()
    {
        await using var first = Nodes.Start(_network, 1, KeyValue);
        await using var second = Nodes.Start(_network, 2, KeyValue);
        var graph = (await first.CreateGraphAsync("a map"u8.ToArray())).Value;
        Assert.Null(await second.SubscribeAsync("memory://node-1", graph));
        Assert.Null(await first.SubscribeAsync(second.Id.ToString(), graph));
        await second.WaitForAsync(graph, snapshot => snapshot.Count == 1);
        using var watching = new CancellationTokenSource(Nodes.Patience);
        await using var commits = second.WatchCommitsAsync(graph, watching.Token).GetAsyncEnumerator(watching.Token);
        Assert.True(await commits.MoveNextAsync());
        Assert.Equal(0, commits.Current.Facts.Count);

        for (var i = 0; i < 20; i++)
        {
            await Task.WhenAll(
                first.AddAsync(graph, Set($"key {i}", "first")),
                second.AddAsync(graph, Set($"key {i}", "second")));
        }
        _ = (await first.FinalizeAsync(graph, Set("last", "word"))).Value;

        await Nodes.WaitForLevelAsync(graph, 40, first, second);
        await first.WaitForAsync(graph, snapshot => snapshot.ReadAll().Any(command => command.Priority == Priority.Finalize));
        await second.WaitForAsync(graph, snapshot => snapshot.ReadAll().Any(command => command.Priority == Priority.Finalize));
        var (one, other) = ((await first.ReadFactsAsync(graph)).Value, (await second.ReadFactsAsync(graph)).Value);
        Assert.Equal(21, one.Count);
        Assert.True(one.IsSameAs(other));
        Assert.Equal(20, one.Query(KeyValuePolicy.FactName, "key "u8).Count());
        var weaves = ((await first.ReadWeaveAsync(graph)).Value, (await second.ReadWeaveAsync(graph)).Value);
        Assert.Equal(42, weaves.Item1.Count);
        Assert.Equal(weaves.Item1.Read().Select(command => command.Id), weaves.Item2.Read().Select(command => command.Id));

        // Whoever applies the effects in the order in which they come ends with the facts.
        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        while (!commits.Current.Facts.IsSameAs(one) && await commits.MoveNextAsync())
        {
            foreach (var effect in commits.Current.Effects)
            {
                Assert.True(KeyValuePolicy.TryRead(effect.Payload.Span, out var isSet, out var key, out var value) && isSet);
                map[Encoding.UTF8.GetString(key)] = Encoding.UTF8.GetString(value);
            }
        }
        Assert.Equal(one.All().Select(fact => (Text(fact.Key), Text(fact.Value))), map.Select(pair => (pair.Key, pair.Value)));
    }

    [Fact]
    public async Task What_the_policy_rejects_is_refused_to_its_writer_and_left_out_of_what_others_send()
    {
        await using var opaque = Nodes.Start(_network, 1, Nodes.Hurried());
        await using var node = Nodes.Start(_network, 2, KeyValue);
        var graph = (await opaque.CreateGraphAsync("a map"u8.ToArray())).Value;
        _ = (await opaque.AddAsync(graph, Set("a", "1"))).Value;
        Assert.Null(await node.SubscribeAsync("memory://node-1", graph));
        await node.WaitForAsync(graph, snapshot => snapshot.Count == 2);
        Assert.Equal(SyncErrorKind.Rejected, (await node.AddAsync(graph, "nonsense"u8.ToArray())).Error?.Kind);

        var begin = (await opaque.ReadAsync(graph)).Value.Heads[0];
        var nonsense = Command.Create(Prior.Single(begin), Priority.Basic(0), "nonsense"u8);
        var good = Command.Create(Prior.Single(begin), Priority.Basic(0), Set("b", "2").Span);
        Assert.Equal(2, (await opaque.ImportAsync(graph, [nonsense, good])).Value.Added);
        await node.WaitForAsync(graph, snapshot => snapshot.Contains(good.Id));
        var next = Command.Create(Prior.Single(good.Address), Priority.Basic(0), Set("c", "3").Span);
        Assert.Equal(1, (await opaque.ImportAsync(graph, [next])).Value.Added);
        await node.WaitForAsync(graph, snapshot => snapshot.Contains(next.Id));
        Assert.Equal(4, (await node.ReadAsync(graph)).Value.Count);
        Assert.Equal(3, (await node.ReadFactsAsync(graph)).Value.Count);

        var outcome = (await node.PollAsync("memory://node-1", graph)).Value;
        Assert.Equal((0, 1), (outcome.Added, outcome.Rejected));
        Assert.True((await node.StatusAsync()).Errors.ContainsKey(nameof(SyncErrorKind.Rejected)));
        Assert.Equal(SyncErrorKind.InvalidRequest, (await opaque.ReadFactsAsync(graph)).Error?.Kind);
        Assert.Equal(5, (await opaque.ReadWeaveAsync(graph)).Value.Count);
    }

    [Fact]
    public async Task A_watcher_begins_with_the_facts_that_are_there_and_one_that_lags_is_told()
    {
        await using var node = Nodes.Start(_network, 1, KeyValue with { WatchedCommits = 3 });
        var graph = (await node.CreateGraphAsync("a map"u8.ToArray())).Value;
        _ = (await node.AddAsync(graph, Set("a", "1"))).Value;
        await using var commits = node.WatchCommitsAsync(graph).GetAsyncEnumerator();
        Assert.True(await commits.MoveNextAsync());
        Assert.Empty(commits.Current.Commands);
        Assert.Equal(1, commits.Current.Facts.Count);
        // So many that the reader does not get to the last of them, should the follower still be handing on when it begins.
        for (var i = 0; i < 200; i++)
            _ = (await node.AddAsync(graph, Set("b", $"{i}"))).Value;

        var seen = 0;
        var lagged = await Assert.ThrowsAsync<SyncException>(async () =>
        {
            for (; await commits.MoveNextAsync(); seen++)
                Assert.Single(commits.Current.Effects);
        });
        Assert.Equal(SyncErrorKind.LimitExceeded, lagged.Error.Kind);
        Assert.InRange(seen, 3, 199);
    }

    [Fact]
    public async Task A_graph_that_is_opened_again_holds_the_same_facts()
    {
        var store = new FaultStore(new PeerIdentity(new NodeId(1), new InstanceId(1)));
        Facts before;
        GraphId graph;
        await using (var node = Nodes.Start(_network, 1, KeyValue, store))
        {
            graph = (await node.CreateGraphAsync("a map"u8.ToArray())).Value;
            for (var i = 0; i < 50; i++)
                _ = (await node.AddAsync(graph, Set($"{i % 7}", $"{i}"))).Value;
            before = (await node.ReadFactsAsync(graph)).Value;
        }
        await using var again = Nodes.Start(_network, 1, KeyValue, store);
        Assert.True(before.IsSameAs((await again.ReadFactsAsync(graph)).Value));
        Assert.Equal(7, before.Count);
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static ReadOnlyMemory<byte> Set(string key, string value) => KeyValuePolicy.Set(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));
}

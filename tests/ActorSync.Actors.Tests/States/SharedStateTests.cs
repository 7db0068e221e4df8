using System.Text.Json.Serialization;
using ActorSync.Actors.Tests.Support;
using ActorSync.States;
using ActorSync.Transport.Memory;

namespace ActorSync.Actors.Tests.States;

/// <summary>Shared states as an application uses them.</summary>
public sealed partial class SharedStateTests
{
    private static readonly StateName Name = new("fleet");

    private readonly MemoryLinkNetwork _network = new();

    [Fact]
    public async Task A_key_is_set_read_listed_and_deleted()
    {
        await using var node = Nodes.Start(_network, 1);
        var state = (await node.OpenStateAsync(Name)).Value;

        Assert.Equal([MergeOutcome.Won], (await state.SetAsync("b", "{\"mbit\": 20}")).Value.Outcomes);
        await state.SetAsync("a/1", new Limit(5), Json.Default.Limit, TimeSpan.FromHours(1));
        await state.DeleteAsync("never");

        Assert.Equal("{\"mbit\":20}", (await state.GetAsync("b")).Value?.Json());
        Assert.Equal(new Limit(5), (await state.GetAsync("a/1", Json.Default.Limit)).Value);
        Assert.Equal(3_600_000, (await state.GetAsync("a/1")).Value?.TtlMilliseconds);
        Assert.Equal(["a/1", "b"], (await state.ListAsync()).Value.Entries.Select(entry => entry.Key));
        Assert.Equal(["a/1"], (await state.ListAsync("a/")).Value.Entries.Select(entry => entry.Key));
        await state.DeleteAsync("b");
        Assert.Null((await state.GetAsync("b")).Value);
        Assert.Null((await state.GetAsync("b", Json.Default.Limit)).Value);
        Assert.Equal(SyncErrorKind.InvalidRequest, (await state.SetAsync("c", "{")).Error?.Kind);
        var status = await state.StatusAsync();
        Assert.Equal((1, 2, 5), (status.Entries, status.Tombstones, status.Totals.Sets));
        Assert.Equal("fleet", Assert.Single((await node.StatusAsync()).States!).State);
    }

    [Theory]
    [InlineData("members")]
    [InlineData("actorsync.placement")]
    public async Task The_nodes_own_states_are_not_opened(string name)
    {
        await using var node = Nodes.Start(_network, 1);

        Assert.Equal(SyncErrorKind.NotAllowed, (await node.OpenStateAsync(new StateName(name))).Error?.Kind);
    }

    [Fact]
    public async Task Two_linked_nodes_come_level_and_both_know_it()
    {
        await using var one = Nodes.Start(_network, 1);
        await using var two = Nodes.Start(_network, 2);
        var (here, there) = ((await one.OpenStateAsync(Name)).Value, (await two.OpenStateAsync(Name)).Value);
        await here.SetAsync("a", "1");
        Assert.Null((await one.ConnectAsync("memory://node-2")).Error);
        await WaitAsync(there, "a", "1");
        await there.SetAsync("b", "2");
        await WaitAsync(here, "b", "2");

        var status = await LevelAsync(here);
        Assert.Equal(status.Version, (await LevelAsync(there)).Version);
        Assert.Equal(two.Id.ToString(), Assert.Single(status.Peers).Peer);
        Assert.NotNull(status.ConvergenceSeconds);
        Assert.Equal(0, status.UnlevelSeconds);
        Assert.True(status.Totals.BytesSent > 0 && status.Totals.BytesReceived > 0);
    }

    [Fact]
    public async Task A_watch_begins_with_what_there_is_and_leaves_out_nothing()
    {
        await using var node = Nodes.Start(_network, 1);
        var state = (await node.OpenStateAsync(Name)).Value;
        await state.SetAsync("a", "1");
        await state.SetAsync("other", "1");
        await using var changes = state.WatchAsync("a").GetAsyncEnumerator();

        Assert.True(await changes.MoveNextAsync());
        Assert.Equal((true, "a"), (changes.Current.IsWhole, Assert.Single(changes.Current.Entries).Key));
        await state.WriteAsync([StateSet.To("a2", "2"u8.ToArray()), StateSet.To("other", "3"u8.ToArray()), StateSet.Delete("a")]);
        Assert.True(await changes.MoveNextAsync());
        Assert.Equal([("a", true), ("a2", false)], changes.Current.Entries.Select(entry => (entry.Key, entry.IsTombstone)));
        Assert.Equal((await state.StatusAsync()).Version, changes.Current.Version.ToString());
    }

    [Fact]
    public async Task A_reader_that_falls_behind_is_told_once_more_what_there_is_and_goes_on()
    {
        await using var node = Nodes.Start(_network, 1, new SyncSettings { States = StateSettings.Default with { WatchedChanges = 4 } });
        var state = (await node.OpenStateAsync(Name)).Value;
        await using var changes = state.WatchAsync().GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        for (var i = 0; i < 100; i++)
            await state.SetAsync($"k{i % 10}", $"{i}");

        var (seen, told) = (new Dictionary<string, string>(), 0);
        while (seen.GetValueOrDefault("k9") != "99")
        {
            Assert.True(await changes.MoveNextAsync());
            told += changes.Current.IsWhole ? 1 : 0;
            foreach (var entry in changes.Current.Entries)
                seen[entry.Key] = entry.Json();
        }

        Assert.Equal(Enumerable.Range(90, 10).Select(i => $"{i}"), seen.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value));
        Assert.Equal(1, told);
        await state.SetAsync("last", "1");
        Assert.True(await changes.MoveNextAsync());
        Assert.Equal("last", Assert.Single(changes.Current.Entries).Key);
    }

    [Fact]
    public async Task A_watch_goes_on_after_writes_that_failed_and_ends_with_the_node()
    {
        var node = Nodes.Start(_network, 1);
        var state = (await node.OpenStateAsync(Name)).Value;
        await using var changes = state.WatchAsync().GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());

        Assert.NotNull((await state.SetAsync("", "1")).Error);
        await state.SetAsync("a", "1");
        Assert.True(await changes.MoveNextAsync());
        await node.DisposeAsync();

        Assert.False(await changes.MoveNextAsync());
        Assert.Equal(SyncErrorKind.ShuttingDown, (await state.SetAsync("a", "1")).Error?.Kind);
    }

    private static async Task WaitAsync(ISharedState state, string key, string value)
    {
        using var patience = new CancellationTokenSource(Nodes.Patience);
        await foreach (var change in state.WatchAsync(key, patience.Token))
        {
            if (change.Entries.Any(entry => entry.Key == key && entry.Json() == value))
                return;
        }
    }

    private static async Task<StateStatus> LevelAsync(ISharedState state)
    {
        using var patience = new CancellationTokenSource(Nodes.Patience);
        while (true)
        {
            if (await state.StatusAsync(patience.Token) is { Peers: [{ IsLevel: true }] } level)
                return level;
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private sealed record Limit(int Mbit);

    [JsonSerializable(typeof(Limit))]
    private sealed partial class Json : JsonSerializerContext;
}

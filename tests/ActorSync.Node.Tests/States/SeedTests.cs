using ActorSync.Node.Tests.Fakes;

namespace ActorSync.Node.Tests.States;

/// <summary>Entries that are there at the start, and what is wrong with a file of them.</summary>
public sealed class SeedTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task A_seed_is_there_at_the_start_and_gives_way_to_whatever_was_written()
    {
        var config = await ConfigAsync("""{"limit":{"value":20},"name":{"value":"seeded"},"dated":{"value":1,"ts":5}}""");
        var state = (await _cli.Node.OpenStateAsync(new("shared"))).Value;
        await state.SetAsync("limit", "30");
        await using var node = await RunningNode.StartAsync(_cli, "--config", config);

        Assert.Contains("state shared: 2 keys seeded", node.Log, StringComparison.Ordinal);
        Assert.Equal(["dated=1", "limit=30", "name=\"seeded\""], (await state.ListAsync()).Value.Entries.Select(entry => $"{entry.Key}={entry.Json()}"));
    }

    [Theory]
    [InlineData("{", 2, "is no map of entries")]
    [InlineData("""{"a":1}""", 2, "the key \"a\"")]
    [InlineData("""{"a":{"valeu":1}}""", 2, "no valeu")]
    [InlineData("""{"a":{"value":1,"ttl":5}}""", 2, "a seed that ends says when it begins")]
    [InlineData("""{"a":{"value":1,"ts":9007199254740991}}""", 2, "ahead of this node's clock")]
    public async Task What_is_wrong_with_a_seed_ends_the_start_with_one_line(string json, int code, string sentence)
    {
        var ran = await _cli.OnDataAsync("node", "--config", await ConfigAsync(json));

        Assert.Equal(code, ran.Code);
        Assert.Contains("seed.json", ran.Error, StringComparison.Ordinal);
        Assert.Contains(sentence, ran.Error, StringComparison.Ordinal);
        Assert.True(_cli.Node.Disposed.Task.IsCompleted);
    }

    [Fact]
    public async Task A_seed_that_is_not_there_is_named()
    {
        var ran = await _cli.OnDataAsync("node", "--config", await ConfigAsync(null));

        Assert.Equal(2, ran.Code);
        Assert.Contains("there is no such file", ran.Error, StringComparison.Ordinal);
    }

    private async Task<string> ConfigAsync(string? seed)
    {
        var file = _cli.Folder.At("seed.json");
        if (seed is not null)
            await File.WriteAllTextAsync(file, seed);
        var config = _cli.Folder.At("node.conf");
        await File.WriteAllTextAsync(config, $$"""actorsync { listen = off, states { seeds = [{ file = "{{file}}" }] } }""");
        return config;
    }
}

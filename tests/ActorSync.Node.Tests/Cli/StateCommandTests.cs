using ActorSync.Node.Tests.Fakes;

namespace ActorSync.Node.Tests.Cli;

/// <summary><c>actorsync state</c>, against a node that runs.</summary>
public sealed class StateCommandTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task A_key_is_set_read_listed_and_deleted()
    {
        await using var node = await RunningNode.StartAsync(_cli);

        var set = await OkAsync("state", "set", "a/b", "{\"x\": [1, 2]}", "--ttl", "10m");
        Assert.Matches("^[0-9a-f]{32}\n$", set);
        await OkAsync("state", "set", "name", "plain text", "--text");
        await OkAsync("state", "set", "null", "null");

        Assert.Equal("{\"x\":[1,2]}\n", await OkAsync("state", "get", "a/b"));
        Assert.Equal("\"plain text\"\n", await OkAsync("state", "get", "name"));
        Assert.Equal("null\n", await OkAsync("state", "get", "null"));
        Assert.Contains("\"ttl\": 600000", await OkAsync("state", "get", "a/b", "--json"), StringComparison.Ordinal);
        Assert.Equal(["a/b", "name", "null"], (await OkAsync("state", "ls")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]["key=".Length..]));
        Assert.Matches("^{\"key\":\"name\",\"value\":\"plain text\",\"ts\":[0-9]+,\"ttl\":null}\n$", await OkAsync("state", "ls", "--prefix", "na", "--json"));
        await OkAsync("state", "delete", "name");

        var gone = await _cli.OnDataAsync("state", "get", "name");
        Assert.Equal((1, "actorsync: the key \"name\" has no value\n"), (gone.Code, gone.Error));
    }

    [Fact]
    public async Task States_are_apart_by_name()
    {
        await using var node = await RunningNode.StartAsync(_cli);

        await OkAsync("state", "set", "a", "1", "--state", "höhe &/=");

        Assert.Equal("1\n", await OkAsync("state", "get", "a", "--state", "höhe &/="));
        Assert.Equal("", await OkAsync("state", "ls"));
    }

    [Theory]
    [InlineData(2, "is no JSON", "set", "a", "plain")]
    [InlineData(2, "not a duration", "set", "a", "1", "--ttl", "soon")]
    [InlineData(2, "a key has at least one character", "set", "", "1")]
    [InlineData(1, "is the node's own", "set", "node/1", "1", "--state", "members")]
    [InlineData(1, "is the node's own", "ls", "--state", "actorsync.placement")]
    [InlineData(2, "no name of a state", "ls", "--state", "a\nb")]
    public async Task What_cannot_be_is_told(int code, string sentence, params string[] args)
    {
        await using var node = await RunningNode.StartAsync(_cli);

        var ran = await _cli.OnDataAsync(["state", .. args]);

        Assert.Equal(code, ran.Code);
        Assert.Contains(sentence, ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_prints_what_there_is_and_each_change()
    {
        await using var node = await RunningNode.StartAsync(_cli);
        await OkAsync("state", "set", "a", "1");
        var (output, error, last) = (new SignalWriter("gone a"), new StringWriter(), new SignalWriter("set b 2"));
        using var stop = new CancellationTokenSource();
        var watch = Task.Run(() => _cli.Start(["state", "watch", "--data", _cli.Data], new Both(output, last), error, "", stop.Token));

        await new[] { OkAsync("state", "set", "b", "2"), last.Seen.WaitAsync(TimeSpan.FromSeconds(20)) }[1];
        await OkAsync("state", "delete", "a");
        await output.Seen.WaitAsync(TimeSpan.FromSeconds(20));
        await stop.CancelAsync();

        Assert.Equal(0, await watch.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.EndsWith("set b 2\ngone a\n", output.ToString(), StringComparison.Ordinal);
    }

    private async Task<string> OkAsync(params string[] args)
    {
        var ran = await _cli.OnDataAsync(args);
        Assert.Equal((0, ""), (ran.Code, ran.Error));
        return ran.Out;
    }

    private sealed class Both(TextWriter one, TextWriter other) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            one.WriteLine(value);
            other.WriteLine(value);
        }
    }
}

using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs;
using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Stores;
using ActorSync.Storage;
using Akka.Actor;
using Akka.TestKit;

namespace ActorSync.Actors.Tests.Graphs;

/// <summary>A key/value graph in a durable store: opened from the snapshot of its facts where there is one that is intact.</summary>
public sealed class GraphActorSnapshotTests : ActorTest
{
    private const int Keys = 50;

    private static readonly Command Init = Command.Init("a map"u8);
    private static readonly GraphId Graph = new(Init.Id);

    private readonly string _folder = Directory.CreateTempSubdirectory("actorsync-").FullName;
    private readonly TestProbe _router;

    public GraphActorSnapshotTests()
    {
        _router = CreateTestProbe();
    }

    [Fact]
    public async Task Closing_writes_a_snapshot_and_opening_evaluates_only_what_came_later()
    {
        var run = Run(Init, 200);
        var written = await WithGraphAsync("node", new Counted(), graph => Receive(graph, run[..150]));
        Assert.True(File.Exists(FileIn("node")));

        var policy = new Counted();
        Assert.True(written.IsSameAs(await WithGraphAsync("node", policy, _ => { })));
        Assert.Equal(0, policy.Evaluations);
        var more = await WithGraphAsync("node", policy, graph => Receive(graph, run[150..]));
        Assert.Equal(50, policy.Evaluations);
        Assert.Equal(Keys, more.Count);
        Assert.All(Enumerable.Range(0, Keys), key => Assert.Equal(150 + key, ValueOf(more, key)));
    }

    [Fact]
    public async Task Ten_thousand_commands_write_one_beside_the_commits_and_a_crash_finds_it()
    {
        var run = Run(Init, 10_100);
        var facts = await WithGraphAsync("node", new Counted(), async (graph, written) =>
        {
            Receive(graph, run[..10_000]);
            Assert.Equal(10_001, (await written.WaitAsync(TimeSpan.FromSeconds(20))).Commands);
            Receive(graph, run[10_000..]);
            CopyAsACrashLeavesIt("node", "copy");
        });
        var policy = new Counted();
        Assert.True(facts.IsSameAs(await WithGraphAsync("copy", policy, _ => { })));
        Assert.Equal(100, policy.Evaluations);
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("cut")]
    [InlineData("flipped")]
    [InlineData("another policy's")]
    public async Task Facts_are_rebuilt_when_the_snapshot_is_of_no_use(string how)
    {
        var run = Run(Init, 200);
        var facts = await WithGraphAsync("node", new Counted(), graph => Receive(graph, run));
        Damage(FileIn("node"), how);

        var policy = new Counted { Version = how == "another policy's" ? "counted 2" : "counted 1" };
        Assert.True(facts.IsSameAs(await WithGraphAsync("node", policy, _ => { })));
        Assert.Equal(201, policy.Evaluations);
        // And there is a good one again.
        Assert.True(facts.IsSameAs(await WithGraphAsync("node", policy, _ => { })));
        Assert.Equal(201, policy.Evaluations);
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        Directory.Delete(_folder, recursive: true);
    }

    private static void Damage(string path, string how)
    {
        if (how == "gone")
            File.Delete(path);
        var bytes = how == "gone" ? [] : File.ReadAllBytes(path);
        if (how == "cut")
            File.WriteAllBytes(path, bytes[..^1]);
        if (how != "flipped")
            return;
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private Task<Facts> WithGraphAsync(string node, IGraphPolicy policy, Action<IActorRef> act) => WithGraphAsync(node, policy, (graph, _) =>
    {
        act(graph);
        return Task.CompletedTask;
    });

    // Opens the store and the graph, and closes both; the facts at the end.
    private async Task<Facts> WithGraphAsync(string node, IGraphPolicy policy, Func<IActorRef, Task<FactSnapshot>, Task> act)
    {
        await using var store = new SnapshotWatch((await NodeStore.OpenAsync(new StoreSettings { Folder = Path.Combine(_folder, node) })).Value);
        var graph = ChildOf(_router, GraphActor.Props(Graph, Init, store, new SyncSettings { Policies = new GraphPolicies(policy) }));
        await act(graph, store.Written);
        graph.Tell(GraphActor.Read.Instance, TestActor);
        var facts = ExpectMsg<GraphActor.Version>().Facts!;
        Watch(graph);
        graph.Tell(GraphActor.Close.Instance);
        ExpectMsg<Terminated>();
        return facts;
    }

    private void Receive(IActorRef graph, Command[] commands)
    {
        graph.Tell(new GraphActor.ReceiveCommands(Graph, commands, null, null), TestActor);
        Assert.Equal(commands.Length, ExpectMsg<GraphActor.CommandsReceived>().Result.Value.Added);
    }

    private string FileIn(string node) => Path.Combine(_folder, node, "graphs", Graph.ToString(), "facts");

    // Commits are flushed before they are acknowledged; the lock ends with the process.
    private void CopyAsACrashLeavesIt(string from, string to)
    {
        var source = Path.Combine(_folder, from);
        foreach (var path in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(path).StartsWith("lock", StringComparison.Ordinal))
                continue;
            var copy = Path.Combine(_folder, to, Path.GetRelativePath(source, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.WriteAllBytes(copy, Shared(path));
        }
    }

    private static byte[] Shared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var bytes = new MemoryStream();
        file.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static int ValueOf(Facts facts, int key) =>
        facts.TryGet(KeyValuePolicy.FactName, [(byte)key], out var value) ? BitConverter.ToInt32(value.Span) : -1;

    private static Command[] Run(Command after, int count)
    {
        var run = new Command[count];
        for (var i = 0; i < count; i++)
            run[i] = after = Command.Create(Prior.Single(after.Address), Priority.Basic(0), KeyValuePolicy.Set([(byte)(i % Keys)], BitConverter.GetBytes(i)));
        return run;
    }

    private sealed class Counted : IGraphPolicy
    {
        private readonly KeyValuePolicy _map = new();

        public string? Version { get; init; } = "counted 1";

        public int Evaluations { get; private set; }

        public Verdict Evaluate(Command command, Evaluation facts)
        {
            Evaluations++;
            return _map.Evaluate(command, facts);
        }
    }
}

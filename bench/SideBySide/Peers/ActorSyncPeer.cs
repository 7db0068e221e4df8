using System.Globalization;
using ActorSync.Bench.SideBySide.Graphs;
using ActorSync.Bench.SideBySide.Harness;
using ActorSync.Bench.SideBySide.Results;
using ActorSync.Bench.SideBySide.Roles;
using ActorSync.Bench.SideBySide.Rows;
using ActorSync.Storage;

namespace ActorSync.Bench.SideBySide.Peers;

/// <summary>We ourselves: a node in a process of its own that holds a graph, on durable stores.</summary>
internal sealed class ActorSyncPeer : ICatchUp
{
    private const int WarmUpTimes = 2;

    private readonly Workplace _place;
    private readonly Content _content;
    private readonly Child _full;
    private readonly string _graph;
    private readonly string _warmUp;

    private ActorSyncPeer(Workplace place, Content content, Child full, string endpoint, string graph, string warmUp)
    {
        _place = place;
        _content = content;
        _full = full;
        Endpoint = endpoint;
        _graph = graph;
        _warmUp = warmUp;
    }

    public string Name => Measure.Ours;

    public string Endpoint { get; }

    public static async Task<ActorSyncPeer> StartAsync(Stage stage, Content content)
    {
        var full = Start(stage.Place.New("full"), content);
        var endpoint = await full.AnswerAsync(stage.Stop);
        var warmUp = await full.AskAsync($"warm-up {content.Shape} {stage.Options.Commands * WarmUpTimes}", stage.Stop);
        var graph = await full.AskAsync($"fill {content.Shape} {content.Commands}", stage.Stop);
        return new ActorSyncPeer(stage.Place, content, full, endpoint, graph, warmUp);
    }

    /// <summary>As a daemon that has synced before; a process that has not compiles its code while it does.</summary>
    public Task<CaughtUp> CatchUpAsync(CancellationToken cancellation) => CatchUpAsync(isWarm: true, cancellation);

    public async Task<CaughtUp> CatchUpAsync(bool isWarm, CancellationToken cancellation)
    {
        var folder = _place.New("empty");
        CaughtUp result;
        await using (var empty = Start(folder, _content))
        {
            await empty.AnswerAsync(cancellation);
            if (isWarm)
                await empty.AskAsync($"poll {Endpoint} {_warmUp}", cancellation);
            var before = await BytesAsync(empty, cancellation);
            var answer = (await empty.AskAsync($"poll {Endpoint} {_graph}", cancellation)).Split(' ');
            if (answer[1] != _content.Commands.ToString(CultureInfo.InvariantCulture) || await DigestAsync(empty) != await DigestAsync(_full))
                throw new BenchException($"they are not level: {answer[1]} of {_content.Commands} commands came");
            result = new CaughtUp(double.Parse(answer[0], CultureInfo.InvariantCulture) / 1e9, await BytesAsync(empty, cancellation) - before);
        }
        Workplace.Remove(folder);
        return result;

        Task<string> DigestAsync(Child child) => child.AskAsync($"digest {_graph}", cancellation);
    }

    public ValueTask DisposeAsync() => _full.DisposeAsync();

    private static Child Start(string folder, Content content) =>
        Child.Role("node", folder, nameof(FsyncMode.Always), content.Shape == GeneratedGraph.KeyValue ? NodeRole.KeyValue : NodeRole.Plain);

    private static async Task<long> BytesAsync(Child child, CancellationToken cancellation) => Clock.Read(await child.AskAsync("bytes", cancellation)).Sum();
}

/// <summary>We ourselves: two nodes, the one subscribed to the other.</summary>
internal sealed class ActorSyncLive(string graph, Child publisher, Child subscriber) : ILive
{
    public string Name => Measure.Ours;

    public Child Publisher => publisher;

    public Child Subscriber => subscriber;

    public static async Task<ActorSyncLive> StartAsync(Stage stage, FsyncMode fsync, IReadOnlyDictionary<string, string>? environment = null)
    {
        var publisher = Child.Role("node", [stage.Place.New("publisher"), fsync.ToString()], environment);
        var subscriber = Child.Role("node", [stage.Place.New("subscriber"), fsync.ToString()], environment);
        var endpoint = await publisher.AnswerAsync(stage.Stop);
        await subscriber.AnswerAsync(stage.Stop);
        var graph = await publisher.AskAsync($"fill {GeneratedGraph.OneStrand} {LiveScene.History}", stage.Stop);
        await subscriber.AskAsync($"poll {endpoint} {graph}", stage.Stop);
        await subscriber.AskAsync($"subscribe {endpoint} {graph}", stage.Stop);
        return new ActorSyncLive(graph, publisher, subscriber);
    }

    public async Task<double[]> PushAsync(int count, int paceMilliseconds, CancellationToken cancellation)
    {
        await subscriber.AskAsync($"follow {graph} {count}", cancellation);
        var begun = await publisher.AskAsync($"act {graph} {count} {paceMilliseconds}", cancellation);
        return Clock.Microseconds(begun, await subscriber.AskAsync("stamps", cancellation));
    }

    public async ValueTask DisposeAsync()
    {
        await subscriber.DisposeAsync();
        await publisher.DisposeAsync();
    }
}

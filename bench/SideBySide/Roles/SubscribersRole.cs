using ActorSync.Bench.SideBySide.Harness;
using ActorSync.Storage;

namespace ActorSync.Bench.SideBySide.Roles;

/// <summary>Many nodes in one process, each with a store and a socket of its own. Words: the folder, and how many.</summary>
internal sealed class SubscribersRole(string[] words) : Role
{
    private readonly List<ISyncNode> _nodes = [];
    private Arrivals[] _arrivals = [];

    protected override async Task<string> StartAsync()
    {
        for (var i = 0; i < NodeRole.Number(words[1]); i++)
            _nodes.Add(await NodeRole.StartAsync(Path.Combine(words[0], $"{i}"), FsyncMode.Never, isListening: false, writerThreads: 1));
        return "ready";
    }

    protected override async Task<string> OnAsync(string verb, string[] words) => (verb, words) switch
    {
        ("poll", [var endpoint, var graph]) => await PollAsync(endpoint, graph, 1),
        ("polls", [var endpoint, var graph, var count]) => await PollAsync(endpoint, graph, NodeRole.Number(count)),
        ("subscribe", [var endpoint, var graph]) => await SubscribeAsync(endpoint, graph),
        ("follow", [var graph, var count]) => await FollowAsync(graph, NodeRole.Number(count)),
        ("stamps", []) => await LastStampsAsync(),
        _ => throw new BenchException($"subscribers know no {verb} of {words.Length} words"),
    };

    public override async ValueTask DisposeAsync() => await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));

    private async Task<string> PollAsync(string endpoint, string graph, int count)
    {
        foreach (var node in _nodes)
        {
            for (var i = 0; i < count; i++)
                _ = (await node.PollAsync(endpoint, NodeRole.Graph(graph))).Value;
        }
        return "done";
    }

    private async Task<string> SubscribeAsync(string endpoint, string graph)
    {
        foreach (var node in _nodes)
            _ = NodeRole.Done(await node.SubscribeAsync(endpoint, NodeRole.Graph(graph)));
        return "done";
    }

    private async Task<string> FollowAsync(string graph, int count)
    {
        _arrivals = await Task.WhenAll(_nodes.Select(node => Arrivals.FollowAsync(node, NodeRole.Graph(graph), count)));
        return "done";
    }

    // Of each command: when the last of the nodes had it.
    private async Task<string> LastStampsAsync()
    {
        var all = await Task.WhenAll(_arrivals.Select(arrivals => arrivals.Stamps));
        return Clock.Write(Enumerable.Range(0, all[0].Length).Select(command => all.Max(stamps => stamps[command])));
    }
}

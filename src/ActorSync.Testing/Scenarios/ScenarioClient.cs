using ActorSync.Graphs;
using ActorSync.Graphs.Clients;
using ActorSync.Graphs.Stores;

namespace ActorSync.Testing.Scenarios;

/// <summary>One client: its store, its graphs, and what it remembers of the others' heads.</summary>
internal sealed class ScenarioClient(ulong id, INodeStore store) : IAsyncDisposable
{
    private static readonly GraphClientOptions Options = new()
    {
        EmitWholeWeave = true,
        Limits = new GraphLimits { Heads = int.MaxValue },
    };

    private readonly Dictionary<GraphId, GraphClient> _graphs = [];
    private readonly Dictionary<(ulong Peer, GraphId Graph), KnownHeads> _known = [];

    public ulong Id => id;

    /// <summary>The graphs in its store.</summary>
    public IReadOnlyList<GraphId> Graphs => store.Graphs;

    public GraphClient? Find(GraphId graph) => _graphs.GetValueOrDefault(graph);

    /// <summary>What a peer is known to hold.</summary>
    public KnownHeads KnownOf(ulong peer, GraphId graph)
    {
        if (!_known.TryGetValue((peer, graph), out var known))
            _known[(peer, graph)] = known = new KnownHeads();
        return known;
    }

    public void Forget(ulong peer, GraphId graph) => _known.Remove((peer, graph));

    public async Task<GraphClient> CreateAsync(Command init)
    {
        var created = await GraphClient.CreateAsync(store, init, ScenarioPolicy.Instance, Options).ConfigureAwait(false);
        return created.TryGet(out var graph, out var error) ? _graphs[graph.Graph] = graph : throw new RuleDiffersException($"client {id} cannot begin the graph: {error}");
    }

    public async Task RemoveAsync(GraphId graph)
    {
        if (_graphs.Remove(graph, out var client))
            await client.DisposeAsync().ConfigureAwait(false);
        foreach (var known in _known.Keys.Where(pair => pair.Graph == graph).ToArray())
            _known.Remove(known);
        if (await store.RemoveAsync(graph).ConfigureAwait(false) is { } error)
            throw new RuleDiffersException($"client {id} cannot remove the graph: {error}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var graph in _graphs.Values)
            await graph.DisposeAsync().ConfigureAwait(false);
        await store.DisposeAsync().ConfigureAwait(false);
    }
}

using ActorSync.Graphs;
using ActorSync.Graphs.Clients;

namespace ActorSync.Testing.Scenarios;

/// <summary>All clients of a scenario, and the graphs that its numbers stand for.</summary>
internal sealed class ScenarioWorld(ScenarioOptions options) : IAsyncDisposable
{
    private readonly SortedDictionary<ulong, ScenarioClient> _clients = [];
    private readonly Dictionary<ulong, GraphId> _graphs = [];

    public Expectations Expectations { get; } = new();

    public IEnumerable<ScenarioClient> Clients => _clients.Values;

    public Action<string> Print => options.Print;

    public Action<string> Trace => options.Trace;

    public ulong Seed => options.Seed;

    public ScenarioClient Client(ulong id) =>
        _clients.GetValueOrDefault(id) ?? throw new RuleDiffersException($"there is no client {id}");

    public bool HasClient(ulong id) => _clients.ContainsKey(id);

    /// <summary>A client's graph, or null when it does not hold it.</summary>
    public GraphClient? Find(ulong client, ulong graph) =>
        _graphs.TryGetValue(graph, out var id) ? Client(client).Find(id) : null;

    public GraphId Graph(ulong id) =>
        _graphs.TryGetValue(id, out var graph) ? graph : throw new RuleDiffersException($"there is no graph {id}");

    /// <summary>A client's graph, which must be there.</summary>
    public GraphClient Graph(ulong client, ulong graph) =>
        Client(client).Find(Graph(graph)) ?? throw new RuleDiffersException($"client {client} does not hold graph {graph}");

    public async Task AddClientAsync(ulong id)
    {
        if (_clients.ContainsKey(id))
            throw new RuleDiffersException($"client {id} is there already");
        var store = await options.NewStore(id).ConfigureAwait(false);
        _clients.Add(id, new ScenarioClient(id, store.TryGet(out var opened, out var error) ? opened : throw new RuleDiffersException($"client {id} gets no store: {error}")));
    }

    public async Task NewGraphAsync(ulong client, ulong id, ulong policy)
    {
        var init = ScenarioPolicy.Init(policy);
        if (_graphs.TryGetValue(id, out var graph) && graph.Init != init.Id && Clients.Any(holder => holder.Find(graph) is not null))
            throw new RuleDiffersException($"graph {id} is another graph already");
        _graphs[id] = new GraphId(init.Id);
        await Client(client).CreateAsync(init).ConfigureAwait(false);
    }

    public async Task RemoveGraphAsync(ulong client, ulong id)
    {
        var graph = Graph(id);
        await Client(client).RemoveAsync(graph).ConfigureAwait(false);
        foreach (var other in Clients)
            other.Forget(client, graph);
    }

    public async Task ActAsync(ulong client, ulong graph, uint priority, ReadOnlyMemory<byte> payload)
    {
        var acted = await Graph(client, graph).ActionAsync(Priority.Basic(priority), payload).ConfigureAwait(false);
        if (!acted.TryGet(out var commit, out var error))
            throw new RuleDiffersException($"the action of client {client} is refused: {error}");
        Expectations.Emit(commit.Effects.Select(ScenarioPolicy.ValueOf));
    }

    /// <summary>One client pulls from another; gives what it received and what was sent.</summary>
    public async Task<(ulong Received, ulong Sent)> SyncAsync(ulong client, ulong from, ulong graph, ulong most)
    {
        if (client == from)
            throw new RuleDiffersException($"client {client} cannot sync from itself");
        var pull = new Pull(Client(client), Graph(graph));
        await pull.FromAsync(Client(from), most).ConfigureAwait(false);
        Expectations.Emit(await pull.CommitAsync().ConfigureAwait(false));
        return (pull.Received, pull.Sent);
    }

    /// <summary>Passes over every ordered pair of the first clients, each client's pulls in one transaction, until a pass brings nothing.</summary>
    public async Task ConvergeAsync(ulong graph, ulong clients, ulong most)
    {
        var members = _clients.Values.Where(client => client.Id < clients).ToArray();
        while (true)
        {
            var pulls = new List<Pull>();
            foreach (var client in members)
            {
                var pull = new Pull(client, Graph(graph));
                foreach (var peer in members.Where(peer => peer != client && peer.Find(Graph(graph)) is not null))
                    await pull.FromAsync(peer, most).ConfigureAwait(false);
                pulls.Add(pull);
            }
            foreach (var pull in pulls)
                Expectations.Emit(await pull.CommitAsync().ConfigureAwait(false));
            if (pulls.TrueForAll(pull => pull.Received == 0))
                return;
        }
    }

    /// <summary>Null when both hold the same commands, heads and facts; else what differs.</summary>
    public string? Difference(ulong one, ulong other, ulong graph)
    {
        var (left, right) = (Graph(one, graph), Graph(other, graph));
        if (!left.Heads.Equals(right.Heads))
            return $"client {one} has the heads [{left.Heads}] and {left.Snapshot.Count} commands, client {other} [{right.Heads}] and {right.Snapshot.Count}";
        if (left.Snapshot.Count != right.Snapshot.Count || Enumerable.Range(0, left.Snapshot.Count).Any(ordinal => !right.Snapshot.Contains(left.Snapshot.AddressOf(ordinal))))
            return $"clients {one} and {other} have the same heads and not the same commands";
        return left.Facts.IsSameAs(right.Facts) ? null : $"clients {one} and {other} have the same commands and not the same facts";
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in Clients)
            await client.DisposeAsync().ConfigureAwait(false);
    }
}

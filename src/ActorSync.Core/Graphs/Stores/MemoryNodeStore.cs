using System.Collections.Concurrent;
using ActorSync.Graphs.Index;
using ActorSync.Peers;

namespace ActorSync.Graphs.Stores;

/// <summary>A store in memory: for tests, simulations and nodes whose graphs may be fetched again.</summary>
public sealed class MemoryNodeStore(PeerIdentity identity) : INodeStore
{
    private readonly ConcurrentDictionary<GraphId, MemoryGraphStore> _graphs = new();

    public NodeId Node => identity.Node;

    public InstanceId Instance => identity.Instance;

    public IReadOnlyList<GraphId> Graphs => [.. _graphs.Keys.OrderBy(graph => graph.Init)];

    public IPeerKnowledge PeerKnowledge { get; } = new MemoryPeerKnowledge();

    public Task<Result<OpenedGraph>> CreateAsync(Command init)
    {
        var store = new MemoryGraphStore(new GraphId(init.Id));
        if (!_graphs.TryAdd(store.Graph, store))
            return Task.FromResult<Result<OpenedGraph>>(new SyncError(SyncErrorKind.InvalidRequest, $"the graph {store.Graph} is here already"));
        store.AppendAsync(0, [init]);
        // However the graph's ids are derived, the init command brings its own.
        var index = new GraphIndex();
        _ = index.Add(init).Value;
        return Task.FromResult<Result<OpenedGraph>>(new OpenedGraph(store, index));
    }

    public Task<Result<OpenedGraph>> OpenAsync(GraphId graph, ICommandIdentity? identity = null) =>
        Task.FromResult(_graphs.TryGetValue(graph, out var store)
            ? new OpenedGraph(store, store.Recover(identity))
            : (Result<OpenedGraph>)new SyncError(SyncErrorKind.UnknownGraph, $"the graph {graph} is not here"));

    public Task<SyncError?> RemoveAsync(GraphId graph) =>
        Task.FromResult(_graphs.TryRemove(graph, out _) ? null : new SyncError(SyncErrorKind.UnknownGraph, $"the graph {graph} is not here"));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>The commands of one graph, in memory.</summary>
internal sealed class MemoryGraphStore(GraphId graph) : IGraphStore
{
    private readonly Column<ReadOnlyMemory<byte>> _commands = new();

    public GraphId Graph => graph;

    public IFactStore Facts { get; } = new MemoryFactStore();

    public ReadOnlyMemory<byte> Read(int ordinal) => _commands[ordinal];

    public Task<SyncError?> AppendAsync(int first, IReadOnlyList<Command> commands)
    {
        if (first != _commands.Count)
            return Task.FromResult<SyncError?>(new SyncError(SyncErrorKind.StoreFailed, $"the append begins at {first}, the graph {graph} holds {_commands.Count} commands"));
        foreach (var command in commands)
            _commands.Add(command.Bytes);
        return Task.FromResult<SyncError?>(null);
    }

    public GraphIndex Recover(ICommandIdentity? identity)
    {
        var index = new GraphIndex();
        for (var ordinal = 0; ordinal < _commands.Count; ordinal++)
            _ = index.Add(Command.Parse(_commands[ordinal], identity).Value).Value;
        return index;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

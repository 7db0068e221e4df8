using ActorSync.Graphs;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;

namespace ActorSync.Core.Tests.Clients;

/// <summary>A store whose graphs commit nothing while it fails.</summary>
internal sealed class FailingNodeStore(INodeStore inner) : INodeStore
{
    public bool Fails { get; set; }

    public NodeId Node => inner.Node;

    public InstanceId Instance => inner.Instance;

    public IReadOnlyList<GraphId> Graphs => inner.Graphs;

    public IPeerKnowledge PeerKnowledge => inner.PeerKnowledge;

    public async Task<Result<OpenedGraph>> CreateAsync(Command init) => Wrap(await inner.CreateAsync(init));

    public async Task<Result<OpenedGraph>> OpenAsync(GraphId graph, ICommandIdentity? identity = null) => Wrap(await inner.OpenAsync(graph, identity));

    public Task<SyncError?> RemoveAsync(GraphId graph) => inner.RemoveAsync(graph);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private Result<OpenedGraph> Wrap(Result<OpenedGraph> opened) =>
        opened.TryGet(out var graph, out var error) ? graph with { Store = new Graph(this, graph.Store) } : error;

    private sealed class Graph(FailingNodeStore node, IGraphStore inner) : IGraphStore
    {
        GraphId IGraphStore.Graph => inner.Graph;

        public IFactStore Facts => inner.Facts;

        public ReadOnlyMemory<byte> Read(int ordinal) => inner.Read(ordinal);

        public Task<SyncError?> AppendAsync(int first, IReadOnlyList<Command> commands) => node.Fails
            ? Task.FromResult<SyncError?>(new SyncError(SyncErrorKind.StoreFailed, "the disk is full"))
            : inner.AppendAsync(first, commands);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}

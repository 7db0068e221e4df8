using ActorSync.Graphs;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;

namespace ActorSync.Actors.Tests.Support;

/// <summary>A store that says when a snapshot of facts has been written.</summary>
internal sealed class SnapshotWatch(INodeStore inner) : INodeStore
{
    private readonly TaskCompletionSource<FactSnapshot> _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The first that was written.</summary>
    public Task<FactSnapshot> Written => _written.Task;

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

    private sealed class Graph(SnapshotWatch watch, IGraphStore inner) : IGraphStore, IFactStore
    {
        GraphId IGraphStore.Graph => inner.Graph;

        public IFactStore Facts => this;

        FactSnapshot? IFactStore.Read() => inner.Facts.Read();

        public async Task<SyncError?> WriteAsync(FactSnapshot snapshot)
        {
            var error = await inner.Facts.WriteAsync(snapshot);
            if (error is null)
                watch._written.TrySetResult(snapshot);
            return error;
        }

        public ReadOnlyMemory<byte> Read(int ordinal) => inner.Read(ordinal);

        public Task<SyncError?> AppendAsync(int first, IReadOnlyList<Command> commands) => inner.AppendAsync(first, commands);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}

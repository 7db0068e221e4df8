using ActorSync.Graphs;
using ActorSync.Graphs.Clients;
using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Stores;
using ActorSync.Membership;
using ActorSync.Peers;

namespace ActorSync.Node.Tests.Git;

/// <summary>A node as far as an import sees it: graphs in memory, one batch at a time, a rule that may refuse commands.</summary>
internal sealed class MemoryNode(Func<Command, bool>? refuses = null) : ISyncNode
{
    private readonly TaskCompletionSource _ended = new();
    private readonly MemoryNodeStore _store = new(default);
    private readonly Dictionary<GraphId, OpenedGraph> _graphs = [];
    private int _calls;

    /// <summary>Sizes of the batches that came in.</summary>
    public List<int> Batches { get; } = [];

    public Task Ended => _ended.Task;

    public NodeId Id => default;

    public string? ListenName => null;

    public IMembership? Membership => null;

    public Task<SyncError?> RemoveMemberAsync(NodeId member, CancellationToken cancellation = default) =>
        Task.FromResult<SyncError?>(new SyncError(SyncErrorKind.InvalidRequest, "the node is in no mesh"));

    public StoreStatus? Store => null;

    public async Task<Result<ReceiveResult>> ImportAsync(GraphId graph, IReadOnlyList<Command> commands, CancellationToken cancellation = default)
    {
        Assert.Equal(1, Interlocked.Increment(ref _calls));
        await Task.Yield();
        Batches.Add(commands.Count);
        var result = _graphs.TryGetValue(graph, out var opened)
            ? await AddAsync(opened, commands, 0)
            : await AddAsync(_graphs[graph] = (await _store.CreateAsync(commands[0])).Value, [.. commands.Skip(1)], 1);
        Interlocked.Decrement(ref _calls);
        return result;
    }

    public Task<Result<GraphSnapshot>> ReadAsync(GraphId graph, CancellationToken cancellation = default) =>
        Task.FromResult(_graphs.TryGetValue(graph, out var opened)
            ? new GraphSnapshot(graph, opened.Index, opened.Index.Count, opened.Index.Heads(), opened.Store)
            : (Result<GraphSnapshot>)new SyncError(SyncErrorKind.UnknownGraph, $"the graph {graph} is not here"));

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private async Task<ReceiveResult> AddAsync(OpenedGraph graph, IReadOnlyList<Command> commands, int added)
    {
        var (first, accepted, known, refused, gaps) = (graph.Index.Count, new List<Command>(), 0, new List<SyncError>(), new List<Address>());
        foreach (var command in commands)
        {
            if (refuses?.Invoke(command) == true)
                refused.Add(new SyncError(SyncErrorKind.Rejected, $"the command {command.Address} is not wanted"));
            else if (graph.Index.Add(command).TryGet(out _, out var error))
                accepted.Add(command);
            else if (error.Kind == SyncErrorKind.Duplicate || command.Prior.Kind == PriorKind.None)
                known++;
            else if (error.Kind == SyncErrorKind.MissingPrior)
                gaps.Add(command.Prior.Left);
            else
                refused.Add(error);
        }
        if (accepted.Count > 0)
            Assert.Null(await graph.Store.AppendAsync(first, accepted));
        return new ReceiveResult(added + accepted.Count, known, refused, refused.Count + gaps.Count, gaps);
    }

    public Task<Result<GraphId>> CreateGraphAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<Result<Address>> AddAsync(GraphId graph, ReadOnlyMemory<byte> payload, uint priority = 0, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<Result<Address>> FinalizeAsync(GraphId graph, ReadOnlyMemory<byte> payload, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<Result<Facts>> ReadFactsAsync(GraphId graph, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<Result<GraphWeave>> ReadWeaveAsync(GraphId graph, CancellationToken cancellation = default) => throw new NotSupportedException();

    public IAsyncEnumerable<GraphCommit> WatchCommitsAsync(GraphId graph, CancellationToken cancellation = default) => throw new NotSupportedException();

    public IAsyncEnumerable<GraphSnapshot> WatchAsync(GraphId graph, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<Result<NodeId>> ConnectAsync(string endpoint, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<SyncError?> DisconnectAsync(string peer, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<Result<PollOutcome>> PollAsync(string peer, GraphId graph, PollOptions? options = null, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<SyncError?> SubscribeAsync(string peer, GraphId graph, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<SyncError?> UnsubscribeAsync(string peer, GraphId graph, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<SyncError?> HelloAsync(string peer, GraphId graph, HelloOptions? options = null, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<SyncError?> StopHelloAsync(string peer, GraphId graph, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<Result<ISharedState>> OpenStateAsync(ActorSync.States.StateName name, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<NodeStatus> StatusAsync(CancellationToken cancellation = default) => throw new NotSupportedException();
}

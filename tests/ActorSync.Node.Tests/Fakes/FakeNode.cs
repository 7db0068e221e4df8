using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ActorSync.Graphs;
using ActorSync.Graphs.Clients;
using ActorSync.Graphs.Index;
using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Stores;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.States;
using ActorSync.Transport.Memory;

namespace ActorSync.Node.Tests.Fakes;

/// <summary>A node in memory with real graphs and scripted peers.</summary>
internal sealed class FakeNode : ISyncNode
{
    private readonly TaskCompletionSource _ended = new();
    private readonly ConcurrentDictionary<GraphId, FakeGraph> _graphs = new();
    private readonly Lazy<ISyncNode> _states = new(() => SyncNode.Start(new SyncNodeOptions
    {
        Store = new MemoryNodeStore(new PeerIdentity(new NodeId(0x0123456789abcdef), new InstanceId(1))),
        Connector = new MemoryLinkNetwork(),
    }).Value);

    public Task Ended => _ended.Task;

    public NodeId Id { get; } = new(0x0123456789abcdef);

    public string? ListenName { get; init; } = "tcp://127.0.0.1:7400";

    public IMembership? Membership => null;

    public Task<SyncError?> RemoveMemberAsync(NodeId member, CancellationToken cancellation = default) =>
        Task.FromResult<SyncError?>(new SyncError(SyncErrorKind.InvalidRequest, "the node is in no mesh"));

    public StoreStatus? Store { get; set; }

    /// <summary>What StatusAsync answers, given the graphs that are here.</summary>
    public Func<IReadOnlyList<GraphStatus>, NodeStatus>? Status { get; set; }

    public Func<string, Result<NodeId>> Connect { get; set; } = endpoint => new SyncError(SyncErrorKind.Unreachable, $"nobody listens on {endpoint}");

    public Func<string, GraphId, CancellationToken, Task<Result<PollOutcome>>> Poll { get; set; } =
        (peer, _, _) => Task.FromResult<Result<PollOutcome>>(new SyncError(SyncErrorKind.Unreachable, $"no link to {peer}"));

    public Func<string, GraphId, SyncError?> Subscribe { get; set; } = (_, _) => null;

    /// <summary>Endpoints and calls, in their order.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    public TaskCompletionSource Disposed { get; } = new();

    public HelloOptions? LastHelloOptions { get; private set; }

    public PollOptions? LastPollOptions { get; private set; }

    public Task<Result<GraphId>> CreateGraphAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation = default)
    {
        var graph = FakeGraph.Create(payload);
        _graphs.TryAdd(graph.Id, graph);
        return Task.FromResult<Result<GraphId>>(graph.Id);
    }

    public Task<Result<Address>> AddAsync(GraphId graph, ReadOnlyMemory<byte> payload, uint priority = 0, CancellationToken cancellation = default) =>
        Task.FromResult(_graphs.TryGetValue(graph, out var found) ? found.Add(payload, Priority.Basic(priority)) : Unknown(graph));

    public Task<Result<ReceiveResult>> ImportAsync(GraphId graph, IReadOnlyList<Command> commands, CancellationToken cancellation = default)
    {
        var added = commands.Count(command => _graphs[graph].Append(command) is null);
        return Task.FromResult<Result<ReceiveResult>>(new ReceiveResult(added, commands.Count - added, [], 0, []));
    }

    public Task<Result<GraphSnapshot>> ReadAsync(GraphId graph, CancellationToken cancellation = default) =>
        Task.FromResult(_graphs.TryGetValue(graph, out var found) ? found.Snapshot : (Result<GraphSnapshot>)Unknown(graph));

    public Task<Result<Address>> FinalizeAsync(GraphId graph, ReadOnlyMemory<byte> payload, CancellationToken cancellation = default) =>
        Task.FromResult(_graphs.TryGetValue(graph, out var found) ? found.Add(payload, Priority.Finalize) : Unknown(graph));

    /// <summary>The facts of every graph; null for graphs that are opaque.</summary>
    public Facts? Facts { get; set; }

    public Task<Result<Facts>> ReadFactsAsync(GraphId graph, CancellationToken cancellation = default) =>
        Task.FromResult<Result<Facts>>(Facts is null ? new SyncError(SyncErrorKind.InvalidRequest, $"the graph {graph} is opaque") : Facts);

    public async Task<Result<GraphWeave>> ReadWeaveAsync(GraphId graph, CancellationToken cancellation = default) =>
        (await ReadAsync(graph, cancellation)).TryGet(out var snapshot, out var error) ? GraphWeave.Of(snapshot) : error;

    public IAsyncEnumerable<GraphCommit> WatchCommitsAsync(GraphId graph, CancellationToken cancellation = default) => throw new NotSupportedException();

    public async IAsyncEnumerable<GraphSnapshot> WatchAsync(GraphId graph, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var snapshot in _graphs[graph].WatchAsync(cancellation))
            yield return snapshot;
    }

    public Task<Result<NodeId>> ConnectAsync(string endpoint, CancellationToken cancellation = default)
    {
        Calls.Enqueue($"connect {endpoint}");
        return Task.FromResult(Connect(endpoint));
    }

    public Task<SyncError?> DisconnectAsync(string peer, CancellationToken cancellation = default)
    {
        Calls.Enqueue($"disconnect {peer}");
        return Task.FromResult<SyncError?>(null);
    }

    public Task<Result<PollOutcome>> PollAsync(string peer, GraphId graph, PollOptions? options = null, CancellationToken cancellation = default)
    {
        LastPollOptions = options;
        Calls.Enqueue($"poll {peer} {graph.ToShortString()}");
        return Poll(peer, graph, cancellation);
    }

    public Task<SyncError?> SubscribeAsync(string peer, GraphId graph, CancellationToken cancellation = default)
    {
        Calls.Enqueue($"subscribe {peer} {graph.ToShortString()}");
        return Task.FromResult(Subscribe(peer, graph));
    }

    public Task<SyncError?> UnsubscribeAsync(string peer, GraphId graph, CancellationToken cancellation = default)
    {
        Calls.Enqueue($"unsubscribe {peer} {graph.ToShortString()}");
        return Task.FromResult<SyncError?>(null);
    }

    public Task<SyncError?> HelloAsync(string peer, GraphId graph, HelloOptions? options = null, CancellationToken cancellation = default)
    {
        LastHelloOptions = options;
        Calls.Enqueue($"hello {peer} {graph.ToShortString()}");
        return Task.FromResult(Subscribe(peer, graph));
    }

    public Task<SyncError?> StopHelloAsync(string peer, GraphId graph, CancellationToken cancellation = default)
    {
        Calls.Enqueue($"unhello {peer} {graph.ToShortString()}");
        return Task.FromResult<SyncError?>(null);
    }

    /// <summary>A state of a node in memory, which begins with the first that is opened.</summary>
    public Task<Result<ISharedState>> OpenStateAsync(StateName name, CancellationToken cancellation = default) => _states.Value.OpenStateAsync(name, cancellation);

    public Task<NodeStatus> StatusAsync(CancellationToken cancellation = default)
    {
        GraphStatus[] graphs = [.. _graphs.Values.Select(graph => GraphStatus.Of(graph.Snapshot)).OrderBy(graph => graph.Graph, StringComparer.Ordinal)];
        return Task.FromResult((Status ?? Statuses.Plain)(graphs));
    }

    public ValueTask DisposeAsync()
    {
        Disposed.TrySetResult();
        return _states.IsValueCreated ? _states.Value.DisposeAsync() : ValueTask.CompletedTask;
    }

    /// <summary>Changes a byte of a stored command's payload.</summary>
    public void Damage(GraphId graph, int ordinal) => _graphs[graph].Damage(ordinal);

    private static SyncError Unknown(GraphId graph) => new(SyncErrorKind.UnknownGraph, $"the graph {graph} is not here");

    private sealed class FakeGraph(GraphId id) : ICommandReader
    {
        private readonly GraphIndex _index = new();
        private readonly List<byte[]> _commands = [];
        private readonly List<Channel<GraphSnapshot>> _watchers = [];
        private readonly Lock _lock = new();

        public GraphId Id => id;

        public GraphSnapshot Snapshot
        {
            get
            {
                lock (_lock)
                    return new GraphSnapshot(id, _index, _commands.Count, _index.Heads(), this);
            }
        }

        public static FakeGraph Create(ReadOnlyMemory<byte> payload)
        {
            var init = Command.Init(payload.Span);
            var graph = new FakeGraph(new GraphId(init.Id));
            graph.Append(init);
            return graph;
        }

        public Result<Address> Add(ReadOnlyMemory<byte> payload, Priority priority)
        {
            lock (_lock)
            {
                while (_index.Heads() is { Count: > 1 } heads)
                    Append(Command.Merge(heads[0], heads[1]));
                var command = Command.Create(Prior.Single(_index.Heads()[0]), priority, payload.Span);
                return Append(command) is { } error ? error : command.Address;
            }
        }

        public SyncError? Append(Command command)
        {
            lock (_lock)
            {
                if (_index.Add(command).Error is { } error)
                    return error;
                _commands.Add(command.Bytes.ToArray());
                _watchers.ForEach(watcher => watcher.Writer.TryWrite(Snapshot));
                return null;
            }
        }

        public IAsyncEnumerable<GraphSnapshot> WatchAsync(CancellationToken cancellation)
        {
            var watcher = Channel.CreateUnbounded<GraphSnapshot>();
            lock (_lock)
            {
                watcher.Writer.TryWrite(Snapshot);
                _watchers.Add(watcher);
            }
            return watcher.Reader.ReadAllAsync(cancellation);
        }

        public void Damage(int ordinal) => _commands[ordinal][^1] ^= 1;

        public ReadOnlyMemory<byte> Read(int ordinal)
        {
            lock (_lock)
                return _commands[ordinal];
        }
    }
}

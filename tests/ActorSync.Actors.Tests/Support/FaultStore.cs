using System.Threading.Channels;
using ActorSync.Graphs;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;

namespace ActorSync.Actors.Tests.Support;

/// <summary>A store in memory whose appends a test ends one by one, and whose opening and reading it makes fail.</summary>
internal sealed class FaultStore(PeerIdentity identity) : INodeStore
{
    private readonly MemoryNodeStore _inner = new(identity);
    private int _open;
    private int _openings;
    private int _mostOpen;

    /// <summary>Appends wait in <see cref="Appends"/> for a test to end them.</summary>
    public bool HoldsAppends { get; set; }

    /// <summary>The append throws instead of naming an error.</summary>
    public Exception? AppendThrows { get; set; }

    /// <summary>Why no graph can be made or opened.</summary>
    public SyncError? OpenFails { get; set; }

    /// <summary>Opening waits for this.</summary>
    public Task OpenWaits { get; set; } = Task.CompletedTask;

    /// <summary>Closing a graph waits for this.</summary>
    public Task CloseWaits { get; set; } = Task.CompletedTask;

    /// <summary>Why what is committed cannot be brought to the disk.</summary>
    public SyncError? FlushFails { get; set; }

    /// <summary>The most of them at one time.</summary>
    public int MostOpen => _mostOpen;

    /// <summary>Graphs that were opened or made, since the beginning.</summary>
    public int Openings => _openings;

    /// <summary>Reading a command fails, as from a damaged store.</summary>
    public bool ReadsFail { get; set; }

    /// <summary>Graphs opened and not closed: a second open of one is refused, as the durable store does.</summary>
    public int Open => _open;

    public ChannelReader<HeldAppend> Appends => _appends.Reader;

    private readonly Channel<HeldAppend> _appends = Channel.CreateUnbounded<HeldAppend>();

    public NodeId Node => _inner.Node;

    public InstanceId Instance => _inner.Instance;

    public IReadOnlyList<GraphId> Graphs => _inner.Graphs;

    public IPeerKnowledge PeerKnowledge => _inner.PeerKnowledge;

    public async Task<Result<OpenedGraph>> CreateAsync(Command init)
    {
        await OpenWaits;
        return OpenFails is { } error ? error : Wrap(await _inner.CreateAsync(init));
    }

    public async Task<Result<OpenedGraph>> OpenAsync(GraphId graph, ICommandIdentity? identity = null)
    {
        await OpenWaits;
        return OpenFails is { } error ? error : Wrap(await _inner.OpenAsync(graph, identity));
    }

    public Task<SyncError?> RemoveAsync(GraphId graph) => _inner.RemoveAsync(graph);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Result<OpenedGraph> Wrap(Result<OpenedGraph> opened)
    {
        if (!opened.TryGet(out var graph, out var error))
            return error;
        Interlocked.Increment(ref _openings);
        var open = Interlocked.Increment(ref _open);
        for (var most = _mostOpen; open > most && Interlocked.CompareExchange(ref _mostOpen, open, most) != most;)
            most = _mostOpen;
        return new OpenedGraph(new Graph(this, graph.Store), graph.Index);
    }

    /// <summary>An append that a test ends.</summary>
    public sealed class HeldAppend(Func<Task<SyncError?>> append)
    {
        private readonly TaskCompletionSource<SyncError?> _ended = new();

        public Task<SyncError?> Ended => _ended.Task;

        public Task CommitAsync() => Task.Run(CommitHereAsync);

        /// <summary>Whoever waits for the append goes on before this ends.</summary>
        public async Task CommitHereAsync() => _ended.SetResult(await append());

        public void Fail() => Task.Run(() => _ended.SetResult(new SyncError(SyncErrorKind.StoreFailed, "the disk is full")));
    }

    private sealed class Graph(FaultStore store, IGraphStore inner) : IGraphStore
    {
        GraphId IGraphStore.Graph => inner.Graph;

        public IFactStore Facts => inner.Facts;

        public ReadOnlyMemory<byte> Read(int ordinal) => store.ReadsFail
            ? throw new SyncException(new SyncError(SyncErrorKind.StoreDamaged, $"command {ordinal} does not check"))
            : inner.Read(ordinal);

        public Task<SyncError?> AppendAsync(int first, IReadOnlyList<Command> commands)
        {
            if (store.AppendThrows is { } bug)
            {
                store.AppendThrows = null;
                throw bug;
            }
            if (!store.HoldsAppends)
                return inner.AppendAsync(first, commands);
            var held = new HeldAppend(() => inner.AppendAsync(first, commands));
            store._appends.Writer.TryWrite(held);
            return held.Ended;
        }

        public Task<SyncError?> FlushAsync() => Task.FromResult(store.FlushFails);

        public async ValueTask DisposeAsync()
        {
            await store.CloseWaits;
            Interlocked.Decrement(ref store._open);
        }
    }
}

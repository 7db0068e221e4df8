using ActorSync.Graphs;

namespace ActorSync.Node.Control;

/// <summary>
/// What the command line can ask of a node: of one that runs, over its control socket, or of one made for a single
/// command out of the store. Both answer alike. Expected failures are values.
/// </summary>
public interface INodeControl : IAsyncDisposable
{
    /// <summary>Whether this is a node that goes on running, rather than one made for a command.</summary>
    bool Running { get; }

    Task<Result<NodeStatus>> StatusAsync(CancellationToken cancellation);

    Task<Result<GraphCreated>> CreateGraphAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation);

    /// <summary>Commits a command; in a mesh where the graph is served.</summary>
    Task<Result<CommandAdded>> AddAsync(GraphId graph, ReadOnlyMemory<byte> payload, ActionOptions options, CancellationToken cancellation);

    /// <summary>The facts of a graph's latest version, of one name or of all, whose keys begin so.</summary>
    Task<Result<FactList>> FactsAsync(GraphId graph, FactQuery query, CancellationToken cancellation);

    /// <summary>The commands of a graph's latest version in the order of the weave.</summary>
    Task<Result<WeaveList>> WeaveAsync(GraphId graph, CancellationToken cancellation);

    /// <summary>Commands newest first, from the one before the ordinal <paramref name="before"/> (null for the newest).</summary>
    Task<Result<LogPage>> LogAsync(GraphId graph, int? before, int limit, CancellationToken cancellation);

    /// <summary>The version that is here and every one committed from now on; those that a slow reader misses are skipped.</summary>
    Task<Result<GraphWatch>> WatchAsync(GraphId graph, CancellationToken cancellation);

    /// <summary>Walks a graph and checks every command against its bytes and its priors.</summary>
    Task<Result<VerifyReport>> VerifyAsync(GraphId graph, IProgress<VerifyProgress> progress, CancellationToken cancellation);

    /// <summary>One poll of one graph at one peer.</summary>
    Task<Result<SyncReport>> SyncAsync(SyncRequest request, IProgress<SyncProgress> progress, CancellationToken cancellation);

    /// <summary>Makes a link to an endpoint and keeps it, until <see cref="DisconnectAsync"/>.</summary>
    Task<Result<PeerLinked>> ConnectAsync(PeerRequest request, CancellationToken cancellation);

    /// <summary>Closes the link to a peer, and makes none again.</summary>
    Task<Result<PeerRequest>> DisconnectAsync(PeerRequest request, CancellationToken cancellation);

    /// <summary>Subscribes to a graph at a peer, for as long as the node runs; links to the peer and keeps the link.</summary>
    Task<Result<PeerGraph>> SubscribeAsync(PeerGraph request, CancellationToken cancellation);

    /// <summary>Subscribes to a graph at a peer no longer.</summary>
    Task<Result<PeerGraph>> UnsubscribeAsync(PeerGraph request, CancellationToken cancellation);

    /// <summary>Is told when a graph changes at a peer, and polls it then, for as long as the node runs; links to the peer and keeps the link.</summary>
    Task<Result<PeerGraph>> HelloAsync(HelloRequest request, CancellationToken cancellation);

    /// <summary>Is told no longer.</summary>
    Task<Result<PeerGraph>> StopHelloAsync(PeerGraph request, CancellationToken cancellation);

    /// <summary>Takes a member that will not come back out of the mesh.</summary>
    Task<Result<MemberRequest>> RemoveMemberAsync(MemberRequest request, CancellationToken cancellation);

    /// <summary>Reads the history of a git repository on this machine into a graph.</summary>
    Task<Result<ImportReport>> ImportGitAsync(ImportRequest request, IProgress<ImportProgress> progress, CancellationToken cancellation);

    /// <summary>The entries of a shared state whose keys begin so.</summary>
    Task<Result<StateLines>> StateListAsync(string state, string prefix, CancellationToken cancellation);

    /// <summary>The entry of a key; null when it has no value.</summary>
    Task<Result<StateLine?>> StateGetAsync(string state, string key, CancellationToken cancellation);

    /// <summary>Writes or deletes a key.</summary>
    Task<Result<StateWritten>> StateWriteAsync(StateWrite request, CancellationToken cancellation);

    /// <summary>What there is, and then every change.</summary>
    Task<Result<StateWatch>> StateWatchAsync(string state, string prefix, CancellationToken cancellation);

    /// <summary>Polls every peer for every graph in common until each is level, or the time is over.</summary>
    Task<Result<WaitReport>> WaitConvergedAsync(WaitRequest request, IProgress<WaitProgress> progress, CancellationToken cancellation);
}

/// <summary>What is asked so often that it is said shorter.</summary>
public static class NodeControlExtensions
{
    /// <summary>Commits a command as the node is set to.</summary>
    public static Task<Result<CommandAdded>> AddAsync(this INodeControl control, GraphId graph, ReadOnlyMemory<byte> payload, uint priority, CancellationToken cancellation) =>
        control.AddAsync(graph, payload, new ActionOptions { Priority = priority }, cancellation);
}

/// <summary>Facts of one version, in the order of names and keys; a broken connection ends them with a <see cref="SyncException"/>.</summary>
public sealed record FactList(IAsyncEnumerable<FactEntry> Facts);

/// <summary>Commands of one version in order; a broken connection ends them with a <see cref="SyncException"/>.</summary>
public sealed record WeaveList(IAsyncEnumerable<WeaveEntry> Entries);

/// <summary>Versions of a graph as they are committed; a broken connection ends them with a <see cref="SyncException"/>.</summary>
public sealed record GraphWatch(IAsyncEnumerable<GraphVersion> Versions);

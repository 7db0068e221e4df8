using ActorSync.Graphs.Index;

namespace ActorSync.Graphs.Stores;

/// <summary>Reads the canonical bytes of committed commands, from any thread.</summary>
public interface ICommandReader
{
    /// <summary>
    /// The bytes of the command with that ordinal. The memory stays valid and unchanged; reading forward is fast.
    /// </summary>
    /// <exception cref="SyncException">The store is damaged there (<see cref="SyncErrorKind.StoreDamaged"/>).</exception>
    ReadOnlyMemory<byte> Read(int ordinal);

    /// <summary>The first damage that reading has met; null while it met none.</summary>
    SyncError? Damage => null;
}

/// <summary>The durable commands of one graph. One writer; readers on any thread.</summary>
public interface IGraphStore : ICommandReader, IAsyncDisposable
{
    GraphId Graph { get; }

    /// <summary>Where a snapshot of the graph's facts is kept; a store that keeps none has them rebuilt each time.</summary>
    IFactStore Facts => NoFactStore.Instance;

    /// <summary>
    /// Starts to append commands, in this order, all or nothing. The task ends when they are durable, as the store's
    /// settings mean that, and ordinals follow each other in the order of the calls; concurrent appends share one flush.
    /// </summary>
    /// <param name="first">
    /// The ordinal that the caller gave the first command. An append that does not follow what is here, because one
    /// before it failed and its caller has not heard of that yet, fails too.
    /// </param>
    /// <param name="commands">At least one command, priors first.</param>
    /// <returns>
    /// Null when all are committed, else why not one of them is.
    /// </returns>
    Task<SyncError?> AppendAsync(int first, IReadOnlyList<Command> commands);

    /// <summary>
    /// Brings what is committed to the disk, however that is set, while no append is under way: what a graph at rest has
    /// left out would be found out by nobody.
    /// </summary>
    /// <returns>Null when it is there; else why not, and the store is as before.</returns>
    Task<SyncError?> FlushAsync() => Task.FromResult<SyncError?>(null);
}

/// <summary>A graph as it was found: its store, and the index of its durable commands.</summary>
public sealed record OpenedGraph(IGraphStore Store, GraphIndex Index);

/// <summary>The graphs of one node and what it knows of its peers, held by one process at a time.</summary>
public interface INodeStore : IAsyncDisposable
{
    /// <summary>The node's name, drawn when the store was made.</summary>
    Peers.NodeId Node { get; }

    /// <summary>
    /// Which incarnation of the store this is: drawn anew when the store is made and whenever commands that peers may
    /// have been told of could be gone (a lost tail, an unclean end without flushes).
    /// </summary>
    Peers.InstanceId Instance { get; }

    /// <summary>The graphs that are here, sorted.</summary>
    IReadOnlyList<GraphId> Graphs { get; }

    /// <summary>What peers are known to hold.</summary>
    Peers.IPeerKnowledge PeerKnowledge { get; }

    /// <summary>
    /// Makes the store of a graph that begins with this init command. A graph that is here already is an error
    /// (<see cref="SyncErrorKind.InvalidRequest"/>).
    /// </summary>
    Task<Result<OpenedGraph>> CreateAsync(Command init);

    /// <summary>Opens a graph; <see cref="SyncErrorKind.UnknownGraph"/>, StoreDamaged or StoreFailed.</summary>
    Task<Result<OpenedGraph>> OpenAsync(GraphId graph, ICommandIdentity? identity = null);

    /// <summary>Forgets a graph whose store is closed, and its commands.</summary>
    Task<SyncError?> RemoveAsync(GraphId graph);
}

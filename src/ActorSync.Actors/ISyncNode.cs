using ActorSync.Graphs;
using ActorSync.Graphs.Clients;
using ActorSync.Graphs.Policies;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Placement;
using ActorSync.States;

namespace ActorSync;

/// <summary>
/// A running node, as an application, the daemon and the command line see it. Peers are named by an endpoint
/// ("host:port"), or by the digits of their node id once they have been met. Expected failures are values.
/// </summary>
public interface ISyncNode : IAsyncDisposable
{
    NodeId Id { get; }

    /// <summary>Where the node accepts links, for example "tcp://127.0.0.1:7400"; null when it does not.</summary>
    string? ListenName { get; }

    /// <summary>What opening the store found; null for a store that is not on a disk.</summary>
    StoreStatus? Store { get; }

    /// <summary>
    /// Ends when the node has, whoever ended it: its owner (<see cref="IAsyncDisposable.DisposeAsync"/>), or its cluster,
    /// which takes out a node that most others do not reach.
    /// </summary>
    Task Ended { get; }

    /// <summary>
    /// Begins a graph with an init command that carries this payload; the same payload gives the same graph. It ends when that
    /// is durable here, also in a mesh whose actions wait for other stores: the first action that does waits for the graph, too.
    /// </summary>
    Task<Result<GraphId>> CreateGraphAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation = default);

    /// <summary>Commits one command after all that is here; ends when it is durable.</summary>
    /// <returns>
    /// Its address; or nothing was kept: Rejected by the graph's policy, LimitExceeded by what it would write, PolicyFailed,
    /// Busy, StoreFailed, UnknownGraph.
    /// </returns>
    Task<Result<Address>> AddAsync(GraphId graph, ReadOnlyMemory<byte> payload, uint priority = 0, CancellationToken cancellation = default);

    /// <summary>
    /// The same, with a command of finalize priority: in the weave it stands before all that does not come before it in the
    /// graph. Peers take it from those they allow to send such; two parallel ones, of two writers, have no order, and the
    /// second to arrive is refused everywhere (ParallelFinalize).
    /// </summary>
    Task<Result<Address>> FinalizeAsync(GraphId graph, ReadOnlyMemory<byte> payload, CancellationToken cancellation = default);

    /// <summary>
    /// Commits one command as the options say. In a mesh it is carried out at a member that serves the graph, which need not
    /// be this node. NotReplicated: it is durable at one store and spreads on, but not known to be in as many as were asked
    /// for; Unreachable: it was given to a holder that did not answer, and may have been carried out.
    /// </summary>
    Task<Result<Address>> AddAsync(GraphId graph, ReadOnlyMemory<byte> payload, ActionOptions options, CancellationToken cancellation = default) =>
        options.Finalize ? FinalizeAsync(graph, payload, cancellation) : AddAsync(graph, payload, options.Priority, cancellation);

    /// <summary>
    /// Commits commands that have their priors already, as a peer's are: known ones are passed over, those whose priors
    /// are not here are refused. The first may be the init command of a graph that is not here yet.
    /// </summary>
    Task<Result<ReceiveResult>> ImportAsync(GraphId graph, IReadOnlyList<Command> commands, CancellationToken cancellation = default);

    /// <summary>The latest committed version of a graph.</summary>
    Task<Result<GraphSnapshot>> ReadAsync(GraphId graph, CancellationToken cancellation = default);

    /// <summary>The facts of the latest committed version; InvalidRequest for a graph that is opaque here.</summary>
    Task<Result<Facts>> ReadFactsAsync(GraphId graph, CancellationToken cancellation = default);

    /// <summary>
    /// The latest committed version in the order of its weave, whatever its policy; ParallelFinalize when it has none.
    /// Reads the whole graph.
    /// </summary>
    Task<Result<GraphWeave>> ReadWeaveAsync(GraphId graph, CancellationToken cancellation = default);

    /// <summary>
    /// Every commit from now on, with its commands, facts and effects. The first says where the graph is: it has heads and
    /// facts, no commands and no effects. None is left out: a reader that falls more than
    /// <see cref="Actors.SyncSettings.WatchedCommits"/> behind, or whose graph was opened anew, is cut off.
    /// </summary>
    /// <exception cref="SyncException">
    /// It was cut off, LimitExceeded or StoreFailed: watch again, and begin with the facts that come first. Or the graph is
    /// broken, with the error of that.
    /// </exception>
    IAsyncEnumerable<GraphCommit> WatchCommitsAsync(GraphId graph, CancellationToken cancellation = default);

    /// <summary>Every committed version from now on, the latest first; versions that a slow reader misses are skipped.</summary>
    IAsyncEnumerable<GraphSnapshot> WatchAsync(GraphId graph, CancellationToken cancellation = default);

    /// <summary>Makes a link to an endpoint and keeps it, with back-off, until <see cref="DisconnectAsync"/>.</summary>
    Task<Result<NodeId>> ConnectAsync(string endpoint, CancellationToken cancellation = default);

    /// <summary>Closes the link to a peer and does not make it again.</summary>
    Task<SyncError?> DisconnectAsync(string peer, CancellationToken cancellation = default);

    /// <summary>One poll of one graph: ends when all that the peer holds, within the byte limit, is durable here.</summary>
    Task<Result<PollOutcome>> PollAsync(string peer, GraphId graph, PollOptions? options = null, CancellationToken cancellation = default);

    /// <summary>Subscribes to a graph at a peer, and renews the subscription until <see cref="UnsubscribeAsync"/>.</summary>
    Task<SyncError?> SubscribeAsync(string peer, GraphId graph, CancellationToken cancellation = default);

    Task<SyncError?> UnsubscribeAsync(string peer, GraphId graph, CancellationToken cancellation = default);

    /// <summary>
    /// Has a peer tell when a graph changes there, without its commands, and polls it for what is not here; renewed until
    /// <see cref="StopHelloAsync"/>. Cheaper than a subscription where changes are many and need not come at once. A
    /// further call sets other options.
    /// </summary>
    Task<SyncError?> HelloAsync(string peer, GraphId graph, HelloOptions? options = null, CancellationToken cancellation = default);

    Task<SyncError?> StopHelloAsync(string peer, GraphId graph, CancellationToken cancellation = default);

    /// <summary>
    /// Shares a state with the peers, from now on and until the node ends; it is the same object however often it is opened.
    /// What stands in the way is told by its calls.
    /// </summary>
    /// <returns>The state; NotAllowed for a name that is the node's own (<see cref="StateName.IsReserved"/>).</returns>
    Task<Result<ISharedState>> OpenStateAsync(StateName name, CancellationToken cancellation = default);

    /// <summary>The members of the node's mesh, as it sees them; null when it is in none.</summary>
    IMembership? Membership { get; }

    /// <summary>
    /// Takes a member that will not come back out of the mesh. One that is alive comes back by itself.
    /// InvalidRequest: it is no other member, or the node is in no mesh.
    /// </summary>
    Task<SyncError?> RemoveMemberAsync(NodeId member, CancellationToken cancellation = default);

    /// <summary>What the node holds and does right now.</summary>
    Task<NodeStatus> StatusAsync(CancellationToken cancellation = default);
}

/// <summary>How an action is carried out.</summary>
public sealed record ActionOptions
{
    /// <summary>The command's priority; the greater comes first where the order is free.</summary>
    public uint Priority { get; init; }

    /// <summary>Whether the command is of finalize priority.</summary>
    public bool Finalize { get; init; }

    /// <summary>When it counts as done; null for what the node's mesh is set to.</summary>
    public AckMode? Ack { get; init; }

    /// <summary>How long it may take to be replicated; null for what the node's mesh is set to.</summary>
    public TimeSpan? Within { get; init; }
}

/// <summary>How a poll is made.</summary>
public sealed record PollOptions
{
    /// <summary>The most bytes of payloads that the answer may take; 0 for no limit.</summary>
    public long MaxBytes { get; init; }

    /// <summary>Hears how far the poll is.</summary>
    public IProgress<PollProgress>? Progress { get; init; }
}

/// <summary>How a peer tells of changes; what is null is as the node's settings say.</summary>
public sealed record HelloOptions
{
    /// <summary>The least time between two notifications of changes; what changes meanwhile is told at its end.</summary>
    public TimeSpan? ChangeDelay { get; init; }

    /// <summary>How long one request lasts at the peer, in whole seconds, at least one; it is renewed when half of it is over.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>A notification comes after so long even without a change, so that lost ones do no harm; zero for never.</summary>
    public TimeSpan? ScheduleDelay { get; init; }
}

/// <summary>How far a poll is: commands durable here, and commands still to come as the peer says.</summary>
public readonly record struct PollProgress(long Received, long Left);

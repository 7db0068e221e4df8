using ActorSync.Graphs.Index;
using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Stores;

namespace ActorSync.Graphs.Clients;

/// <summary>
/// A graph as an application lives on it: actions, received commands, and the facts and effects that its policy makes of
/// them. It has no clock, no thread and no peers of its own, and is used by one caller at a time; snapshots, facts and
/// commits may be read from anywhere.
/// <para>Expected failures are values: see each method. What the store throws when it is damaged goes through.</para>
/// </summary>
public sealed class GraphClient : IAsyncDisposable
{
    private readonly IGraphStore _store;
    private readonly GraphIndex _index;
    private readonly WovenGraph _woven;
    private readonly SnapshotKeeper _snapshots;
    private readonly IGraphPolicy _policy;
    private readonly GraphClientOptions _options;
    private readonly CommitStream _commits = new();
    private bool _isBusy;

    private GraphClient(OpenedGraph opened, WovenGraph woven, IGraphPolicy policy, GraphClientOptions options)
    {
        _policy = policy;
        _store = opened.Store;
        _index = opened.Index;
        _woven = woven;
        _snapshots = new SnapshotKeeper(woven, opened.Store.Facts);
        _options = options;
        Snapshot = Read();
        Facts = woven.Facts;
    }

    public GraphId Graph => _store.Graph;

    /// <summary>The latest durable version.</summary>
    public GraphSnapshot Snapshot { get; private set; }

    public HeadSet Heads => Snapshot.Heads;

    /// <summary>The head, or what the heads would be merged into; two peers with the same heads tell the same.</summary>
    public Address VirtualHead => VirtualMerge.HeadOf(Heads, _policy);

    /// <summary>The facts of the latest durable version.</summary>
    public Facts Facts { get; private set; }

    /// <summary>Every commit, with its effects, as it is made.</summary>
    public IObservable<GraphCommit> Commits => _commits;

    /// <summary>Makes a graph that begins with this init command, if the policy accepts it.</summary>
    /// <returns>The graph, or Rejected, LimitExceeded, PolicyFailed, InvalidRequest when it is here already, StoreFailed.</returns>
    public static async Task<Result<GraphClient>> CreateAsync(INodeStore store, Command init, IGraphPolicy policy, GraphClientOptions? options = null)
    {
        if (!Evaluator.Evaluate(policy, init, FactTree.Empty).TryGet(out var evaluated, out var error))
            return error;
        if (evaluated.Rejection is { } rejection)
            return rejection;
        return (await store.CreateAsync(init).ConfigureAwait(false)).TryGet(out var opened, out error)
            ? await OpenAsync(opened, policy, options ?? GraphClientOptions.Default).ConfigureAwait(false)
            : error;
    }

    /// <summary>Opens a graph, with the facts of its snapshot, or rebuilds them from its commands.</summary>
    /// <returns>The graph, or UnknownGraph, StoreDamaged, StoreFailed, PolicyFailed, ParallelFinalize.</returns>
    public static async Task<Result<GraphClient>> OpenAsync(INodeStore store, GraphId graph, IGraphPolicy policy, GraphClientOptions? options = null) =>
        (await store.OpenAsync(graph, policy.Identity).ConfigureAwait(false)).TryGet(out var opened, out var error)
            ? await OpenAsync(opened, policy, options ?? GraphClientOptions.Default).ConfigureAwait(false)
            : error;

    /// <summary>The commands in the order of the weave from a place on, merges left out. Not while a commit is under way.</summary>
    public IEnumerable<Command> ReadWeave(int from = 0)
    {
        for (var place = from; place < _woven.Order.Count; place++)
        {
            var ordinal = _woven.Order[place].Ordinal;
            if (!_woven.Order.IsMerge(ordinal))
                yield return Snapshot.Read(ordinal);
        }
    }

    /// <summary>Writes a command after all that is here; several heads are merged into one first.</summary>
    /// <param name="priority">Basic or finalize.</param>
    /// <param name="payload">For the policy to understand.</param>
    /// <returns>
    /// The commit, whose last command is the action's; or nothing was kept: Rejected by the policy, LimitExceeded,
    /// PolicyFailed, InvalidRequest for another priority, StoreFailed.
    /// </returns>
    /// <exception cref="InvalidOperationException">A transaction is open, or an action under way.</exception>
    public async Task<Result<GraphCommit>> ActionAsync(Priority priority, ReadOnlyMemory<byte> payload)
    {
        if (priority.Kind is not (PriorityKind.Basic or PriorityKind.Finalize))
            return new SyncError(SyncErrorKind.InvalidRequest, $"an action is of basic or finalize priority, not {priority}");
        Enter();
        if (_woven.Act(priority, payload.Span).Error is { } error)
        {
            Leave();
            return error;
        }
        return await CommitAsync().ConfigureAwait(false);
    }

    /// <summary>Begins to take received commands; the transaction ends with its commit or roll-back.</summary>
    /// <param name="mayFinalize">Whether the sender may send finalize commands.</param>
    /// <exception cref="InvalidOperationException">A transaction is open, or an action under way.</exception>
    public GraphTransaction Begin(bool mayFinalize = true)
    {
        Enter();
        return new GraphTransaction(this, mayFinalize);
    }

    public async ValueTask DisposeAsync()
    {
        _commits.End();
        await _snapshots.EndAsync().ConfigureAwait(false);
        await _store.DisposeAsync().ConfigureAwait(false);
    }

    internal SyncError? Add(Command command) => _woven.Add(command);

    internal bool IsRejected(CommandId id) => _woven.IsRejected(id);

    /// <summary>The graph with what is tentative; its commands cannot be read from it.</summary>
    internal GraphSnapshot Read() => new(Graph, _index, _index.Count, _index.Heads(), _store);

    internal async Task<Result<GraphCommit>> CommitAsync()
    {
        Result<GraphCommit> result;
        try
        {
            result = await SealAsync().ConfigureAwait(false);
        }
        finally
        {
            _isBusy = false;
        }
        // An observer may act on what it hears.
        if (result.TryGet(out var commit, out _) && commit.Commands.Count > 0)
            _commits.Put(commit);
        return result;
    }

    internal void RollBack() => Leave();

    private static async Task<Result<GraphClient>> OpenAsync(OpenedGraph opened, IGraphPolicy policy, GraphClientOptions options)
    {
        if (WovenGraph.Open(opened.Index, opened.Store, policy, options, opened.Store.Facts).TryGet(out var woven, out var error))
            return new GraphClient(opened, woven, policy, options);
        await opened.Store.DisposeAsync().ConfigureAwait(false);
        return error;
    }

    private async Task<Result<GraphCommit>> SealAsync()
    {
        if (_woven.IsOpen && _index.HeadOrdinals.Count > _options.Limits.Heads)
            _woven.Collapse();
        if (!_woven.IsOpen)
            return new GraphCommit([], Heads, Facts, [], _woven.Order.Count, 0);
        if (!_woven.Seal().TryGet(out var step, out var error))
            return error;
        return await AppendAsync(step).ConfigureAwait(false) is { } failure ? failure : Committed(step);
    }

    private async Task<SyncError?> AppendAsync(WovenStep step)
    {
        SyncError? failure = null;
        var isSettled = false;
        try
        {
            failure = await _store.AppendAsync(step.First, step.Commands).ConfigureAwait(false);
            isSettled = true;
        }
        finally
        {
            if (!isSettled || failure is not null)
                _woven.TakeBack(step);
        }
        return failure;
    }

    private GraphCommit Committed(WovenStep step)
    {
        Snapshot = new GraphSnapshot(Graph, _index, _index.Count, step.Heads, _store);
        Facts = step.Facts;
        _snapshots.AfterCommit();
        return new GraphCommit(step.Commands, step.Heads, step.Facts, step.Effects, step.FirstChanged, step.Evaluations);
    }

    private void Enter()
    {
        if (_isBusy)
            throw new InvalidOperationException($"the graph {Graph.ToShortString()} has an open transaction or an action under way");
        _isBusy = true;
    }

    private void Leave()
    {
        _woven.Discard();
        _isBusy = false;
    }
}

using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ActorSync.Actors;
using ActorSync.Graphs;
using ActorSync.Graphs.Clients;
using ActorSync.Graphs.Policies;
using Address = ActorSync.Graphs.Address;

namespace ActorSync;

// What is asked of its graphs.
public sealed partial class SyncNode
{
    private readonly ActCallers _callers;
    private int _actsAtRouter;

    public async Task<Result<GraphId>> CreateGraphAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation = default)
    {
        var init = Command.Init(payload.Span);
        var answer = await AskAsync<GraphActor.Version>(_sync.Router, new SyncRouter.CreateGraph(init), cancellation);
        return answer.TryGet(out var version, out var error) && version.Result.TryGet(out _, out error) ? new GraphId(init.Id) : error;
    }

    public Task<Result<Address>> AddAsync(GraphId graph, ReadOnlyMemory<byte> payload, uint priority = 0, CancellationToken cancellation = default) =>
        ActAsync(graph, payload, Priority.Basic(priority), cancellation);

    public Task<Result<Address>> FinalizeAsync(GraphId graph, ReadOnlyMemory<byte> payload, CancellationToken cancellation = default) =>
        ActAsync(graph, payload, Priority.Finalize, cancellation);

    public async Task<Result<ReceiveResult>> ImportAsync(GraphId graph, IReadOnlyList<Command> commands, CancellationToken cancellation = default)
    {
        var import = new GraphActor.ReceiveCommands(graph, commands, null, null);
        var answer = await AskAsync<GraphActor.CommandsReceived>(_sync.Router, import, cancellation);
        return answer.TryGet(out var received, out var error) ? received.Result : error;
    }

    public async Task<Result<GraphSnapshot>> ReadAsync(GraphId graph, CancellationToken cancellation = default) =>
        (await VersionAsync(graph, cancellation)).TryGet(out var version, out var error) ? version.Result : error;

    public async Task<Result<Facts>> ReadFactsAsync(GraphId graph, CancellationToken cancellation = default)
    {
        if (!(await VersionAsync(graph, cancellation)).TryGet(out var version, out var error) || !version.Result.TryGet(out _, out error))
            return error;
        return version.Facts is { } facts
            ? facts
            : new SyncError(SyncErrorKind.InvalidRequest, $"the graph {graph} is opaque on this node, and has no facts: give the node, or the command when none runs, the policy that its peers have (--policy, actorsync.sync.graph.policy)");
    }

    public async Task<Result<GraphWeave>> ReadWeaveAsync(GraphId graph, CancellationToken cancellation = default)
    {
        if (!(await ReadAsync(graph, cancellation)).TryGet(out var snapshot, out var error))
            return error;
        try
        {
            return await Task.Run(() => GraphWeave.Of(snapshot), cancellation);
        }
        catch (SyncException damaged)
        {
            return damaged.Error;
        }
    }

    public async IAsyncEnumerable<GraphSnapshot> WatchAsync(GraphId graph, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var versions = Channel.CreateBounded<GraphSnapshot>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        if (await BeginAsync(FollowerActor.Props(_sync.Router, graph, versions.Writer)) is not { } follower)
            yield break;
        try
        {
            await foreach (var version in versions.Reader.ReadAllAsync(cancellation))
                yield return version;
        }
        finally
        {
            _place.System.Stop(follower);
        }
    }

    public async IAsyncEnumerable<GraphCommit> WatchCommitsAsync(GraphId graph, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        // One place more for what the watching begins with.
        var commits = Channel.CreateBounded<GraphCommit>(_sync.Settings.WatchedCommits + 1);
        if (await BeginAsync(CommitFollowerActor.Props(_sync.Router, graph, commits.Writer)) is not { } follower)
            yield break;
        try
        {
            await foreach (var commit in commits.Reader.ReadAllAsync(cancellation))
                yield return commit;
        }
        finally
        {
            _place.System.Stop(follower);
        }
    }

    public Task<Result<Address>> AddAsync(GraphId graph, ReadOnlyMemory<byte> payload, ActionOptions options, CancellationToken cancellation = default) =>
        ActAsync(graph, payload, options.Finalize ? Priority.Finalize : Priority.Basic(options.Priority), cancellation, options);

    private async Task<Result<Address>> ActAsync(
        GraphId graph, ReadOnlyMemory<byte> payload, Priority priority, CancellationToken cancellation, ActionOptions? options = null)
    {
        if (_place.IsEnding)
            return ShuttingDown;
        var act = new GraphActor.Act(payload, priority);
        // Without a mesh no other node can be the one to carry it out.
        var answer = _mesh is null && Volatile.Read(ref _actsAtRouter) == 0 && _sync.Open.Find(graph) is { } actor
            ? await _callers.AskAsync(actor, act, cancellation)
            : await ActThroughRouterAsync(new SyncRouter.Act(graph, act, options?.Ack, options?.Within), cancellation);
        return answer.TryGet(out var acted, out var error) ? acted.Result : error;
    }

    private async Task<Result<GraphActor.Acted>> ActThroughRouterAsync(SyncRouter.Act act, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _actsAtRouter);
        try
        {
            // A holder may have to be asked, and others to say that they have it.
            var atMost = _mesh is null ? _sync.Settings.GraphTimeout : 2 * _sync.Settings.GraphTimeout + (act.Within ?? TimeSpan.Zero);
            return await AskAsync<GraphActor.Acted>(_sync.Router, act, cancellation, atMost);
        }
        finally
        {
            Interlocked.Decrement(ref _actsAtRouter);
        }
    }

    // Asking how they are wakes none of them.
    private async Task<List<GraphStatus>> GraphsAsync(IReadOnlyList<GraphId> graphs, CancellationToken cancellation)
    {
        var known = new List<GraphStatus>(graphs.Count);
        foreach (var graph in graphs)
        {
            if (!(await AskAsync<GraphActor.Status>(_sync.Router, new SyncRouter.GetGraphStatus(graph), cancellation)).TryGet(out var status, out var error))
                status = error.Kind == SyncErrorKind.ShuttingDown ? new GraphActor.Status(null) : new GraphActor.Status(GraphStatus.Of(graph, error));
            if (status.Graph is not null)
                known.Add(status.Graph);
        }
        return known;
    }

    private Task<Result<GraphActor.Version>> VersionAsync(GraphId graph, CancellationToken cancellation) =>
        AskAsync<GraphActor.Version>(_sync.Router, new SyncRouter.ReadGraph(graph, Fetches: true), cancellation);
}

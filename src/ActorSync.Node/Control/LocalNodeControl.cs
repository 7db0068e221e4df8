using System.Runtime.CompilerServices;
using ActorSync.Graphs;
using ActorSync.Node.Hosting;
using ActorSync.Node.Providers;
using ActorSync.Node.States;

namespace ActorSync.Node.Control;

/// <summary>Control of a node in this process. A <paramref name="running"/> node belongs to its host, another is disposed of here.</summary>
public sealed class LocalNodeControl(ISyncNode node, IHistoryImporter importer, TimeProvider time, bool running) : INodeControl
{
    public bool Running => running;

    /// <summary>Hears of the links that are made by hand.</summary>
    public HandLinks Links { get; init; } = new();

    /// <summary>Where the node's peers come from, for its status.</summary>
    public IReadOnlyList<ObservedPeers> PeerSources { get; init; } = [];

    /// <summary>Where the node's states are spoken of over HTTP.</summary>
    internal IReadOnlyList<HttpEndpoint> Http { get; init; } = [];

    public async Task<Result<NodeStatus>> StatusAsync(CancellationToken cancellation) =>
        await node.StatusAsync(cancellation) with
        {
            PeerSources = PeerSources.Count > 0 ? [.. PeerSources.Select(source => source.Status)] : null,
            Http = Http.Count > 0 ? [.. Http.Select(endpoint => endpoint.Status)] : null,
        };

    public async Task<Result<GraphCreated>> CreateGraphAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        if (!(await node.CreateGraphAsync(payload, cancellation)).TryGet(out var graph, out var error))
            return error;
        return new GraphCreated(graph.ToString());
    }

    public async Task<Result<CommandAdded>> AddAsync(GraphId graph, ReadOnlyMemory<byte> payload, ActionOptions options, CancellationToken cancellation)
    {
        if (options.Ack is not null && node.Membership is null)
            return new SyncError(SyncErrorKind.InvalidRequest, "when an action counts as done can be chosen in a mesh only: start the node with --mesh, or with --join HOST:PORT");
        return Added(graph, await node.AddAsync(graph, payload, options, cancellation));
    }

    public async Task<Result<FactList>> FactsAsync(GraphId graph, FactQuery query, CancellationToken cancellation)
    {
        if (query.Name is { } name && (name.Length == 0 || name.Contains('\0', StringComparison.Ordinal)))
            return new SyncError(SyncErrorKind.InvalidRequest, "the name of facts has at least one character, and no zero character");
        return (await node.ReadFactsAsync(graph, cancellation)).TryGet(out var facts, out var error) ? new FactList(FactReader.Read(facts, query)) : error;
    }

    public async Task<Result<WeaveList>> WeaveAsync(GraphId graph, CancellationToken cancellation) =>
        (await node.ReadWeaveAsync(graph, cancellation)).TryGet(out var weave, out var error) ? new WeaveList(FactReader.Read(weave)) : error;

    public async Task<Result<LogPage>> LogAsync(GraphId graph, int? before, int limit, CancellationToken cancellation)
    {
        if (!(await node.ReadAsync(graph, cancellation)).TryGet(out var snapshot, out var error))
            return error;
        try
        {
            return GraphLog.Page(snapshot, before, limit);
        }
        catch (SyncException e)
        {
            return e.Error;
        }
    }

    public async Task<Result<GraphWatch>> WatchAsync(GraphId graph, CancellationToken cancellation)
    {
        if ((await node.ReadAsync(graph, cancellation)).Error is { } error)
            return error;
        return new GraphWatch(Versions(graph, cancellation));
    }

    public async Task<Result<VerifyReport>> VerifyAsync(GraphId graph, IProgress<VerifyProgress> progress, CancellationToken cancellation)
    {
        if (!(await node.ReadAsync(graph, cancellation)).TryGet(out var snapshot, out var error))
            return error;
        return await Task.Run(() => new GraphVerifier(snapshot).Run(progress, cancellation), cancellation);
    }

    public async Task<Result<SyncReport>> SyncAsync(SyncRequest request, IProgress<SyncProgress> progress, CancellationToken cancellation)
    {
        if (!GraphId.TryParse(request.Graph, out var graph))
            return GraphName.Invalid(request.Graph);
        return await PeerPolls.PollOnceAsync(node, request, graph, progress, cancellation);
    }

    public async Task<Result<PeerLinked>> ConnectAsync(PeerRequest request, CancellationToken cancellation) =>
        ByHand(request.Peer, await PeerLinks.ConnectAsync(node, request, cancellation));

    public Task<Result<PeerRequest>> DisconnectAsync(PeerRequest request, CancellationToken cancellation)
    {
        Links.Remove(request.Peer);
        return PeerLinks.DisconnectAsync(node, request, cancellation);
    }

    public async Task<Result<PeerGraph>> SubscribeAsync(PeerGraph request, CancellationToken cancellation) =>
        ByHand(request.Peer, await PeerLinks.SubscribeAsync(node, request, cancellation));

    public Task<Result<PeerGraph>> UnsubscribeAsync(PeerGraph request, CancellationToken cancellation) => PeerLinks.UnsubscribeAsync(node, request, cancellation);

    public async Task<Result<PeerGraph>> HelloAsync(HelloRequest request, CancellationToken cancellation) =>
        ByHand(request.Peer, await PeerLinks.HelloAsync(node, request, cancellation));

    public Task<Result<PeerGraph>> StopHelloAsync(PeerGraph request, CancellationToken cancellation) => PeerLinks.StopHelloAsync(node, request, cancellation);

    public async Task<Result<MemberRequest>> RemoveMemberAsync(MemberRequest request, CancellationToken cancellation)
    {
        var named = node.Membership?.View.Members.Where(member => request.Member.Length >= 4 && member.Node.ToString().StartsWith(request.Member, StringComparison.OrdinalIgnoreCase)).ToArray() ?? [];
        if (named.Length != 1)
            return new SyncError(SyncErrorKind.InvalidRequest, $"'{request.Member}' names {named.Length} members of the mesh: give at least four digits of one's name, as actorsync members shows it");
        return await node.RemoveMemberAsync(named[0].Node, cancellation) is { } error ? error : request;
    }

    public async Task<Result<ImportReport>> ImportGitAsync(ImportRequest request, IProgress<ImportProgress> progress, CancellationToken cancellation)
    {
        if (!Path.IsPathFullyQualified(request.Path))
            return new SyncError(SyncErrorKind.InvalidRequest, $"the path of the repository must be a full one, not '{request.Path}'");
        return await importer.ImportAsync(node, request, progress, cancellation);
    }

    public async Task<Result<WaitReport>> WaitConvergedAsync(WaitRequest request, IProgress<WaitProgress> progress, CancellationToken cancellation)
    {
        if (!(request.TimeoutSeconds > 0 && request.TimeoutSeconds <= Convergence.LongestWait.TotalSeconds))
            return new SyncError(SyncErrorKind.InvalidRequest, $"a wait lasts more than 0 and at most {Convergence.LongestWait.TotalSeconds} seconds, not {request.TimeoutSeconds}");
        return await new Convergence(node, time, progress).WaitAsync(TimeSpan.FromSeconds(request.TimeoutSeconds), cancellation);
    }

    public Task<Result<StateLines>> StateListAsync(string state, string prefix, CancellationToken cancellation) => StateControl.ListAsync(node, state, prefix, cancellation);

    public Task<Result<StateLine?>> StateGetAsync(string state, string key, CancellationToken cancellation) => StateControl.GetAsync(node, state, key, cancellation);

    public Task<Result<StateWritten>> StateWriteAsync(StateWrite request, CancellationToken cancellation) => StateControl.WriteAsync(node, request, cancellation);

    public Task<Result<StateWatch>> StateWatchAsync(string state, string prefix, CancellationToken cancellation) => StateControl.WatchAsync(node, state, prefix, cancellation);

    public ValueTask DisposeAsync() => running ? ValueTask.CompletedTask : node.DisposeAsync();

    private Result<T> ByHand<T>(string peer, Result<T> result)
    {
        if (result.Error is null)
            Links.Add(peer);
        return result;
    }

    private Result<CommandAdded> Added(GraphId graph, Result<Address> added) => added.TryGet(out var address, out var error)
        ? new CommandAdded(graph.ToString(), address.Id.ToString(), address.MaxCut, time.GetUtcNow())
        : error;

    private async IAsyncEnumerable<GraphVersion> Versions(GraphId graph, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var snapshot in node.WatchAsync(graph, cancellation))
        {
            var status = GraphStatus.Of(snapshot);
            yield return new GraphVersion(status.Graph, time.GetUtcNow(), status.Commands, status.Heads, status.MaxCut, status.Digest);
        }
    }
}

using System.Diagnostics;
using System.Reflection;
using ActorSync.Actors;
using ActorSync.Graphs;
using ActorSync.Graphs.Hellos;
using ActorSync.Peers;
using Akka.Actor;

namespace ActorSync;

/// <summary>A node in this process: an actor system, its store and its links.</summary>
public sealed partial class SyncNode : ISyncNode
{
    private static readonly TimeSpan StatusTimeout = TimeSpan.FromSeconds(5);

    private readonly NodePlace _place;
    private readonly SyncContext _sync;
    private readonly ILinkListener? _listener;
    private readonly IActorRef _peers;
    private readonly NodeMesh? _mesh;
    private readonly StoreStatus? _store;
    private readonly long _started = Stopwatch.GetTimestamp();

    private SyncNode(NodePlace place, SyncContext sync, ILinkListener? listener, IActorRef peers, NodeMesh? mesh, StoreStatus? store)
    {
        _mesh = mesh;
        _place = place;
        _sync = sync;
        _callers = new ActCallers(sync.Settings.GraphTimeout, TimeProvider.System);
        _listener = listener;
        _peers = peers;
        _store = store;
    }

    public NodeId Id => _sync.Self.Node;

    public string? ListenName => _listener?.LocalName;

    public StoreStatus? Store => _store;

    public Task Ended => _place.Ended;

    /// <summary>The version of ActorSync.</summary>
    public static string Version { get; } =
        typeof(SyncNode).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>The actor engine that runs, with its version.</summary>
    public static string Engine => EngineInfo.Name;

    public async Task<Result<NodeId>> ConnectAsync(string endpoint, CancellationToken cancellation = default)
    {
        var answer = await AskAsync<DialerActor.Dialed>(_peers, new PeersActor.Dial(endpoint), cancellation);
        return answer.TryGet(out var dialed, out var error) ? dialed.Result : error;
    }

    public async Task<SyncError?> DisconnectAsync(string peer, CancellationToken cancellation = default)
    {
        var answer = await AskAsync<PeersActor.HungUp>(_peers, new PeersActor.HangUp(peer), cancellation);
        return answer.TryGet(out var hungUp, out var error) ? hungUp.Error : error;
    }

    public async Task<Result<PollOutcome>> PollAsync(string peer, GraphId graph, PollOptions? options = null, CancellationToken cancellation = default)
    {
        if (!(await FindAsync(peer, cancellation)).TryGet(out var actor, out var error))
            return error;
        var ended = new TaskCompletionSource<Result<PollOutcome>>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (await BeginAsync(PollAskerActor.Props(actor, new PeerActor.Poll(graph, options ?? new PollOptions()), ended)) is not { } asker)
            return ShuttingDown;
        await using var stopping = cancellation.Register(() => _place.System.Stop(asker));
        var result = await ended.Task;
        cancellation.ThrowIfCancellationRequested();
        return result.TryGet(out var outcome, out error) ? outcome : AtPeer(error, peer, graph);
    }

    public async Task<SyncError?> SubscribeAsync(string peer, GraphId graph, CancellationToken cancellation = default)
    {
        if (!(await FindAsync(peer, cancellation)).TryGet(out var actor, out var error))
            return error;
        var answer = await AskAsync<SubscriberActor.Answered>(actor, new PeerActor.Want(graph), cancellation);
        return answer.TryGet(out var answered, out error) ? answered.Error is { } refused ? AtPeer(refused, peer, graph) : null : error;
    }

    public async Task<SyncError?> UnsubscribeAsync(string peer, GraphId graph, CancellationToken cancellation = default)
    {
        if (!(await FindAsync(peer, cancellation)).TryGet(out var actor, out var error))
            return error;
        var answer = await AskAsync<SubscriberActor.Answered>(actor, new PeerActor.Unwant(graph), cancellation);
        return answer.TryGet(out var answered, out error) ? answered.Error : error;
    }

    public async Task<SyncError?> HelloAsync(string peer, GraphId graph, HelloOptions? options = null, CancellationToken cancellation = default)
    {
        var usual = _sync.Settings.Hellos.Terms;
        var terms = new HelloTerms(options?.ChangeDelay ?? usual.ChangeDelay, options?.Duration ?? usual.Duration, options?.ScheduleDelay ?? usual.ScheduleDelay);
        if (terms.Check() is { } invalid)
            return invalid;
        if (!(await FindAsync(peer, cancellation)).TryGet(out var actor, out var error))
            return error;
        var answer = await AskAsync<HelloSubscriberActor.Answered>(actor, new PeerActor.WantHello(graph, terms), cancellation);
        return answer.TryGet(out var answered, out error) ? answered.Error is { } refused ? AtPeer(refused, peer, graph) : null : error;
    }

    public async Task<SyncError?> StopHelloAsync(string peer, GraphId graph, CancellationToken cancellation = default)
    {
        if (!(await FindAsync(peer, cancellation)).TryGet(out var actor, out var error))
            return error;
        var answer = await AskAsync<HelloSubscriberActor.Answered>(actor, new PeerActor.UnwantHello(graph), cancellation);
        return answer.TryGet(out var answered, out error) ? answered.Error : error;
    }

    public async Task<NodeStatus> StatusAsync(CancellationToken cancellation = default)
    {
        var summary = (await AskAsync<SyncRouter.Summary>(_sync.Router, SyncRouter.GetSummary.Instance, cancellation, StatusTimeout)).Value;
        var graphs = await GraphsAsync(summary.Graphs, cancellation);
        var peers = await PeersAsync(cancellation);
        var mesh = await MeshAsync(peers, cancellation);
        var holdings = mesh?.Graphs.ToDictionary(holding => holding.Graph);
        var held = graphs.Select(graph => holdings is not null && holdings.TryGetValue(graph.Graph, out var holding) ? graph with { Holding = holding } : graph);
        return new NodeStatus(
            Id.ToString(), _sync.Self.Instance.ToString(), Version, Engine, ListenName, Stopwatch.GetElapsedTime(_started).TotalSeconds,
            summary.OpenSubscriptions, _sync.Settings.MaximumSubscriptions, [.. held], peers, _sync.Errors.ToDictionary(), _store, await StatesAsync(cancellation),
            mesh);
    }

    /// <summary>Stops accepting links, ends the subscriptions, lets the graphs finish what they commit, and closes the store.</summary>
    public async ValueTask DisposeAsync() => await _place.EndAsync();

    // A peer says of a graph that it is "not here", which would read as if it were not at this node.
    private static SyncError AtPeer(SyncError error, string peer, GraphId graph) =>
        error.Kind == SyncErrorKind.UnknownGraph ? new SyncError(error.Kind, $"the peer {peer} does not hold the graph {graph}") : error;

    private static SyncError ShuttingDown => new(SyncErrorKind.ShuttingDown, "the node is shutting down");

    // An actor that waits for a caller; null when the node is shutting down.
    private Task<IActorRef?> BeginAsync(Props props) => _place.BeginAsync(props);

    // No answer is a failure to expect: of a graph whose store hangs, of a peer whose actor has stopped meanwhile.
    private async Task<Result<T>> AskAsync<T>(IActorRef actor, object message, CancellationToken cancellation, TimeSpan? atMost = null)
    {
        if (_place.IsEnding)
            return ShuttingDown;
        var timeout = atMost ?? _sync.Settings.GraphTimeout;
        try
        {
            return new Result<T>(await actor.Ask<T>(message, timeout, cancellation));
        }
        catch (AskTimeoutException)
        {
            return new SyncError(SyncErrorKind.Busy, $"no answer came in {timeout.TotalSeconds} s; try again later");
        }
    }

    // A peer is named by an endpoint, which is dialed if it is not yet, or by the digits of its node id.
    private async Task<Result<IActorRef>> FindAsync(string peer, CancellationToken cancellation)
    {
        object find = new PeersActor.FindByDigits(peer);
        if (peer.Contains(':'))
        {
            if (!(await ConnectAsync(peer, cancellation)).TryGet(out var node, out var error))
                return error;
            find = new PeersActor.Find(node);
        }
        var answer = await AskAsync<PeersActor.Found>(_peers, find, cancellation);
        if (!answer.TryGet(out var found, out var noAnswer))
            return noAnswer;
        return found.Actor is null
            ? new SyncError(SyncErrorKind.Unreachable, $"there is no peer {peer}: name one by its endpoint, or by at least four digits of its node id")
            : new Result<IActorRef>(found.Actor);
    }

    private async Task<IReadOnlyList<PeerStatus>> PeersAsync(CancellationToken cancellation)
    {
        if (!(await AskAsync<PeersActor.All>(_peers, PeersActor.GetAll.Instance, cancellation, StatusTimeout)).TryGet(out var all, out _))
            return [];
        // All are asked at once, and who is gone by now is left out.
        var peers = (await AskAllAsync<PeerActor.Status>(all.Peers, PeerActor.GetStatus.Instance, cancellation)).ConvertAll(peer => peer.Now);
        foreach (var status in await AskAllAsync<DialerActor.Status>(all.Dialers, DialerActor.GetStatus.Instance, cancellation))
        {
            var known = peers.FindIndex(peer => peer.Node == status.Peer?.ToString());
            if (known >= 0)
                peers[known] = peers[known] with { Dialed = [.. peers[known].Dialed, status.Endpoint] };
            else
                peers.Add(new PeerStatus(status.Peer?.ToString(), status.Endpoint, [status.Endpoint], status.State, status.LastError?.ToString(), 0, 0, 0, 0, 0, 0, 0, null, null));
        }
        return [.. peers.OrderBy(peer => peer.Node, StringComparer.Ordinal).ThenBy(peer => peer.Endpoint, StringComparer.Ordinal)];
    }

    private async Task<List<T>> AskAllAsync<T>(IReadOnlyList<IActorRef> actors, object message, CancellationToken cancellation)
    {
        var answers = await Task.WhenAll(actors.Select(actor => AskAsync<T>(actor, message, cancellation, StatusTimeout)));
        return [.. answers.Where(answer => answer.Error is null).Select(answer => answer.Value)];
    }
}

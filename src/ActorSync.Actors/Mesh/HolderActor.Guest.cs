using ActorSync.Graphs;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Placement;
using Akka.Actor;

namespace ActorSync.Actors;

// A guest: the graph is here, as somebody from outside of the mesh, or an application, reads it here, but others hold it.
// What they commit comes over one subscription at one of them. It is let go as any graph that others hold, but not while
// it is read.
internal sealed partial class HolderActor
{
    /// <summary>Get the graph from whoever holds it. Answered by <see cref="Fetched"/>, in bounded time.</summary>
    public sealed record Fetch : ILocalMessage
    {
        public static readonly Fetch Instance = new();
    }

    /// <summary>To the mesh: the graph is here, or why it is not.</summary>
    public sealed record Fetched(GraphId Graph, SyncError? Error, Idle? Idle) : ILocalMessage;

    /// <summary>To the mesh: the graph is not here, nor is it to be by these members, and nobody waits for it.</summary>
    public sealed record Idle(GraphId Graph, MembershipView View) : ILocalMessage;

    /// <summary>To the mesh: whether somebody reads the graph here, as far as is known.</summary>
    public sealed record IsRead(GraphId Graph, bool IsSo) : ILocalMessage;

    private sealed record FetchPolled(SyncError? Error) : ILocalMessage;

    private sealed record FetchTimeout : ILocalMessage
    {
        public static readonly FetchTimeout Instance = new();
    }

    private sealed record VersionDue : ILocalMessage
    {
        public static readonly VersionDue Instance = new();
    }

    // Whom to ask still; null while nothing is fetched.
    private Queue<NodeId>? _toAsk;
    private SyncError? _fetchFailed;
    private NodeId? _host;
    private GraphActor.Changed? _untold;
    private bool _isLettingGo;

    private void Guests()
    {
        Receive<Fetch>(_ => OnFetch());
        Receive<FetchPolled>(OnFetchPolled);
        Receive<FetchTimeout>(_ => EndFetch(TooLate));
        Receive<VersionDue>(_ => TellVersion());
        Receive<SyncRouter.Kept>(OnKept);
        Receive<SyncRouter.NoGraph>(_ => OnNoGraph());
        Receive<Terminated>(OnSpreadEnded);
    }

    private SyncError TooLate => new(SyncErrorKind.Busy, $"no member that holds the graph {_graph.ToShortString()} has given it in time; try again in a moment");

    private void OnFetch()
    {
        _fetchFailed = null;
        _toAsk = new Queue<NodeId>(_holding.Holders.Where(holder => holder != _mesh.Self));
        Timers.StartSingleTimer(FetchTimeout.Instance, FetchTimeout.Instance, _mesh.Options.Holding.FetchWithin);
        FetchNext(null);
    }

    private void OnFetchPolled(FetchPolled polled)
    {
        if (polled.Error is { } error)
            FetchNext(error);
        else
            EndFetch(null);
    }

    // That one has not got it says less than that another could not be asked.
    private void FetchNext(SyncError? why)
    {
        if (_fetchFailed is null or { Kind: SyncErrorKind.UnknownGraph })
            _fetchFailed = why;
        while (!_isHere && _toAsk is not null && _toAsk.TryDequeue(out var holder))
        {
            if (!_linked.TryGetValue(holder, out var peer))
                continue;
            PollThen(peer, error => new FetchPolled(error));
            return;
        }
        EndFetch(_fetchFailed ?? new SyncError(SyncErrorKind.Unreachable, $"no member that holds the graph {_graph.ToShortString()} is linked; try again in a moment"));
    }

    // What came before the time was over is enough to begin with.
    private void EndFetch(SyncError? error)
    {
        if (_toAsk is null)
            return;
        _toAsk = null;
        Timers.Cancel(FetchTimeout.Instance);
        Context.Parent.Tell(new IsRead(_graph, _isHere || error is null));
        Context.Parent.Tell(new Fetched(_graph, _isHere ? null : error, IsIdle ? new Idle(_graph, _view!) : null));
    }

    // One subscription; while the tree's are being taken back they would take back this one too.
    private void HoldSubscription()
    {
        if (_holding.State != HoldingState.Leaving)
            _isLettingGo = false;
        var isGuest = _holding.State == HoldingState.Leaving && _isHere && !_isLettingGo && _spreadEnding is null;
        NodeId? host = null;
        if (isGuest)
            host = _host is { } before && MayHost(before) ? before : _holding.Holders.Where(MayHost).Select(holder => (NodeId?)holder).FirstOrDefault();
        if (host == _host)
            return;
        if (_host is { } last && _linked.TryGetValue(last, out var lastPeer))
            lastPeer.Tell(new PeerActor.Unwant(_graph, LinkKeepers.Mesh));
        if (host is { } next)
            _linked[next].Tell(new PeerActor.Want(_graph, LinkKeepers.Mesh));
        _host = host;
    }

    private bool MayHost(NodeId holder) => holder != _mesh.Self && _linked.ContainsKey(holder);

    // Each version that the machine is told of it asks the holders for: what they push to a guest it is told of now and then.
    private bool Postpone(GraphActor.Changed changed)
    {
        if (_host is null || _holding.State != HoldingState.Leaving)
        {
            _untold = null;
            return false;
        }
        _untold = changed;
        if (!Timers.IsTimerActive(VersionDue.Instance))
            Timers.StartSingleTimer(VersionDue.Instance, VersionDue.Instance, _mesh.Options.Holding.AskEvery);
        return true;
    }

    private void TellVersion()
    {
        if (_untold is not { } untold)
            return;
        _untold = null;
        Run(new HoldingInput.Version(untold.Snapshot));
    }

    // First nothing more is to come; then it goes, if it is not read.
    private void LetGo(GraphSnapshot version)
    {
        _isLettingGo = true;
        HoldSubscription();
        _mesh.Sync.Router.Tell(new SyncRouter.DropGraph(_graph, version));
    }

    private void OnKept(SyncRouter.Kept kept)
    {
        _isLettingGo &= !kept.IsRead;
        Context.Parent.Tell(new IsRead(_graph, kept.IsRead));
        TellVersion();
        Run(new HoldingInput.Kept(kept.IsRead));
    }

    // Of a graph that was here once, or that a member asked about, nothing is kept in mind: should it be to come here, the
    // others say so.
    private bool IsIdle =>
        _isMissing && _view is not null && _holding.State == HoldingState.Absent && _toAsk is null && _spreadEnding is null && _waiting.Count == 0;

    private void TellIfIdle()
    {
        if (IsIdle)
            Context.Parent.Tell(new Idle(_graph, _view!));
    }

    private void OnNoGraph()
    {
        _isMissing = true;
        TellIfIdle();
    }

    private void OnSpreadEnded(Terminated ended)
    {
        if (!ended.ActorRef.Equals(_spreadEnding))
            return;
        _spreadEnding = null;
        Spread();
        HoldSubscription();
        TellIfIdle();
    }
}

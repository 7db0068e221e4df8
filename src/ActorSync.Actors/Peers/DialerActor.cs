using ActorSync.Machines;
using ActorSync.Peers;
using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

/// <summary>
/// Keeps a link to one endpoint: connects, hands the link to the peers, and connects again with back-off when it is gone.
/// <code>
/// Connecting ──link──> Connected ──Detached──> Waiting ──back-off──> Connecting
///      └──failed──────────────────────────────>┘
/// </code>
/// </summary>
public sealed class DialerActor : ReceiveActor, IWithTimers
{
    /// <summary>Tell the sender, by <see cref="Dialed"/>, once the first attempt has ended or a link is there.</summary>
    public sealed record WhenDialed
    {
        public static readonly WhenDialed Instance = new();
    }

    /// <summary>The peer at the endpoint, or why it could not be reached; the dialer goes on trying.</summary>
    public sealed record Dialed(Result<NodeId> Result);

    /// <summary>Answered by <see cref="Status"/>.</summary>
    public sealed record GetStatus
    {
        public static readonly GetStatus Instance = new();
    }

    /// <param name="Endpoint">Where it dials.</param>
    /// <param name="Peer">Who was there; null when no handshake has succeeded yet.</param>
    /// <param name="State">connecting, connected or waiting.</param>
    /// <param name="LastError">Why the last attempt or link failed.</param>
    public sealed record Status(string Endpoint, NodeId? Peer, string State, SyncError? LastError);

    private sealed record Connected(Result<ILink> Result);

    private sealed record DialAgain
    {
        public static readonly DialAgain Instance = new();
    }

    private readonly string _endpoint;
    private readonly ILinkConnector _connector;
    private readonly LinkIdentity _identity;
    private readonly Backoff _backoff;
    private readonly CancellationTokenSource _stopped = new();
    private readonly List<IActorRef> _askers = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private MonotonicTime _since;
    private NodeId? _peer;
    private SyncError? _lastError;
    private string _state = "connecting";

    public DialerActor(string endpoint, ILinkConnector connector, LinkIdentity identity, BackoffSettings backoff, Random random)
    {
        _endpoint = endpoint;
        _connector = connector;
        _identity = identity;
        _backoff = new Backoff(backoff, random);
        Receive<Connected>(OnConnected);
        Receive<PeerActor.Attached>(OnAttached);
        Receive<PeerActor.Detached>(OnDetached);
        Receive<DialAgain>(_ => Dial());
        Receive<WhenDialed>(_ => OnWhenDialed());
        Receive<GetStatus>(_ => Sender.Tell(new Status(_endpoint, _peer, _state, _lastError)));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private static MonotonicTime Now => new(Context.System.Scheduler.MonotonicClock.Ticks);

    public static Props Props(string endpoint, ILinkConnector connector, LinkIdentity identity, BackoffSettings backoff, Random random) =>
        Akka.Actor.Props.Create(() => new DialerActor(endpoint, connector, identity, backoff, random));

    protected override void PreStart() => Dial();

    protected override void PostStop()
    {
        _stopped.Cancel();
        _stopped.Dispose();
    }

    private void Dial()
    {
        _state = "connecting";
        _connector.ConnectAsync(_endpoint, _identity, _stopped.Token).PipeTo(
            Self, success: link => new Connected(link), failure: why => new Connected(new SyncError(SyncErrorKind.Unreachable, why.Message)));
    }

    private void OnConnected(Connected connected)
    {
        if (connected.Result.TryGet(out var link, out var error))
        {
            Context.Parent.Tell(new PeersActor.LinkMade(link, Self));
            return;
        }
        _log.Debug("{0} cannot be reached: {1}", _endpoint, error.Message);
        Answer(error);
        WaitAfter(error);
    }

    private void OnAttached(PeerActor.Attached attached)
    {
        _peer = attached.Peer;
        _state = "connected";
        _since = Now;
        Answer(attached.Peer);
    }

    private void OnDetached(PeerActor.Detached detached)
    {
        if (_state == "connected")
            _backoff.LinkEnded(Now - _since);
        Answer(detached.Why);
        WaitAfter(detached.Why);
    }

    private void WaitAfter(SyncError error)
    {
        _lastError = error;
        _state = "waiting";
        var wait = _backoff.Next();
        Timers.StartSingleTimer(DialAgain.Instance, DialAgain.Instance, wait > TimeSpan.Zero ? wait : TimeSpan.FromMilliseconds(1));
    }

    private void OnWhenDialed()
    {
        if (_state == "connected" && _peer is { } peer)
            Sender.Tell(new Dialed(peer));
        else
            _askers.Add(Sender);
    }

    private void Answer(Result<NodeId> result)
    {
        foreach (var asker in _askers)
            asker.Tell(new Dialed(result));
        _askers.Clear();
    }
}

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
    public sealed record WhenDialed : ILocalMessage
    {
        public static readonly WhenDialed Instance = new();
    }

    /// <summary>The peer at the endpoint, or why it could not be reached; the dialer goes on trying.</summary>
    public sealed record Dialed(Result<NodeId> Result) : ILocalMessage;

    /// <summary>Answered by <see cref="Status"/>.</summary>
    public sealed record GetStatus : ILocalMessage
    {
        public static readonly GetStatus Instance = new();
    }

    /// <param name="Endpoint">Where it dials.</param>
    /// <param name="Peer">Who was there; null when no handshake has succeeded yet.</param>
    /// <param name="State">connecting, connected or waiting.</param>
    /// <param name="LastError">Why the last attempt or link failed.</param>
    public sealed record Status(string Endpoint, NodeId? Peer, string State, SyncError? LastError) : ILocalMessage;

    private sealed record Connected(Result<ILink> Result) : ILocalMessage;

    private sealed record DialAgain : ILocalMessage
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
    private Task<Result<ILink>>? _dialing;

    public DialerActor(string endpoint, ILinkConnector connector, LinkIdentity identity, BackoffSettings backoff, Random random)
    {
        _endpoint = endpoint;
        _connector = connector;
        _identity = identity;
        _backoff = new Backoff(backoff, random);
        Receive<Connected>(OnConnected);
        Receive<PeerActor.Attached>(OnAttached);
        Receive<PeerActor.Detached>(OnDetached);
        Receive<DialAgain>(_ => OnDialAgain());
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
        // A link that is made nevertheless has no one who takes it.
        if (_dialing is { } dialing)
            _ = CloseAsync(dialing);

        static async Task CloseAsync(Task<Result<ILink>> dialing)
        {
            if ((await dialing).TryGet(out var link, out _))
                await link.DisposeAsync();
        }
    }

    private void OnDialAgain()
    {
        if (_state == "waiting")
            Dial();
    }

    private void Dial()
    {
        _state = "connecting";
        _dialing = ConnectAsync(_connector, _endpoint, _identity, _stopped.Token);
        _dialing.PipeTo(Self, success: link => new Connected(link));
    }

    private static async Task<Result<ILink>> ConnectAsync(ILinkConnector connector, string endpoint, LinkIdentity identity, CancellationToken stopped)
    {
        try
        {
            return await connector.ConnectAsync(endpoint, identity, stopped);
        }
        catch (Exception why)
        {
            return new SyncError(SyncErrorKind.Unreachable, $"{endpoint}: {why.Message}");
        }
    }

    private void OnConnected(Connected connected)
    {
        _dialing = null;
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
        else if (_dialing is not null)
            return;
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
        {
            Sender.Tell(new Dialed(peer));
            return;
        }
        _askers.Add(Sender);
        // Whoever asks is not made to wait for the back-off.
        if (_state == "waiting")
        {
            Timers.Cancel(DialAgain.Instance);
            Dial();
        }
    }

    private void Answer(Result<NodeId> result)
    {
        foreach (var asker in _askers)
            asker.Tell(new Dialed(result));
        _askers.Clear();
    }
}

using ActorSync.Graphs;
using ActorSync.Graphs.Polls;
using ActorSync.Graphs.Stores;
using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.Wire;
using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

/// <summary>
/// One graph, and the only writer of its store: interprets a <see cref="GraphMachine"/>. Every commit is an event to the
/// actors that follow the graph. Polls are answered by a child each, over a snapshot.
/// <code>
/// Opening ──store opened──> Open ──Close──> Closing ──all answered, store closed──> stopped
///    └──cannot be opened──> Broken: every request is answered with the error
/// </code>
/// </summary>
public sealed partial class GraphActor : ReceiveActor, IWithUnboundedStash
{
    private readonly GraphId _graph;
    private readonly Command? _init;
    private readonly INodeStore _store;
    private readonly SyncSettings _settings;
    private readonly ErrorCounts _errors;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Outbox<GraphOutput> _outbox = new();
    private readonly Dictionary<IActorRef, Follower> _followers = [];
    private readonly Dictionary<long, Request> _requests = [];

    private GraphMachine? _machine;
    private IGraphStore? _commands;
    private long _tokens;
    private int _appending;
    private bool _isClosing;
    private bool _isNew;
    private Task<Result<OpenedGraph>>? _opening;

    public GraphActor(GraphId graph, Command? init, INodeStore store, SyncSettings settings, ErrorCounts errors)
    {
        _errors = errors;
        _graph = graph;
        _init = init;
        _store = store;
        _settings = settings;
        Opening();
    }

    public IStash Stash { get; set; } = null!;

    /// <param name="graph">The graph.</param>
    /// <param name="init">Its init command, to make its store first if it has none; null to open it.</param>
    /// <param name="store">The node's store.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="errors">Counts what is refused, and commits that fail.</param>
    public static Props Props(GraphId graph, Command? init, INodeStore store, SyncSettings settings, ErrorCounts? errors = null)
    {
        var counts = errors ?? new ErrorCounts();
        return Akka.Actor.Props.Create(() => new GraphActor(graph, init, store, settings, counts));
    }

    protected override void PreStart()
    {
        _isNew = _init is not null && !_store.Graphs.Contains(_graph);
        _opening = OpenAsync();
        _opening.PipeTo(Self, success: result => new Opened(result), failure: why => new Opened(Unexpected(why)));
    }

    // Who follows the graph, follows what comes after this: they wait behind what is in the mailbox.
    protected override void PreRestart(Exception reason, object message)
    {
        base.PreRestart(reason, message);
        foreach (var (actor, follower) in _followers)
            Self.Tell(new Follow(follower.Peer), actor);
    }

    // Stopped or restarted in the middle: the store must be free before it is opened again, and no one waits in vain.
    protected override void PostStop()
    {
        _commands?.DisposeInBackground();
        if (_opening is not null)
            _ = CloseOnceOpenAsync(_opening);
        var error = new SyncError(SyncErrorKind.StoreFailed, $"the graph {_graph.ToShortString()} stopped before this was committed; look whether it is there, and try again");
        foreach (var request in _requests.Values)
            request.Refuse(_graph, error);
    }

    private static async Task CloseOnceOpenAsync(Task<Result<OpenedGraph>> opening)
    {
        if ((await opening).TryGet(out var graph, out _))
            await graph.Store.DisposeAsync();
    }

    private async Task<Result<OpenedGraph>> OpenAsync() => _isNew ? await _store.CreateAsync(_init!) : await _store.OpenAsync(_graph);

    private static SyncError Unexpected(Exception why) =>
        why is SyncException sync ? sync.Error : new SyncError(SyncErrorKind.StoreFailed, why.Message);

    private void Opening()
    {
        Receive<Opened>(OnOpened);
        ReceiveAny(_ => Stash.Stash());
    }

    private void OnOpened(Opened opened)
    {
        _opening = null;
        if (opened.Result.TryGet(out var graph, out var error))
        {
            _commands = graph.Store;
            _machine = new GraphMachine(_graph, graph.Index, graph.Store, _settings.Graphs);
            _log.Debug("Graph {0} is open with {1} commands", _graph.ToShortString(), _machine.Committed.Count);
            Become(Open);
        }
        else
        {
            _log.Error("Graph {0} cannot be opened: {1}", _graph, error);
            Become(() => Broken(error));
            // What could not be made may be tried again; what is there and damaged stays, to say so.
            if (_isNew)
                Context.Parent.Tell(new SyncRouter.NotMade(_graph));
        }
        Stash.UnstashAll();
    }

    private void Broken(SyncError error)
    {
        Receive<Act>(_ => Sender.Tell(new Acted(error)));
        Receive<ReceiveCommands>(receive => Sender.Tell(new CommandsReceived(_graph, receive.Tag, error)));
        Receive<Read>(_ => Sender.Tell(new Version(_graph, error)));
        Receive<Follow>(_ => Sender.Tell(new Version(_graph, error)));
        Receive<Session>(session => Refuse(session, error));
        Receive<Close>(_ => Context.Stop(Self));
    }

    private void Open()
    {
        Receive<Act>(OnAct);
        Receive<ReceiveCommands>(OnReceive);
        Receive<Close>(_ => OnClose());
        Reading();
    }

    // Nothing new is taken; what is under way is finished, and reading goes on until the store closes.
    private void Closing()
    {
        var error = new SyncError(SyncErrorKind.ShuttingDown, $"the graph {_graph.ToShortString()} is closing");
        Receive<Act>(_ => Sender.Tell(new Acted(error)));
        Receive<ReceiveCommands>(receive => Sender.Tell(new CommandsReceived(_graph, receive.Tag, error)));
        Receive<StoreClosed>(_ => Context.Stop(Self));
        Receive<Close>(_ => { });
        Reading();
    }

    private void Reading()
    {
        Receive<AppendEnded>(OnAppendEnded);
        Receive<Read>(_ => Sender.Tell(new Version(_graph, _machine!.Committed)));
        Receive<Follow>(OnFollow);
        Receive<Unfollow>(_ => OnUnfollow(Sender));
        Receive<Session>(OnSession);
        Receive<PollResponderActor.PeerHolds>(OnPeerHolds);
        Receive<PollResponderActor.Answered>(OnAnswered);
        Receive<PollResponderActor.ForgetPeer>(forget => _store.PeerKnowledge.RememberAckedHeads(forget.Peer, _graph, []));
        Receive<Terminated>(terminated => OnUnfollow(terminated.ActorRef));
    }

    private void OnAct(Act act)
    {
        var token = Remember(new Request(Sender, true, null, null, [], false));
        Run(new GraphInput.Act(token, act.Priority, act.Payload));
    }

    private void OnReceive(ReceiveCommands receive)
    {
        // The batch that began the graph brought its init command, which the store has since it was made.
        var beganHere = _isNew && receive.Commands.Count > 0 && receive.Commands[0].Id == _graph.Init;
        _isNew &= !beganHere;
        var token = Remember(new Request(Sender, false, receive.Tag, receive.From, receive.From is null ? [] : receive.Commands, beganHere));
        Run(new GraphInput.Receive(token, receive.Commands));
    }

    private long Remember(Request request)
    {
        _requests.Add(++_tokens, request);
        return _tokens;
    }

    private void Run(GraphInput input)
    {
        _machine!.Handle(input, MonotonicTime.Zero, _outbox);
        while (_outbox.TryTake(out var output))
        {
            switch (output)
            {
                case GraphOutput.Append append:
                    OnAppend(append);
                    break;
                case GraphOutput.Changed changed:
                    Publish(changed.Snapshot);
                    break;
                case GraphOutput.Acted acted:
                    _requests.Remove(acted.Token, out var actor);
                    actor!.Asker.Tell(new Acted(acted.Result));
                    break;
                case GraphOutput.Received received:
                    _requests.Remove(received.Token, out var sender);
                    Answer(sender!, received.Result);
                    break;
            }
        }
    }

    private void OnAppend(GraphOutput.Append append)
    {
        _appending++;
        var (self, number) = (Self, append.Number);
        _commands!.AppendAsync(append.First, append.Commands).PipeTo(
            self, success: error => new AppendEnded(number, error), failure: why => new AppendEnded(number, Unexpected(why)));
    }

    private void OnAppendEnded(AppendEnded ended)
    {
        _appending--;
        if (ended.Error is { } error)
        {
            _log.Error("Graph {0} could not commit: {1}", _graph.ToShortString(), error);
            _errors.Count(error.Kind);
            Run(new GraphInput.CommitFailed(ended.Number, error));
        }
        else
        {
            Run(new GraphInput.Committed(ended.Number));
        }
        CloseIfDone();
    }

    private void Publish(GraphSnapshot snapshot)
    {
        foreach (var (actor, follower) in _followers)
            actor.Tell(new Changed(snapshot, FromPeer(follower.Peer, snapshot)));
    }

    // What the peer sent and this version is the first to hold; requests whose commands are not committed yet wait.
    private IReadOnlyList<CommandId> FromPeer(PeerIdentity? peer, GraphSnapshot snapshot)
    {
        if (peer is null)
            return [];
        return [.. _requests.Values.Where(request => request.From == peer).SelectMany(request => request.HeadsIn(snapshot))];
    }

    private void Answer(Request request, Result<ReceiveResult> result)
    {
        if (request.BeganGraph && result.Error is null)
            result = result.Value with { Added = result.Value.Added + 1, Known = result.Value.Known - 1 };
        request.Asker.Tell(new CommandsReceived(_graph, request.Tag, result));
        // What a commit event did not tell: that the peer holds commands which were here already.
        if (request.From is { } peer && result is { Error: null, Value.Added: 0 })
            TellOf(peer, [.. request.HeadsIn(_machine!.Committed)]);
    }

    private void OnFollow(Follow follow)
    {
        if (!_followers.ContainsKey(Sender))
            Context.Watch(Sender);
        _followers[Sender] = new Follower(follow.Peer);
        Sender.Tell(new Changed(_machine!.Committed, []));
    }

    private void OnUnfollow(IActorRef follower)
    {
        if (_followers.Remove(follower))
            Context.Unwatch(follower);
    }

    private void OnSession(Session session)
    {
        var name = PollResponderActor.NameOf(session.Peer.Identity, session.Id);
        var child = Context.Child(name);
        if (child.IsNobody() && session.Message is Poll)
        {
            if (Context.GetChildren().Count() >= _settings.SessionsPerGraph)
            {
                Refuse(session, new SyncError(
                    SyncErrorKind.Busy, $"{_settings.SessionsPerGraph} polls of the graph {_graph.ToShortString()} are being answered; try again later"));
                return;
            }
            var remembered = _store.PeerKnowledge.AckedHeads(session.Peer.Identity, _graph);
            child = Context.ActorOf(PollResponderActor.Props(session.Peer, session.Id, _machine!.Committed, remembered, _settings), name);
        }
        if (!child.IsNobody())
            child.Forward(session);
        else
            Dismiss(session, session.Message);
    }

    private void Refuse(Session session, SyncError error)
    {
        _errors.Count(error.Kind);
        if (session.Message is not (EndSession or SyncFailure))
            session.Peer.Actor.Tell(PeerActor.Send.Failure(error, session.Id.Value, _graph));
        Dismiss(session, null);
    }

    private void Dismiss(Session session, SyncMessage? tooLate)
    {
        Sender.Tell(new SyncRouter.SessionEnded(session.Peer, session.Id, tooLate));
        session.Peer.Actor.Tell(PeerActor.Handled.Instance);
    }

    private void OnPeerHolds(PollResponderActor.PeerHolds holds)
    {
        var known = new KnownHeads();
        known.AddAll(_machine!.Committed, holds.Commands);
        _store.PeerKnowledge.RememberAckedHeads(holds.Peer, _graph, known.Heads);
        TellOf(holds.Peer, holds.Commands);
    }

    // Whoever holds a subscription is pushed what came meanwhile.
    private void OnAnswered(PollResponderActor.Answered answered)
    {
        if (_followers.Values.All(follower => follower.Peer != answered.Peer.Identity) && Offers.After(answered.Session, answered.Snapshot, _machine!.Committed) is { } offer)
            answered.Peer.Actor.Tell(new PeerActor.Send(SyncCodec.Encode(offer), null));
    }

    private void TellOf(PeerIdentity peer, IReadOnlyList<CommandId> commands)
    {
        foreach (var (actor, _) in _followers.Where(pair => pair.Value.Peer == peer))
            actor.Tell(new PeerHolds(_graph, commands));
    }

    private void OnClose()
    {
        _isClosing = true;
        Become(Closing);
        CloseIfDone();
    }

    private void CloseIfDone()
    {
        if (!_isClosing || _appending > 0 || _commands is not { } commands)
            return;
        _commands = null;
        var self = Self;
        commands.DisposeAsync().AsTask().PipeTo(self, success: () => StoreClosed.Instance, failure: _ => StoreClosed.Instance);
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    private sealed record Follower(PeerIdentity? Peer);

    private sealed record Request(IActorRef Asker, bool IsAct, object? Tag, PeerIdentity? From, IReadOnlyList<Command> Commands, bool BeganGraph)
    {
        // Of a batch that was kept in part, what its sender holds ends where it was cut.
        public IEnumerable<CommandId> HeadsIn(GraphSnapshot snapshot) => BatchHeads.Of(Commands.Where(command => snapshot.Contains(command.Id)));

        public void Refuse(GraphId graph, SyncError error) => Asker.Tell(IsAct ? new Acted(error) : new CommandsReceived(graph, Tag, error));
    }
}

using ActorSync.Machines;
using ActorSync.States;
using ActorSync.States.Exchange;
using ActorSync.States.Stores;
using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

/// <summary>
/// One shared state, and the only writer of its store: interprets a <see cref="StateReplica"/>, which publishes and pulls.
/// <code>
/// Opening ──store opened──> Open ──Close──> Closing ──what is under way is stored, store closed──> stopped
///    └──cannot be opened──> Broken: every request is answered with the error
/// </code>
/// This part is its life; what it does for applications and for peers stands in the others.
/// </summary>
public sealed partial class StateActor : ReceiveActor, IWithUnboundedStash, IWithTimers
{
    private readonly StateName _name;
    private readonly StateSettings _settings;
    private readonly SyncContext _sync;
    private readonly IStateStores _stores;
    private readonly TimeProvider _time;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly StateAccounts _accounts = new();
    private readonly Outbox<ReplicaOutput> _outbox = new();
    private StateReplica? _replica;
    private IStateStore? _store;
    private Task<Result<OpenedState>>? _opening;
    private int _appending;
    private bool _isClosing;

    public StateActor(StateName name, StateSettings settings, SyncContext sync, IStateStores stores, TimeProvider time)
    {
        _name = name;
        _settings = settings;
        _sync = sync;
        _stores = stores;
        _time = time;
        Receive<Opened>(OnOpened);
        ReceiveAny(_ => Stash.Stash());
    }

    public IStash Stash { get; set; } = null!;

    public ITimerScheduler Timers { get; set; } = null!;

    private MachineTimer Timer => field ??= new MachineTimer(Timers, Context.System.Scheduler);

    private WallTime Wall => new(_time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <param name="name">The state.</param>
    /// <param name="settings">How it is kept and exchanged.</param>
    /// <param name="sync">What the actors of the node share.</param>
    /// <param name="stores">Where it is kept.</param>
    /// <param name="time">The wall clock; the machine's own unless given.</param>
    public static Props Props(StateName name, StateSettings settings, SyncContext sync, IStateStores stores, TimeProvider? time = null)
    {
        var clock = time ?? TimeProvider.System;
        return Akka.Actor.Props.Create(() => new StateActor(name, settings, sync, stores, clock));
    }

    protected override void PreStart()
    {
        Context.Parent.Tell(Began.Instance);
        _opening = _stores.OpenStateAsync(_name, _settings);
        _opening.PipeTo(Self, success: result => new Opened(result), failure: why => new Opened(Unexpected(why)));
    }

    // Who follows the state, and who are its plain peers, is so after this as well: they wait behind what is in the mailbox.
    protected override void PreRestart(Exception reason, object message)
    {
        base.PreRestart(reason, message);
        Self.Tell(new UsePlain([.. _plain.Values]));
        foreach (var follower in _followers)
            Self.Tell(Follow.Instance, follower);
    }

    // Stopped or restarted in the middle: the store must be free before it is opened again, and no one waits in vain.
    protected override void PostStop()
    {
        _store?.DisposeInBackground();
        if (_opening is not null)
            _ = CloseOnceOpenAsync(_opening);
        var error = new SyncError(SyncErrorKind.StoreFailed, $"the state \"{_name}\" stopped before this was committed; look whether it is there, and try again");
        foreach (var (asker, refusal) in _askers.Values)
            asker.Tell(refusal(error));
    }

    private static async Task CloseOnceOpenAsync(Task<Result<OpenedState>> opening)
    {
        if ((await opening).TryGet(out var state, out _))
            await state.Store.DisposeAsync();
    }

    private static SyncError Unexpected(Exception why) =>
        why is SyncException sync ? sync.Error : new SyncError(SyncErrorKind.StoreFailed, why.Message);

    private void OnOpened(Opened opened)
    {
        _opening = null;
        if (opened.Result.TryGet(out var state, out var error))
        {
            _store = state.Store;
            var (table, clock) = state.Begin(_sync.Self.Node, _settings, Wall);
            _replica = new StateReplica(_name, _sync.Self.Node, _settings, table, clock, _sync.Random, table.LatestChange);
            _log.Debug("State {0} is open with {1} keys", _name, table.Count);
            Become(Open);
        }
        else
        {
            _log.Error("State {0} cannot be opened: {1}", _name, error);
            Become(() => Broken(error));
        }
        Stash.UnstashAll();
    }

    private void Broken(SyncError error)
    {
        Receive<Set>(_ => Sender.Tell(new Applied(error)));
        Receive<Take>(_ => Sender.Tell(new Taken(error)));
        Receive<Get>(_ => Sender.Tell(new Value(error)));
        Receive<GetContent>(_ => Sender.Tell(new Content(error, default)));
        Receive<Follow>(_ => Sender.Tell(new Content(error, default)));
        Receive<GetStatus>(_ => Sender.Tell(new Status(StateStatus.Of(_name, error))));
        Receive<FromPeer>(from => Refuse(from, error));
        Receive<Close>(_ => Context.Stop(Self));
        ReceiveAny(_ => { });
    }

    private void Open()
    {
        Receive<Set>(OnSet);
        Receive<Take>(OnTake);
        Receive<FromPeer>(OnFromPeer);
        Receive<PeerFailed>(failed => Run(new ReplicaInput.Message(Known(failed.Peer), failed.Failure, Wall)));
        Receive<Linked>(OnLinked);
        Receive<UsePlain>(OnUsePlain);
        Receive<Handed>(OnHanded);
        Receive<Asked>(OnAsked);
        Receive<MachineTick>(_ => OnTick());
        Receive<Close>(_ => OnClose());
        Reading();
    }

    // Nothing new is taken; what is under way is finished, and reading goes on until the store closes.
    private void Closing()
    {
        var error = new SyncError(SyncErrorKind.ShuttingDown, $"the state \"{_name}\" is closing");
        Receive<Set>(_ => Sender.Tell(new Applied(error)));
        Receive<Take>(_ => Sender.Tell(new Taken(error)));
        Receive<FromPeer>(from => Refuse(from, error));
        Receive<StoreClosed>(_ => Context.Stop(Self));
        Reading();
        ReceiveAny(_ => { });
    }

    private void OnTick()
    {
        if (Timer.IsDue())
            Run(new ReplicaInput.Tick(Wall));
    }

    private void Run(ReplicaInput input)
    {
        _replica!.Handle(input, Timer.Now, _outbox);
        var hasStranger = false;
        while (_outbox.TryTake(out var output))
            hasStranger |= Do(output);
        _accounts.Note(_replica.Table.Version, Timer.Now);
        if (hasStranger)
            TellPeers();
    }

    // True when a peer turns out not to share the state.
    private bool Do(ReplicaOutput output)
    {
        switch (output)
        {
            case ReplicaOutput.Append append:
                OnAppend(append);
                return false;
            case ReplicaOutput.Send send when _peers.TryGetValue(send.Peer, out var peer):
                _accounts.Of(send.Peer).Sent(send.Payload);
                peer.Actor.Tell(new PeerActor.Send(send.Payload, null));
                return false;
            case ReplicaOutput.Hand hand:
                OnHand(hand);
                return false;
            case ReplicaOutput.Ask ask:
                OnAsk(ask);
                return false;
            case ReplicaOutput.Applied applied:
                Answer(applied.Token, new Applied(applied.Result));
                return false;
            case ReplicaOutput.Taken taken:
                Answer(taken.Token, new Taken(taken.Result));
                return false;
            case ReplicaOutput.Changed changed:
                Publish(new Changed(_name, changed.Entries, changed.Expired, _replica!.Table.Version));
                return false;
            case ReplicaOutput.StartTimer timer:
                Timer.Start(timer.At);
                return false;
            case ReplicaOutput.Pulled pulled:
                return OnPulled(pulled);
            case ReplicaOutput.Trouble trouble:
                return OnTrouble(trouble.Peer, trouble.Error, trouble.Of);
            case ReplicaOutput.SetAside aside:
                OnSetAside(aside);
                return false;
            default:
                return false;
        }
    }

    private void OnAppend(ReplicaOutput.Append append)
    {
        _appending++;
        var (self, number) = (Self, append.Number);
        _store!.AppendAsync(append.Entries).PipeTo(
            self, success: error => new AppendEnded(number, error), failure: why => new AppendEnded(number, Unexpected(why)));
    }

    private void OnAppendEnded(AppendEnded ended)
    {
        _appending--;
        if (ended.Error is { } error)
        {
            _log.Error("State {0} could not commit: {1}", _name, error);
            _sync.Errors.Count(error.Kind);
            Run(new ReplicaInput.CommitFailed(ended.Number, error, Wall));
        }
        else
            Run(new ReplicaInput.Committed(ended.Number, Wall));
        CloseIfDone();
    }

    private void OnClose()
    {
        _isClosing = true;
        Become(Closing);
        CloseIfDone();
    }

    private void CloseIfDone()
    {
        if (!_isClosing || _appending > 0 || _store is not { } store)
            return;
        _store = null;
        var self = Self;
        store.DisposeAsync().AsTask().PipeTo(self, success: () => StoreClosed.Instance, failure: _ => StoreClosed.Instance);
    }
}

using ActorSync.Peers;
using ActorSync.States;
using ActorSync.States.Stores;
using ActorSync.Wire;
using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

// The shared states, which are its children too, and the peers that are linked, of whom they are told.
public sealed partial class SyncRouter
{
    /// <summary>Share a state. Answered by <see cref="StateOpened"/>; its actor answers whatever else, and says if it cannot be opened.</summary>
    public sealed record OpenState(StateName Name, StateSettings Settings) : ILocalMessage;

    /// <summary>The actor of a state; or why there is none.</summary>
    public sealed record StateOpened(StateName Name, Result<IActorRef> Actor) : ILocalMessage;

    /// <summary>Answered by <see cref="OpenStates"/>.</summary>
    public sealed record GetStates : ILocalMessage
    {
        public static readonly GetStates Instance = new();
    }

    /// <summary>The actors of the states that are shared.</summary>
    public sealed record OpenStates(IReadOnlyList<IActorRef> Actors) : ILocalMessage;

    private readonly Dictionary<StateName, IActorRef> _states = [];
    private readonly Dictionary<NodeId, PeerRef> _linked = [];
    private IActorRef? _membership;
    private long _statesOpened;

    private void States()
    {
        Receive<OpenState>(OnOpenState);
        Receive<GetStates>(_ => Sender.Tell(new OpenStates([.. _states.OrderBy(pair => pair.Key.Value, StringComparer.Ordinal).Select(pair => pair.Value)])));
        Receive<StateActor.Began>(_ => Sender.Tell(new StateActor.Linked([.. _linked.Values])));
        Receive<PeerActor.LinkUp>(up => OnLink(() => _linked[up.Peer.Identity.Node] = up.Peer));
        Receive<PeerActor.LinkDown>(down => OnLink(() => _linked.Remove(down.Peer)));
        Receive<ServeMembership>(_ => OnServeMembership());
        _events.Subscribe(Self, typeof(PeerActor.LinkUp));
        _events.Subscribe(Self, typeof(PeerActor.LinkDown));
    }

    private void OnServeMembership()
    {
        _membership = Sender;
        Sender.Tell(new StateActor.Linked([.. _linked.Values]));
    }

    // What was shared before a restart is shared after it, whoever opened it; the node's own are opened by who uses them.
    private void OpenFoundStates()
    {
        foreach (var name in (_store as IStateStores)?.Found.Where(name => !name.IsReserved) ?? [])
            Open(name, _settings.States);
    }

    // It is known by one name to all and shared until the node ends.
    private void OnOpenState(OpenState open) =>
        Sender.Tell(new StateOpened(open.Name, _closing ? Closing : new Result<IActorRef>(Open(open.Name, open.Settings))));

    private IActorRef Open(StateName name, StateSettings settings)
    {
        if (!_states.TryGetValue(name, out var actor))
        {
            var self = new PeerIdentity(_store.Node, _store.Instance);
            var sync = new SyncContext(self, Self, _store, _settings, _errors, Random.Shared) { Events = _events };
            var stores = _store as IStateStores ?? new MemoryStateStores();
            actor = Context.ActorOf(StateActor.Props(name, settings, sync, stores), $"state-{++_statesOpened}");
            Context.Watch(actor);
            _states.Add(name, actor);
        }
        return actor;
    }

    private void OnLink(Action note)
    {
        note();
        foreach (var state in _states.Values)
            state.Tell(new StateActor.Linked([.. _linked.Values]));
        _membership?.Tell(new StateActor.Linked([.. _linked.Values]));
        _mesh?.Tell(new StateActor.Linked([.. _linked.Values]));
    }

    private bool OnState(PeerRef peer, StateMessage message, int bytes)
    {
        if (_states.TryGetValue(message.State, out var state))
        {
            state.Tell(new StateActor.FromPeer(peer, message, bytes));
            return true;
        }
        // Answers to what was asked before a restart need no answer.
        if (message is StatePull or StateCompare or StatePush { WantsAnswer: true })
            Refuse(peer, new SyncError(SyncErrorKind.UnknownState, $"this node does not share the state \"{message.State}\""), message.Exchange.Value, null);
        return false;
    }

    // Exchanges are known to the states alone.
    private void TellStates(PeerRef peer, SyncMessage message)
    {
        if (message is not SyncFailure failure)
            return;
        foreach (var state in _states.Values)
            state.Tell(new StateActor.PeerFailed(peer, failure));
    }

    private void CloseStates()
    {
        foreach (var state in _states.Values)
            state.Tell(StateActor.Close.Instance);
    }

    private void OnStateTerminated(IActorRef actor)
    {
        foreach (var state in _states.Where(pair => pair.Value.Equals(actor)).Select(pair => pair.Key).ToArray())
        {
            _states.Remove(state);
            if (!_closing)
                _log.Error("State {0} is down", state);
        }
    }
}

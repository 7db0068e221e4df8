using ActorSync.Graphs;
using ActorSync.Graphs.Stores;
using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

// From its files to the machine; or why not.
public sealed partial class GraphActor
{
    private void BeginOpening(bool isWanted)
    {
        (_isWanted, _wasTried) = (isWanted, true);
        Become(Opening);
        _opening = OpenAsync(_graph, _init, _isNew, _store, _settings);
        _opening.PipeTo(Self, success: result => new Opened(result), failure: why => new Opened(Unexpected(why)));
    }

    private void Opening()
    {
        Receive<Opened>(OnOpened);
        ReceiveAny(message =>
        {
            _isWanted |= NeedsStore(message);
            Stash.Stash();
        });
    }

    private void OnOpened(Opened opened)
    {
        _opening = null;
        if (!opened.Result.TryGet(out var graph, out var error))
        {
            OnNotOpened(error);
            return;
        }
        _commands = graph.Store;
        _machine = graph.Machine;
        _snapshots = new SnapshotKeeper(_machine, _commands.Facts, why => _log.Warning("Graph {0} keeps its former snapshot of facts: {1}", _graph.ToShortString(), why));
        _log.Debug("Graph {0} is open with {1} commands", _graph.ToShortString(), _machine.Committed.Count);
        _open.Enter(_graph, Self);
        if (!_isWanted)
        {
            BeginRest();
            return;
        }
        Become(Open);
        OnAwake();
        Stash.UnstashAll();
    }

    private void OnNotOpened(SyncError error)
    {
        _log.Error("Graph {0} cannot be opened: {1}", _graph, error);
        Become(() => Broken(error));
        Stash.UnstashAll();
        // What could not be made may be tried again; what is there and damaged stays, to say so. What cannot be opened now for
        // want of a file or of room is tried again when it is needed again.
        if (_isNew)
            Context.Parent.Tell(new SyncRouter.NotMade(_graph));
        else if (_settings.GraphIdle is not null && error.Kind == SyncErrorKind.StoreFailed)
            Self.Tell(TryAgain.Instance);
        else
            DismissFollowers(error);
    }

    private void Broken(SyncError error)
    {
        Receive<Act>(act => act.Answer(Sender, new Acted(error)));
        Receive<ReceiveCommands>(receive => Sender.Tell(new CommandsReceived(_graph, receive.Tag, error)));
        Receive<Read>(_ => Sender.Tell(new Version(_graph, error)));
        Receive<Follow>(_ => Sender.Tell(new Version(_graph, error)));
        Receive<Wake>(_ => Sender.Tell(new Version(_graph, error)));
        Receive<Unfollow>(_ => OnUnfollow(Sender));
        Receive<Terminated>(terminated => OnUnfollow(terminated.ActorRef));
        Receive<Session>(session => Refuse(session, error));
        Receive<Survey>(_ => OnSurveyed());
        Receive<GetStatus>(_ => Sender.Tell(new Status(GraphStatus.Of(_graph, error))));
        Receive<TryAgain>(_ => Become(Resting));
        Receive<Close>(_ => Context.Stop(Self));
    }

    private void DismissFollowers(SyncError error)
    {
        foreach (var follower in _followers.Keys.ToArray())
        {
            OnUnfollow(follower);
            follower.Tell(new Version(_graph, error));
        }
    }

    private static async Task CloseOnceOpenAsync(Task<Result<ReadyGraph>> opening)
    {
        if ((await opening).TryGet(out var graph, out _))
            await graph.Store.DisposeAsync();
    }

    // Reading, weaving and evaluating a graph takes its time: no actor waits for it.
    private static async Task<Result<ReadyGraph>> OpenAsync(GraphId id, Command? init, bool isNew, INodeStore store, SyncSettings settings)
    {
        var policy = settings.Policies.Of(id);
        if (policy.Identity is not null)
            return new SyncError(SyncErrorKind.InvalidRequest, $"the policy {policy.GetType().Name} derives ids its own way, which a node does not send: the graph {id} cannot be kept with it");
        if (isNew && GraphMachine.WhyNotBegin(init!, policy) is { } rejection)
            return rejection;
        if (!(isNew ? await store.CreateAsync(init!) : await store.OpenAsync(id)).TryGet(out var opened, out var error))
            return error;
        Result<GraphMachine>? machine = null;
        try
        {
            machine = await Task.Run(() => GraphMachine.Open(id, opened.Index, opened.Store, settings.Graphs, policy, opened.Store.Facts, Random.Shared));
        }
        finally
        {
            if (machine is not { Error: null })
                await opened.Store.DisposeAsync();
        }
        return machine.Value.TryGet(out var ready, out error) ? new ReadyGraph(opened.Store, ready) : error;
    }

    private static SyncError Unexpected(Exception why) =>
        why is SyncException sync ? sync.Error : new SyncError(SyncErrorKind.StoreFailed, why.Message);
}

using ActorSync.Graphs;
using ActorSync.Graphs.Stores;
using ActorSync.Machines;
using ActorSync.Wire;
using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

// A graph that nobody needs for a while is closed, and all of it that takes room is let go: what is left is this actor,
// which knows the heads. It is not stopped: its reference stays good, so that what is sent to it at that very moment, by
// whatever way, waits in its mailbox and wakes it.
public sealed partial class GraphActor
{
    // The latest version as it is at rest; null while the graph is open, or was not opened since the node started.
    private GraphSnapshot? _atRest;

    // Whether anything that waits for the graph to be opened needs more than to know what is in it.
    private bool _isWanted;

    // Whether it was opened since the node started, or that was tried.
    private bool _wasTried;

    private MachineTimer IdleTimer => field ??= new MachineTimer(Timers, Context.System.Scheduler, IdleTick.Instance);

    private static bool NeedsStore(object message) => message is not
        (Survey or GetStatus or Follow { MayRest: true } or Unfollow or Terminated or Close or LetGo or IdleTick or MachineTick or SnapshotTick or AppendsEnded);

    // Costs next to nothing: the timer is moved when it fires.
    private void NoteUse(MonotonicTime now)
    {
        if (_settings.GraphIdle is { } idle)
            IdleTimer.Start(now + idle);
    }

    private void NoteUse() => NoteUse(Timer.Now);

    private void OnIdleTick()
    {
        if (!IdleTimer.IsDue())
            return;
        if (IsInUse)
            NoteUse();
        else
            BeginRest();
    }

    // A merge that is to come needs the machine.
    private bool IsInUse =>
        _requests.Count > 0 || _appending > 0 || Timer.IsRunning || Context.GetChildren().Any() || _followers.Values.Any(follower => !follower.MayRest);

    private void BeginRest()
    {
        Become(Settling);
        RestAsync(_machine!.Committed, _snapshots!, _commands!).PipeTo(Self, success: rested => rested, failure: why => new Rested(null, Unexpected(why)));
    }

    // First what can fail without harm. What is committed is on the disk then, and closing can lose nothing any more.
    private static async Task<Rested> RestAsync(GraphSnapshot version, SnapshotKeeper snapshots, IGraphStore commands)
    {
        var atRest = await Task.Run(version.AtRest);
        if ((await snapshots.EndAsync() ?? await commands.FlushAsync()) is { } error)
            return new Rested(null, error);
        try
        {
            await commands.DisposeAsync();
            return new Rested(atRest, null);
        }
        catch (Exception why)
        {
            return new Rested(atRest, Unexpected(why));
        }
    }

    private void Settling()
    {
        Receive<Rested>(OnRested);
        ReceiveAny(_ => Stash.Stash());
    }

    private void OnRested(Rested rested)
    {
        if (rested.Error is { } error)
        {
            _log.Error("Graph {0} cannot be closed for now{1}: {2}", _graph.ToShortString(), rested.Version is null ? ", and stays open" : "", error);
            _errors.Count(error.Kind);
        }
        if (rested.Version is { } version)
        {
            (_atRest, _machine, _commands, _snapshots, _isNew) = (version, null, null, null, false);
            _log.Debug("Graph {0} rests with {1} commands", _graph.ToShortString(), version.Count);
            Become(Resting);
            TellFollowers(new Changed(version, []));
        }
        else
        {
            Become(Open);
            OnAwake();
        }
        Stash.UnstashAll();
    }

    private void Resting()
    {
        Receive<Follow>(OnFollowAtRest);
        Receive<Unfollow>(_ => OnUnfollow(Sender));
        Receive<Terminated>(terminated => OnUnfollow(terminated.ActorRef));
        Receive<GetStatus>(_ => OnGetStatusAtRest());
        Receive<Survey>(_ => OnSurvey());
        Receive<LetGo>(OnLetGoAtRest);
        Receive<Close>(_ => OnCloseAtRest());
        Receive<Session>(session => session.Message is not Poll, session => Dismiss(session, session.Message));
        Receive<SessionRejects>(_ => { });
        Receive<MachineTick>(_ => { });
        Receive<IdleTick>(_ => { });
        Receive<SnapshotTick>(_ => { });
        Receive<AppendsEnded>(_ => { });
        ReceiveAny(_ => WakeFor(isWanted: true));
    }

    private void WakeFor(bool isWanted)
    {
        Stash.Stash();
        BeginOpening(isWanted);
    }

    // The followers have the whole version again before anything happens to it.
    private void OnAwake()
    {
        _atRest = null;
        NoteUse();
        TellFollowers(Now);
    }

    private Changed Now => new(_machine!.Committed, []) { Facts = _machine.Facts };

    private void TellFollowers(Changed changed)
    {
        foreach (var follower in _followers.Keys)
            follower.Tell(changed);
    }

    // Of a graph that was not looked at yet there is nothing to be told: its turn comes, unless it has come in vain.
    private void OnFollowAtRest(Follow follow)
    {
        if (!follow.MayRest)
            WakeFor(isWanted: true);
        else if (_atRest is null)
            AwaitSurvey();
        else
            AddFollower(follow, new Changed(_atRest, []));
    }

    private void AwaitSurvey()
    {
        if (_wasTried)
            WakeFor(isWanted: false);
        else
            Stash.Stash();
    }

    private void OnGetStatusAtRest()
    {
        if (_atRest is null)
            WakeFor(isWanted: false);
        else
            Sender.Tell(new Status(GraphStatus.Of(_atRest)));
    }

    private void OnSurvey()
    {
        if (_atRest is null)
            WakeFor(isWanted: false);
        else
            OnSurveyed();
    }

    private void OnSurveyed() => Context.Parent.Tell(new SyncRouter.Surveyed(_graph));

    private void OnLetGoAtRest(LetGo letGo)
    {
        if (_atRest is null)
        {
            AwaitSurvey();
            return;
        }
        var isRead = IsRead(letGo.Members);
        if (isRead || !_atRest.Heads.Equals(letGo.Version.Heads))
        {
            Context.Parent.Tell(new SyncRouter.Kept(_graph, isRead));
            return;
        }
        _isLetGo = true;
        Context.Parent.Tell(new SyncRouter.LetGo(_graph));
        OnCloseAtRest();
    }
}

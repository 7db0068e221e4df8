using ActorSync.States;
using ActorSync.States.Exchange;
using Akka.Actor;

namespace ActorSync.Actors;

// What applications ask of it.
public sealed partial class StateActor
{
    private readonly Dictionary<long, (IActorRef Asker, Func<SyncError, object> Refusal)> _askers = [];
    private readonly HashSet<IActorRef> _followers = [];
    private long _tokens;

    private void Reading()
    {
        Receive<AppendEnded>(OnAppendEnded);
        Receive<Get>(get => Sender.Tell(new Value(new Result<StateEntry?>(_replica!.Table.TryGetLive(get.Key, Wall, out var entry) ? entry : null))));
        Receive<GetContent>(get => Sender.Tell(OnGetContent(get)));
        Receive<GetStatus>(_ => Sender.Tell(new Status(OnGetStatus())));
        Receive<Traffic>(traffic => _accounts.Served(traffic.BytesReceived, traffic.BytesSent));
        Receive<Follow>(_ => OnFollow());
        Receive<Unfollow>(_ => OnUnfollow(Sender));
        Receive<Terminated>(terminated => OnUnfollow(terminated.ActorRef));
    }

    private void OnSet(Set set)
    {
        _accounts.Sets++;
        _askers.Add(++_tokens, (Sender, error => new Applied(error)));
        Run(new ReplicaInput.Set(_tokens, set.Sets, Wall, set.AllWin));
    }

    private void OnTake(Take take)
    {
        _accounts.PushesReceived++;
        _askers.Add(++_tokens, (Sender, error => new Taken(error)));
        Run(new ReplicaInput.Take(_tokens, take.Source, take.Entries, Wall));
    }

    private void Answer(long token, object answer)
    {
        if (_askers.Remove(token, out var waiting))
            waiting.Asker.Tell(answer);
    }

    private void Publish(Changed changed)
    {
        foreach (var entry in changed.Entries.Where(entry => entry.Stamp.Node != _sync.Self.Node))
            _accounts.Arrived(Wall.Milliseconds - entry.Stamp.Milliseconds);
        foreach (var follower in _followers)
            follower.Tell(changed);
    }

    private Content OnGetContent(GetContent get)
    {
        var table = _replica!.Table;
        // What a peer is given has no entry that is past.
        if (table.NextExpiry < Wall && _store is not null)
            Run(new ReplicaInput.Tick(Wall));
        if (get.Unless is { } version && version == table.Version)
            return new Content(new Result<IReadOnlyList<StateEntry>>([]), version);
        if (get.IsWhole)
        {
            _accounts.PullsAnswered++;
            return new Content(new Result<IReadOnlyList<StateEntry>>([.. table.Entries]), table.Version);
        }
        return Live();
    }

    private Content Live()
    {
        var (wall, table) = (Wall, _replica!.Table);
        return new Content(new Result<IReadOnlyList<StateEntry>>([.. table.Entries.Where(entry => StateTable.IsLive(entry, wall))]), table.Version);
    }

    private StateStatus OnGetStatus()
    {
        var table = _replica!.Table;
        return new StateStatus(
            _name.Value, null, table.Version.ToString(), table.Count - table.Tombstones, table.Tombstones, table.Bytes, _replica.OwedPushes,
            _accounts.Totals(), _accounts.Unlevel(Timer.Now).TotalSeconds, _accounts.LastConvergence?.TotalSeconds,
            _accounts.Peers(table.Version, Timer.Now, _plain.GetValueOrDefault, _replica.Refused));
    }

    private void OnFollow()
    {
        if (_followers.Add(Sender))
            Context.Watch(Sender);
        Sender.Tell(Live());
    }

    private void OnUnfollow(IActorRef follower)
    {
        if (_followers.Remove(follower))
            Context.Unwatch(follower);
    }
}

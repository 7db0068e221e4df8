namespace Akka.Cluster.Double;

/// <summary>
/// Keeps one member's view: takes over what others know, finds out whom it does not reach, does what the leader does, and
/// resolves a split as keep-majority would. Whoever reaches another reads its view; there is no gossip.
/// </summary>
internal sealed class ClusterDaemon : ReceiveActor, IWithTimers
{
    private readonly ClusterNode _node;
    private readonly Dictionary<UniqueAddress, TimeSpan> _silentSince = [];
    private readonly List<Subscribe> _subscribers = [];
    private TimeSpan _changedAt;

    public ClusterDaemon(ClusterNode node)
    {
        _node = node;
        Receive<Tick>(_ => OnTick());
        Receive<Join>(join => OnJoin(join.Member));
        Receive<Change>(change => Show(_node.View.With(_node.View.Living.Where(member => member.Address == change.Address).Select(member => member.As(change.To)))));
        Receive<Subscribe>(OnSubscribe);
        Receive<Unsubscribe>(leaving => _subscribers.RemoveAll(entry => entry.Subscriber.Equals(leaving.Subscriber)));
    }

    public ITimerScheduler Timers { get; set; }
    private TimeSpan Now => Context.System.Scheduler.MonotonicClock;

    protected override void PreStart() => Timers.StartPeriodicTimer("tick", new Tick(), _node.TimeOf("gossip-interval", 1));

    private void OnTick()
    {
        var view = _node.Neighbours().Aggregate(_node.View, (mine, other) => mine.With(other.View.Members.Values));
        if (view.Find(_node.Self) is not { } self)
            Enter(view);
        else
            Show(self.Status >= MemberStatus.Down ? view : Resolve(Lead(Detect(view))));
    }

    // The first seed founds the cluster when it finds no other; all others wait for a seed that is in.
    private void Enter(View view)
    {
        var self = new Member(_node.Self, int.MaxValue, MemberStatus.Joining, _node.Roles);
        var seeds = _node.Config.GetStringList("akka.cluster.seed-nodes").Select(Address.Parse).Select(ClusterNode.At).ToArray();
        if (seeds.FirstOrDefault(seed => seed is not null && _node.Reaches(seed) && seed.View.Find(seed.Self)?.IsIn == true) is { } open)
            open.Daemon.Tell(new Join(self));
        else if (seeds.FirstOrDefault() == _node)
            Show(view.With([self]));
    }

    // What was at that address before is another start of it, which is over; who joins asks again.
    private void OnJoin(Member member)
    {
        var former = _node.View.Living.FirstOrDefault(other => other.Address == member.Address && !other.Equals(member));
        Show(_node.View.With([former?.As(MemberStatus.Down) ?? member]));
    }

    private View Detect(View view)
    {
        var unreachable = view.Living.Select(member => member.UniqueAddress).Where(address => address != _node.Self && IsSilent(address)).ToImmutableHashSet();
        if (view.Unreachable.SetEquals(unreachable))
            return view;
        _changedAt = Now;
        return view with { Unreachable = unreachable };
    }

    private bool IsSilent(UniqueAddress address)
    {
        if (ClusterNode.Find(address) is not { } other || !_node.Reaches(other))
            return !_silentSince.TryAdd(address, Now) && Now - _silentSince[address] >= _node.TimeOf("failure-detector.acceptable-heartbeat-pause", 3);
        _silentSince.Remove(address);
        return false;
    }

    // One step for everybody; none while there is one that is neither reached nor given up.
    private View Lead(View view)
    {
        var leader = view.Living.Except(view.Lost).MinBy(member => (!member.IsIn, member.Status, member));
        if (leader.UniqueAddress != _node.Self || view.Lost.Any())
            return view;
        var up = view.Members.Values.Select(member => member.UpNumber).Where(number => number < int.MaxValue).DefaultIfEmpty().Max();
        return view.With(view.Living.Order().Select(member => member.Status switch
        {
            MemberStatus.Joining => member.As(MemberStatus.Up, ++up),
            MemberStatus.Up => member,
            MemberStatus.Leaving => member.As(MemberStatus.Exiting),
            _ => member.As(MemberStatus.Removed),
        }));
    }

    // When it has been so for long the larger side stays, of two equal ones the one with the first address.
    private View Resolve(View view)
    {
        if (!view.Lost.Any() || Now - _changedAt < _node.TimeOf("split-brain-resolver.stable-after", 20))
            return view;
        var all = view.Living.Where(member => member.IsIn).ToArray();
        var theirs = all.Intersect(view.Lost).ToArray();
        var stays = all.Length == 2 * theirs.Length ? !theirs.Contains(all.Min()) : all.Length > 2 * theirs.Length;
        return view.With((stays ? view.Lost : view.Living.Except(view.Lost)).Select(member => member.As(MemberStatus.Down)));
    }

    private void Show(View view)
    {
        var before = _node.View;
        _node.View = view;
        foreach (var member in view.Members.Values.Where(member => (before.Find(member.UniqueAddress)?.Status ?? MemberStatus.Removed) != member.Status))
            Publish(new ClusterEvent.MemberChanged(member));
        foreach (var lost in view.Unreachable.Except(before.Unreachable))
            Publish(new ClusterEvent.UnreachableMember(view.Find(lost)));
        foreach (var found in before.Unreachable.Except(view.Unreachable).Select(view.Find).Where(view.Living.Contains))
            Publish(new ClusterEvent.ReachableMember(found));
        if (ReferenceEquals(before.Members, view.Members))
            return;
        foreach (var other in _node.Neighbours().Append(_node))
            other.Daemon.Tell(new Tick());
        if (view.Find(_node.Self)?.Status is { } status && status >= MemberStatus.Exiting)
            _node.End(status);
    }

    private void OnSubscribe(Subscribe subscribe)
    {
        _subscribers.Add(subscribe);
        foreach (var happened in _node.View.Living.Select(member => (object)new ClusterEvent.MemberChanged(member)).Concat(_node.View.Lost.Select(lost => new ClusterEvent.UnreachableMember(lost))))
            Tell(subscribe, happened);
    }

    private void Publish(object happened) => _subscribers.ForEach(subscriber => Tell(subscriber, happened));

    private static void Tell(Subscribe subscriber, object happened)
    {
        if (subscriber.To.Any(type => type.IsInstanceOfType(happened)))
            subscriber.Subscriber.Tell(happened);
    }

    internal sealed record Change(Address Address, MemberStatus To);
    internal sealed record Unsubscribe(IActorRef Subscriber);
    internal sealed record Subscribe(IActorRef Subscriber, Type[] To);
    private sealed record Join(Member Member);
    private sealed record Tick;
}

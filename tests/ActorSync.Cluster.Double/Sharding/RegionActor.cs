namespace Akka.Cluster.Double;

/// <summary>
/// Brings messages to the entities of the shards that live here, and others to where theirs live; keeps those of a shard
/// that moves or lives nowhere yet. The region of the oldest node also says where shards live, as its strategy decides.
/// </summary>
internal sealed class RegionActor : ReceiveActor, IWithTimers
{
    private readonly ShardSite _site;
    private readonly Dictionary<string, Queue<(object Message, IActorRef Sender)>> _kept = [];
    private readonly HashSet<string> _allocating = [];
    private readonly HashSet<string> _known = []; // shards that lived somewhere once

    public RegionActor(ShardSite site)
    {
        _site = site;
        Receive<Allocate>(OnAllocate);
        Receive<Allocated>(OnAllocated);
        Receive<Round>(_ => OnRound());
        Receive<Misplaced>(OnMisplaced);
        Receive<HandOff>(handOff => OnHandOff(handOff.Shard));
        Receive<GracefulShutdown>(_ => OnLeave());
        Receive<Terminated>(dead => OnStopped(dead.ActorRef));
        Receive<LookAgain>(_ => OnLookAgain());
        Receive<GetClusterShardingStats>(_ => Sender.Tell(Stats()));
        ReceiveAny(message => Bring(_site.Extractor.ShardId(message), message, Sender));
    }

    public ITimerScheduler Timers { get; set; }
    private TimeSpan Again => _site.Node.TimeOf("sharding.retry-interval", 2);

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer("again", new LookAgain(), Again);
        Timers.StartPeriodicTimer("round", new Round(), _site.Node.TimeOf("sharding.rebalance-interval", 10));
    }

    private void Bring(string shard, object message, IActorRef sender)
    {
        var home = shard is null || _kept.ContainsKey(shard) ? null : _site.HomeOf(shard);
        if (shard is null)
            Unhandled(message);
        else if (home is not null && home != _site)
            _site.Node.Send(home.Node, home.Region, message, sender);
        else if (home?.Shards.GetValueOrDefault(shard) is { IsMoving: false } living)
            EntityOf(living, _site.Extractor.EntityId(message)).Tell(_site.Extractor.EntityMessage(message), sender);
        else
            Keep(shard, message, sender);
    }

    private void Keep(string shard, object message, IActorRef sender)
    {
        if (_kept.TryAdd(shard, []) && _site.Coordinator is { } coordinator)
            Tell(coordinator, new Allocate(shard, _site));
        _kept[shard].Enqueue((message, sender));
    }

    private IActorRef EntityOf(ShardSite.Shard shard, string id) => shard.Entities.GetOrAdd(id, _ => Context.Watch(Context.ActorOf(_site.Props(id), Uri.EscapeDataString(id))));

    private void OnLookAgain()
    {
        foreach (var shard in _kept.Keys.ToArray())
        {
            _kept.Remove(shard, out var kept);
            foreach (var (message, sender) in kept)
                Bring(shard, message, sender);
        }
        if (_site.IsLeaving)
            OnLeave();
    }

    private void OnHandOff(string shard)
    {
        if (!_site.Shards.TryGetValue(shard, out var moving) || moving.IsMoving)
            return;
        moving.IsMoving = true;
        foreach (var entity in moving.Entities.Values)
            entity.Tell(_site.StopMessage);
        EndHandOff(shard, moving);
    }

    private void OnStopped(IActorRef entity)
    {
        var (shard, living) = _site.Shards.First(entry => entry.Value.Entities.Values.Contains(entity));
        living.Entities.TryRemove(living.Entities.First(entry => entry.Value.Equals(entity)));
        EndHandOff(shard, living);
    }

    private void EndHandOff(string shard, ShardSite.Shard moving)
    {
        if (!moving.IsMoving || !moving.Entities.IsEmpty)
            return;
        _site.Shards.TryRemove(shard, out _);
        TellAll();
    }

    // One that is out has nobody to give its shards to.
    private void OnLeave()
    {
        _site.IsLeaving = true;
        foreach (var shard in _site.Shards.Keys)
            OnHandOff(shard);
        if (!_site.Shards.IsEmpty && !_site.Node.Out.Task.IsCompleted)
            return;
        // What is on its way here still is passed on.
        if (_site.Node.Sites.TryRemove(_site.Name, out _))
            Timers.StartSingleTimer("end", PoisonPill.Instance, Again);
    }

    private void OnAllocate(Allocate asked)
    {
        var regions = Regions();
        if (_site.Coordinator != _site || _site.HomeOf(asked.Shard) is not null || regions.Count == 0 || !_allocating.Add(asked.Shard))
            return; // who asked looks again
        _site.Strategy.AllocateShard(RefOf(asked.Asker), asked.Shard, regions)
            .PipeTo(Self, success: region => new Allocated(asked.Shard, region), failure: _ => new Allocated(asked.Shard, null));
    }

    private void OnAllocated(Allocated allocated)
    {
        _allocating.Remove(allocated.Shard);
        if (_site.Coordinator == _site && _site.HomeOf(allocated.Shard) is null)
            _site.Open.FirstOrDefault(site => RefOf(site).Equals(allocated.Region))?.Shards.TryAdd(allocated.Shard, new ShardSite.Shard());
        TellAll();
    }

    private void OnRound()
    {
        var shards = _site.All.SelectMany(site => site.Shards).ToArray();
        _known.UnionWith(shards.Select(shard => shard.Key));
        if (_site.Coordinator != _site)
            return;
        foreach (var shard in _known.Except(shards.Select(shard => shard.Key)))
            Self.Tell(new Allocate(shard, _site));
        _site.Strategy.Rebalance(Regions(), [.. shards.Where(shard => shard.Value.IsMoving).Select(shard => shard.Key)]).PipeTo(Self, success: shards => new Misplaced(shards));
    }

    private void OnMisplaced(Misplaced misplaced)
    {
        foreach (var shard in misplaced.Shards)
            if (_site.HomeOf(shard) is { } home)
                Tell(home, new HandOff(shard));
    }

    private void TellAll()
    {
        foreach (var site in _site.All)
            Tell(site, new LookAgain());
    }

    private void Tell(ShardSite site, IBetweenRegions message) => _site.Node.Send(site.Node, site.Region, message, ActorRefs.NoSender);
    private IActorRef RefOf(ShardSite site) => _site.Node.RefOf(site.Node, site.Region);
    private ImmutableDictionary<IActorRef, IImmutableList<string>> Regions() => _site.Open.ToImmutableDictionary(RefOf, site => (IImmutableList<string>)site.Shards.Keys.ToImmutableList());
    private ClusterShardingStats Stats() => new(_site.All.Where(site => site.Strategy is not null).ToImmutableDictionary(
        site => site.Node.Self.Address, site => new ShardRegionStats(site.Shards.ToImmutableDictionary(shard => shard.Key, shard => shard.Value.Entities.Count))));

    private sealed record Allocate(string Shard, ShardSite Asker) : IBetweenRegions;
    private sealed record HandOff(string Shard) : IBetweenRegions;
    private sealed record LookAgain : IBetweenRegions;
    private sealed record Allocated(string Shard, IActorRef Region);
    private sealed record Misplaced(IImmutableSet<string> Shards);
    private sealed record Round;
}

using System.Text;
using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.States;
using ActorSync.States.Exchange;
using ActorSync.Testing.Simulations;
using ActorSync.Wire;

namespace ActorSync.Testing.States;

/// <summary>A node of a world: its replica, and a store that keeps what it committed across restarts.</summary>
public sealed class StateNode
{
    private readonly StateWorld _world;
    private readonly Simulation _simulation;
    private readonly Outbox<ReplicaOutput> _outbox = new();
    private readonly List<StateEntry> _stored = [];
    private readonly List<SyncError> _troubles = [];
    private readonly List<Result<PullReport>> _pulls = [];
    private readonly Dictionary<long, Action<Result<StateSetResult>>> _waiting = [];
    private StateReplica _replica;
    private IReadOnlyList<StateNode> _reachable = [];
    private int _incarnation;
    private int _timer;
    private long _tokens;

    internal StateNode(StateWorld world, Simulation simulation, int number)
    {
        _world = world;
        _simulation = simulation;
        Number = number;
        Id = new NodeId((UInt128)(number + 1));
        _replica = Begin();
    }

    /// <summary>Its place among the nodes of the world.</summary>
    public int Number { get; }

    public NodeId Id { get; }

    /// <summary>How far its wall clock is off.</summary>
    public TimeSpan Skew { get; set; }

    public WallTime Wall => _world.Wall(Skew);

    public StateTable Table => _replica.Table;

    /// <summary>Peers that are owed a push.</summary>
    public int OwedPushes => _replica.OwedPushes;

    /// <summary>Pushes that failed and entries that were refused.</summary>
    public IReadOnlyList<SyncError> Troubles => _troubles;

    /// <summary>Pulls that ended.</summary>
    public IReadOnlyList<Result<PullReport>> Pulls => _pulls;

    /// <summary>The JSON of a key's value; null when it has none.</summary>
    public string? this[string key] => Table.TryGetLive(key, Wall, out var entry) ? Encoding.UTF8.GetString(entry.Value.Span) : null;

    /// <summary>Writes a value, or deletes the key when it is null.</summary>
    public void Set(string key, string? json, long? ttlMilliseconds = null, long? milliseconds = null, Action<Result<StateSetResult>>? done = null) =>
        Set([json is null ? StateSet.Delete(key, ttlMilliseconds, milliseconds) : StateSet.To(key, Encoding.UTF8.GetBytes(json), ttlMilliseconds, milliseconds)], done);

    public void Set(IReadOnlyList<StateSet> sets, Action<Result<StateSetResult>>? done = null)
    {
        if (done is not null)
            _waiting[_tokens + 1] = done;
        Handle(new ReplicaInput.Set(++_tokens, sets, Wall));
    }

    /// <summary>Puts entries into its store and table as if they had always been there.</summary>
    public void Has(IEnumerable<StateEntry> entries)
    {
        _stored.AddRange(entries);
        Restart();
    }

    /// <summary>Ends it as a crash would, and begins again from its store: what was not committed is lost.</summary>
    public void Restart()
    {
        _replica = Begin();
        Reach(_reachable);
    }

    internal void Reach(IReadOnlyList<StateNode> reachable)
    {
        _reachable = reachable;
        Handle(new ReplicaInput.Peers([.. reachable.Select(node => new StatePeer(node.Id, _world.MaxPayloadBytes))], Wall));
    }

    internal void Receive(StateNode from, SyncMessage message) =>
        Handle(new ReplicaInput.Message(new StatePeer(from.Id, _world.MaxPayloadBytes), message, Wall));

    private StateReplica Begin()
    {
        _incarnation++;
        var table = new StateTable(_world.Settings);
        var clock = new HybridClock(Id, _world.Settings.Limits.Ahead);
        foreach (var entry in _stored)
        {
            table.Merge(entry, Id, Wall);
            clock.Observe(entry.Stamp, Wall);
        }
        return new StateReplica(StateWorld.Name, Id, _world.Settings, table, clock, new Random(_world.Random.Next()), table.LatestChange);
    }

    private void Handle(ReplicaInput input)
    {
        _replica.Handle(input, _simulation.Now, _outbox);
        while (_outbox.TryTake(out var output))
            Do(output);
    }

    private void Do(ReplicaOutput output)
    {
        switch (output)
        {
            case ReplicaOutput.Append append:
                Commit(append);
                break;
            case ReplicaOutput.Send send:
                _world.Send(Number, (int)send.Peer.Value - 1, send.Payload);
                break;
            case ReplicaOutput.StartTimer timer:
                Start(timer.At);
                break;
            case ReplicaOutput.Applied applied when _waiting.Remove(applied.Token, out var done):
                done(applied.Result);
                break;
            case ReplicaOutput.Trouble trouble:
                _troubles.Add(trouble.Error);
                break;
            case ReplicaOutput.Pulled pulled:
                _pulls.Add(pulled.Result);
                break;
        }
    }

    // The store takes a moment; a node that crashes meanwhile has not committed.
    private void Commit(ReplicaOutput.Append append)
    {
        var incarnation = _incarnation;
        var fails = _world.Chance(_world.Faults.StorePercent);
        _simulation.At(_simulation.Now + TimeSpan.FromMilliseconds(1), () =>
        {
            if (incarnation != _incarnation)
                return;
            if (!fails)
                _stored.AddRange(append.Entries);
            Handle(fails
                ? new ReplicaInput.CommitFailed(append.Number, new SyncError(SyncErrorKind.StoreFailed, "the disk is full"), Wall)
                : new ReplicaInput.Committed(append.Number, Wall));
        });
    }

    private void Start(MonotonicTime at)
    {
        var timer = ++_timer;
        if (at == MonotonicTime.Never)
            return;
        _simulation.At(at, () =>
        {
            if (timer == _timer)
                Handle(new ReplicaInput.Tick(Wall));
        });
    }
}

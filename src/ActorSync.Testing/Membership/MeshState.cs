using ActorSync.Machines;
using ActorSync.States;
using ActorSync.States.Exchange;
using ActorSync.Testing.Simulations;
using ActorSync.Wire;

namespace ActorSync.Testing.Membership;

/// <summary>A node's replica of one state, interpreted as its actor does, and the disk that keeps what it committed.</summary>
internal sealed class MeshState
{
    private readonly MeshNode _node;
    private readonly MeshWorld _world;
    private readonly Simulation _simulation;
    private readonly StateName _name;
    private readonly StateSettings _settings;
    private readonly List<StateEntry> _stored = [];
    private readonly Dictionary<long, Action<SyncError?>> _waiting = [];
    private readonly Outbox<ReplicaOutput> _outbox = new();
    private readonly MeshTimer _timer;
    private StateReplica? _replica;
    private int _run;
    private long _tokens;

    public MeshState(MeshNode node, MeshWorld world, Simulation simulation, StateName name, StateSettings settings)
    {
        (_node, _world, _simulation, _name, _settings) = (node, world, simulation, name, settings);
        _timer = new MeshTimer(simulation, () => node.ClockAhead, () => Handle(new ReplicaInput.Tick(node.Wall)));
    }

    /// <summary>Hears what has changed.</summary>
    public Action<ReplicaOutput.Changed> Changed { get; init; } = _ => { };

    public StateTable Table => _replica!.Table;

    public int OwedPushes => _replica!.OwedPushes;

    public void Start()
    {
        var (table, clock) = (new StateTable(_settings), new HybridClock(_node.Id, _settings.Limits.Ahead));
        foreach (var entry in _stored)
        {
            table.Merge(entry, _node.Id, _node.Wall);
            clock.Observe(entry.Stamp, _node.Wall);
        }
        _replica = new StateReplica(_name, _node.Id, _settings, table, clock, new Random(_simulation.Random.Next()), table.LatestChange);
    }

    /// <summary>The process ended: what was not committed is lost.</summary>
    public void Stop()
    {
        _run++;
        _waiting.Clear();
        _timer.Start(MonotonicTime.Never);
    }

    public void OnJump() => _timer.Arm();

    public void Set(StateSet set, Action<SyncError?> written)
    {
        _waiting.Add(++_tokens, written);
        Handle(new ReplicaInput.Set(_tokens, [set], _node.Wall));
    }

    public void Link(IEnumerable<MeshNode> peers) => Handle(new ReplicaInput.Peers([.. peers.Select(Peer)], _node.Wall));

    public void Receive(MeshNode from, SyncMessage message) => Handle(new ReplicaInput.Message(Peer(from), message, _node.Wall));

    private static StatePeer Peer(MeshNode node) => new(node.Id, 1 << 20);

    private void Handle(ReplicaInput input)
    {
        if (!_node.IsRunning)
            return;
        _replica!.Handle(input, _node.Now, _outbox);
        while (_outbox.TryTake(out var output))
        {
            switch (output)
            {
                case ReplicaOutput.Append append:
                    Commit(append);
                    break;
                case ReplicaOutput.Send send:
                    _node.Send(send.Peer, send.Payload);
                    break;
                case ReplicaOutput.StartTimer timer:
                    _timer.Start(timer.At);
                    break;
                case ReplicaOutput.Changed changed:
                    Changed(changed);
                    break;
                case ReplicaOutput.Applied applied when _waiting.Remove(applied.Token, out var written):
                    written(applied.Result.Error);
                    break;
            }
        }
    }

    private void Commit(ReplicaOutput.Append append)
    {
        var run = _run;
        _simulation.After(TimeSpan.FromMilliseconds(1 + 5 * _simulation.Random.NextDouble()), () =>
        {
            if (run != _run)
                return;
            var fails = _world.Chance(_world.StoreFailsPercent);
            if (!fails)
                _stored.AddRange(append.Entries);
            Handle(fails
                ? new ReplicaInput.CommitFailed(append.Number, new SyncError(SyncErrorKind.StoreFailed, "the disk is full"), _node.Wall)
                : new ReplicaInput.Committed(append.Number, _node.Wall));
        });
    }
}

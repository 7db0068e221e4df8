using ActorSync.Machines;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.States;
using ActorSync.States.Exchange;
using ActorSync.Testing.Simulations;
using ActorSync.Wire;

namespace ActorSync.Testing.Membership;

/// <summary>
/// A node of a simulated mesh: the machine of the membership over a replica of its state, interpreted as the actors do,
/// with a disk that keeps what was committed and clocks of its own.
/// </summary>
internal sealed class MeshNode
{
    private readonly MeshWorld _world;
    private readonly Simulation _simulation;
    private readonly List<StateEntry> _stored = [];
    private readonly Dictionary<MeshNode, MeshLink> _linked = [];
    private readonly Dictionary<string, int> _dialers = [];
    private readonly Dictionary<long, long> _writes = [];
    private readonly Outbox<ReplicaOutput> _replicaOut = new();
    private readonly Outbox<MembershipOutput> _membershipOut = new();
    private readonly MeshTimer _replicaTimer;
    private readonly MeshTimer _membershipTimer;
    private StateReplica? _replica;
    private MembershipMachine? _machine;
    private int _run;
    private int _dials;
    private long _tokens;

    public MeshNode(MeshWorld world, Simulation simulation, int number, IReadOnlyList<string> seeds, IReadOnlyList<string> roles)
    {
        _world = world;
        _simulation = simulation;
        Number = number;
        Endpoint = $"node-{number}:7400";
        Seeds = seeds;
        Roles = roles;
        // Ids in no order, so that each of two nodes may be the one that dials.
        Id = new NodeId(new UInt128((ulong)simulation.Random.NextInt64(), (ulong)number + 1));
        _replicaTimer = new MeshTimer(simulation, () => ClockAhead, () => Handle(new ReplicaInput.Tick(Wall)));
        _membershipTimer = new MeshTimer(simulation, () => ClockAhead, () => Handle(new MembershipInput.Tick(Wall)));
    }

    public int Number { get; }

    public NodeId Id { get; }

    public string Endpoint { get; }

    public IReadOnlyList<string> Seeds { get; }

    public IReadOnlyList<string> Roles { get; }

    public bool IsRunning { get; private set; }

    /// <summary>How far its wall clock is off.</summary>
    public TimeSpan Skew { get; set; }

    /// <summary>How far its monotonic clock has jumped.</summary>
    public TimeSpan ClockAhead { get; private set; }

    public MonotonicTime Now => _simulation.Now + ClockAhead;

    public WallTime Wall => _world.Wall(Skew);

    public MembershipView View => _machine!.View;

    public bool IsJoined => _machine?.IsJoined ?? false;

    public StateTable Table => _replica!.Table;

    public int OwedPushes => _replica!.OwedPushes;

    /// <summary>What went wrong, or what happened, for tests.</summary>
    public List<MembershipOutput> Happened { get; } = [];

    /// <summary>Whether it left, and its tombstone is durable.</summary>
    public bool HasLeft { get; private set; }

    public void Start()
    {
        _run++;
        (IsRunning, HasLeft) = (true, false);
        var (table, clock) = (new StateTable(_world.Settings.StateSettings), new HybridClock(Id, _world.Settings.StateSettings.Limits.Ahead));
        foreach (var entry in _stored)
        {
            table.Merge(entry, Id, Wall);
            clock.Observe(entry.Stamp, Wall);
        }
        var state = MembershipSettings.State;
        _replica = new StateReplica(state, Id, _world.Settings.StateSettings, table, clock, new Random(_simulation.Random.Next()), table.LatestChange);
        _machine = new MembershipMachine(Id, [Endpoint], Roles, Seeds, _world.Settings, new Random(_simulation.Random.Next()));
        Handle(new MembershipInput.Started([.. table.Entries], Wall));
    }

    /// <summary>Ends without a word; what was not committed is lost. Its peers hear that their links are gone, unless they are cut off.</summary>
    public void Crash()
    {
        IsRunning = false;
        _run++;
        _replicaTimer.Start(MonotonicTime.Never);
        _membershipTimer.Start(MonotonicTime.Never);
        _dialers.Clear();
        _writes.Clear();
        foreach (var link in _linked.Values.ToArray())
        {
            if (!link.IsCut)
                link.Break(TimeSpan.FromSeconds(0.5));
        }
        _linked.Clear();
    }

    public void Leave() => Handle(new MembershipInput.Leave(Wall));

    public void Remove(NodeId node) => Handle(new MembershipInput.Remove(node, Wall));

    /// <summary>Its disk is lost: it comes back under the same name, knowing nothing.</summary>
    public void Forget() => _stored.Clear();

    /// <summary>Its monotonic clock jumps, as after a sleep; what was to come due meanwhile is due now.</summary>
    public void JumpAhead(TimeSpan by)
    {
        ClockAhead += by;
        _replicaTimer.Arm();
        _membershipTimer.Arm();
    }

    public void OnLinked(MeshNode other)
    {
        _linked[other] = _world.LinkOf(this, other);
        TellPeers();
        Handle(new MembershipInput.Linked(other.Id, Wall));
    }

    public void OnUnlinked(MeshNode other)
    {
        if (!IsRunning || !_linked.Remove(other))
            return;
        TellPeers();
        Handle(new MembershipInput.Unlinked(other.Id, Wall));
    }

    public void OnHeard(MeshNode other) => Handle(new MembershipInput.Heard(other.Id, Now, Wall));

    public void Receive(MeshNode from, ReadOnlyMemory<byte> payload)
    {
        var message = SyncCodec.Decode(payload, WireLimits.Default).Value;
        if (SyncDispatch.DestinationOf(message.Type) == SyncDestination.Membership)
            Handle(new MembershipInput.Message(from.Id, message, Wall));
        else
            Handle(new ReplicaInput.Message(Peer(from), message, Wall));
    }

    private static StatePeer Peer(MeshNode node) => new(node.Id, 1 << 20);

    private void TellPeers() => Handle(new ReplicaInput.Peers([.. _linked.Keys.Select(Peer)], Wall));

    private void Handle(ReplicaInput input)
    {
        if (!IsRunning)
            return;
        _replica!.Handle(input, Now, _replicaOut);
        while (_replicaOut.TryTake(out var output))
        {
            switch (output)
            {
                case ReplicaOutput.Append append:
                    Commit(append);
                    break;
                case ReplicaOutput.Send send:
                    Send(send.Peer, send.Payload);
                    break;
                case ReplicaOutput.StartTimer timer:
                    _replicaTimer.Start(timer.At);
                    break;
                case ReplicaOutput.Changed changed:
                    Handle(new MembershipInput.Changed(changed.Entries, changed.Expired, Wall));
                    break;
                case ReplicaOutput.Applied applied when _writes.Remove(applied.Token, out var token):
                    Handle(new MembershipInput.Written(token, applied.Result.Error, Wall));
                    break;
            }
        }
    }

    private void Handle(MembershipInput input)
    {
        if (!IsRunning)
            return;
        _machine!.Handle(input, Now, _membershipOut);
        while (_membershipOut.TryTake(out var output))
            Do(output);
    }

    private void Do(MembershipOutput output)
    {
        switch (output)
        {
            case MembershipOutput.Write write:
                _writes.Add(++_tokens, write.Token);
                Handle(new ReplicaInput.Set(_tokens, [write.Set], Wall));
                break;
            case MembershipOutput.Connect connect:
                _dialers[connect.Endpoint] = ++_dials;
                Dial(connect.Endpoint, _dials, new Backoff(new BackoffSettings { Max = _world.DialMost }, _simulation.Random));
                break;
            case MembershipOutput.Disconnect disconnect:
                _dialers.Remove(disconnect.Endpoint);
                if (_world.NodeAt(disconnect.Endpoint) is { } other && other != this)
                    _world.LinkOf(this, other).Break(TimeSpan.FromSeconds(0.1));
                break;
            case MembershipOutput.Send send:
                Send(send.Node, send.Payload);
                break;
            case MembershipOutput.StartTimer timer:
                _membershipTimer.Start(timer.At);
                break;
            case MembershipOutput.Left:
                HasLeft = true;
                break;
            case MembershipOutput.Event or MembershipOutput.Trouble:
                Happened.Add(output);
                _world.OnHappened(this, output);
                break;
        }
    }

    private void Send(NodeId node, ReadOnlyMemory<byte> payload)
    {
        var other = _linked.Keys.FirstOrDefault(other => other.Id == node);
        if (other is null)
            return;
        _world.OnSent(this, other, payload);
        _linked[other].Send(this, payload);
    }

    // Dials until it is told to stop, and looks whether the link is there still.
    private void Dial(string endpoint, int dial, Backoff backoff)
    {
        var run = _run;
        _simulation.After(backoff.Next() + TimeSpan.FromMilliseconds(1), () =>
        {
            if (run != _run || !IsRunning || _dialers.GetValueOrDefault(endpoint) != dial)
                return;
            if (_world.NodeAt(endpoint) is { } other && other != this && _world.LinkOf(this, other).Dial())
                backoff = new Backoff(new BackoffSettings { First = TimeSpan.FromSeconds(1), Max = _world.DialMost }, _simulation.Random);
            Dial(endpoint, dial, backoff);
        });
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
                ? new ReplicaInput.CommitFailed(append.Number, new SyncError(SyncErrorKind.StoreFailed, "the disk is full"), Wall)
                : new ReplicaInput.Committed(append.Number, Wall));
        });
    }
}

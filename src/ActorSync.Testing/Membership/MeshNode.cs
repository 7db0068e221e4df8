using ActorSync.Machines;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.States;
using ActorSync.Testing.Simulations;
using ActorSync.Wire;

namespace ActorSync.Testing.Membership;

/// <summary>
/// A node of a simulated mesh: the machine of the membership over a replica of its state, another state of the application's,
/// and graphs as placement says, interpreted as the actors do, with a disk that keeps what was committed and clocks of its own.
/// </summary>
internal sealed partial class MeshNode
{
    /// <summary>The state of the applications.</summary>
    public static readonly StateName Shared = new("shared");

    private readonly MeshWorld _world;
    private readonly Simulation _simulation;
    private readonly MeshState _members;
    private readonly Dictionary<MeshNode, MeshLink> _linked = [];
    private readonly Dictionary<string, int> _dialers = [];
    private readonly Outbox<MembershipOutput> _outbox = new();
    private readonly MeshTimer _timer;
    private MembershipMachine? _machine;
    private int _run;
    private int _dials;

    public MeshNode(MeshWorld world, Simulation simulation, int number, IReadOnlyList<string> seeds, IReadOnlyList<string> roles)
    {
        _world = world;
        _simulation = simulation;
        Number = number;
        Endpoint = EndpointOf(number);
        Seeds = seeds;
        Roles = roles;
        // Ids in no order, so that each of two nodes may be the one that dials.
        Id = new NodeId(new UInt128((ulong)simulation.Random.NextInt64(), (ulong)number + 1));
        _timer = new MeshTimer(simulation, () => ClockAhead, () => Handle(new MembershipInput.Tick(Wall)));
        _forwardTimer = new MeshTimer(simulation, () => ClockAhead, OnForwardTick);
        _members = new MeshState(this, world, simulation, MembershipSettings.State, world.Settings.StateSettings)
        {
            Changed = changed => Handle(new MembershipInput.Changed(changed.Entries, changed.Expired, Wall)),
        };
        State = new MeshState(this, world, simulation, Shared, world.SharedSettings);
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

    /// <summary>What it knows of the members.</summary>
    public StateTable Table => _members.Table;

    /// <summary>The state of the applications.</summary>
    public MeshState State { get; }

    public int OwedPushes => _members.OwedPushes;

    /// <summary>What went wrong, or what happened to members.</summary>
    public List<MembershipOutput> Happened { get; } = [];

    /// <summary>Whether it left, and its tombstone is durable.</summary>
    public bool HasLeft { get; private set; }

    public static string EndpointOf(int number) => $"node-{number}:7400";

    public void Start()
    {
        _run++;
        (IsRunning, HasLeft) = (true, false);
        _members.Start();
        State.Start();
        _machine = new MembershipMachine(Id, [Endpoint], Roles, Seeds, _world.Settings, new Random(_simulation.Random.Next()));
        StartGraphs();
        Handle(new MembershipInput.Started([.. Table.Entries], Wall));
    }

    /// <summary>Ends without a word; what was not committed is lost. Its peers hear that their links are gone, late if they are cut off.</summary>
    public void Crash()
    {
        IsRunning = false;
        _run++;
        _members.Stop();
        State.Stop();
        _timer.Start(MonotonicTime.Never);
        StopGraphs();
        _dialers.Clear();
        foreach (var link in _linked.Values.ToArray())
            link.Break(link.IsCut ? _world.DeadAfter : TimeSpan.FromSeconds(0.5));
        _linked.Clear();
    }

    public void Leave() => Handle(new MembershipInput.Leave(Wall));

    public void Remove(NodeId node) => Handle(new MembershipInput.Remove(node, Wall));

    /// <summary>Its monotonic clock jumps, as after a sleep; what was to come due meanwhile is due now.</summary>
    public void JumpAhead(TimeSpan by)
    {
        ClockAhead += by;
        _members.OnJump();
        State.OnJump();
        _timer.Arm();
        JumpGraphs();
    }

    // A link in place of one whose end was not heard of is told as an end and a beginning, as by the actors of peers.
    public void OnLinked(MeshNode other)
    {
        OnUnlinked(other);
        _linked[other] = _world.LinkOf(this, other);
        _members.Link(_linked.Keys);
        State.Link(_linked.Keys);
        Handle(new MembershipInput.Linked(other.Id, Wall));
    }

    public void OnUnlinked(MeshNode other)
    {
        if (!IsRunning || !_linked.Remove(other))
            return;
        _members.Link(_linked.Keys);
        State.Link(_linked.Keys);
        Handle(new MembershipInput.Unlinked(other.Id, Wall));
        UnlinkGraphs(other);
    }

    public void OnHeard(MeshNode other)
    {
        // A planted bug: the time of day instead of a clock that never goes back.
        var at = _simulation.Bug == PlantedBug.HearsByTheTimeOfDay ? Now + Skew : Now;
        Handle(new MembershipInput.Heard(other.Id, at, Wall));
    }

    public void Receive(MeshNode from, ReadOnlyMemory<byte> payload)
    {
        var message = SyncCodec.Decode(payload, WireLimits.Default).Value;
        switch (message)
        {
            case StateMessage state:
                (state.State == Shared ? State : _members).Receive(from, message);
                break;
            case SyncFailure:
                _members.Receive(from, message);
                State.Receive(from, message);
                break;
            case MemberProbe or MemberProbed:
                Handle(new MembershipInput.Message(from.Id, message, Wall));
                break;
            default:
                ReceiveOfGraph(from, message);
                break;
        }
    }

    public void Send(NodeId node, ReadOnlyMemory<byte> payload)
    {
        var other = _linked.Keys.FirstOrDefault(other => other.Id == node);
        if (other is null)
            return;
        _world.OnSent(this, other, payload);
        _linked[other].Send(this, payload);
    }

    private void Handle(MembershipInput input)
    {
        if (!IsRunning)
            return;
        _machine!.Handle(input, Now, _outbox);
        while (_outbox.TryTake(out var output))
            Do(output);
    }

    private void Do(MembershipOutput output)
    {
        switch (output)
        {
            case MembershipOutput.Write write:
                _members.Set(write.Set, error => Handle(new MembershipInput.Written(write.Token, error, Wall)));
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
                _timer.Start(timer.At);
                break;
            case MembershipOutput.View view:
                PlaceGraphs(view.Value);
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
}

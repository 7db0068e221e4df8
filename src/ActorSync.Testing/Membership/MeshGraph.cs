using ActorSync.Graphs;
using ActorSync.Graphs.Index;
using ActorSync.Graphs.Stores;
using ActorSync.Machines;
using ActorSync.Membership;
using ActorSync.Placement;
using ActorSync.Testing.Simulations;
using ActorSync.Wire;

namespace ActorSync.Testing.Membership;

/// <summary>
/// One graph on one node: what placement makes of it, the count of the stores, and the graph's machine over a disk. How
/// commands travel is simulated elsewhere, payload by payload: here a push or a poll brings them whole, or is lost.
/// </summary>
internal sealed partial class MeshGraph : ICommandReader
{
    private readonly MeshNode _node;
    private readonly MeshWorld _world;
    private readonly Simulation _simulation;
    private readonly List<Command> _disk = [];
    private readonly HashSet<CommandId> _ids = [];
    private readonly Dictionary<long, Action<Address?, SyncError?>> _acting = [];
    private readonly Dictionary<long, Action<bool>> _receiving = [];
    private readonly Dictionary<long, Action<SyncError?>> _awaiting = [];
    private readonly Outbox<GraphOutput> _graphOut = new();
    private readonly Outbox<HoldingOutput> _holdingOut = new();
    private readonly Outbox<ReplicationOutput> _replicationOut = new();
    private readonly MeshTimer _holdingTimer;
    private readonly MeshTimer _replicationTimer;
    private GraphMachine? _machine;
    private HoldingMachine? _holding;
    private ReplicationMachine? _replication;
    private int _run;
    private int _appending;
    private long _tokens;

    public MeshGraph(MeshNode node, MeshWorld world, Simulation simulation, GraphId id)
    {
        (_node, _world, _simulation, Id) = (node, world, simulation, id);
        _holdingTimer = new MeshTimer(simulation, () => node.ClockAhead, () => Hold(new HoldingInput.Tick()));
        _replicationTimer = new MeshTimer(simulation, () => node.ClockAhead, () => Replicate(new ReplicationInput.Tick()));
    }

    public GraphId Id { get; }

    /// <summary>What is durable here.</summary>
    public IReadOnlyList<Command> Disk => _disk;

    /// <summary>Whether a command is durable here.</summary>
    public bool Holds(CommandId command) => _ids.Contains(command);

    public HoldingState State => _holding!.State;

    public bool IsServing => _machine is not null && State == HoldingState.Serving;

    /// <summary>The committed version; null when the graph is not here.</summary>
    public GraphSnapshot? Committed => _machine?.Committed;

    public ReadOnlyMemory<byte> Read(int ordinal) => _disk[ordinal].Bytes;

    public void Start()
    {
        _holding = new HoldingMachine(Id, _node.Id, _world.Rule, _world.Holding);
        _replication = new ReplicationMachine(Id, _node.Id, _world.Rule, _world.Holding);
        if (_disk.Count > 0)
            Open(isNew: false);
        PlanPoll();
    }

    public void Stop()
    {
        _run++;
        (_machine, _appending) = (null, 0);
        _acting.Clear();
        _receiving.Clear();
        _awaiting.Clear();
        _holdingTimer.Start(MonotonicTime.Never);
        _replicationTimer.Start(MonotonicTime.Never);
    }

    public void OnJump()
    {
        _holdingTimer.Arm();
        _replicationTimer.Arm();
    }

    public void Make(Command init)
    {
        if (_machine is not null)
            return;
        Write([init]);
        Open(isNew: true);
    }

    public void OnView(MembershipView view)
    {
        Replicate(new ReplicationInput.View(view));
        Hold(new HoldingInput.View(view));
    }

    public void Receive(MeshNode from, SyncMessage message)
    {
        if (message is HoldingAck ack)
            Replicate(new ReplicationInput.Message(from.Id, ack));
        Hold(new HoldingInput.Message(from.Id, message));
    }

    public void Act(byte[] payload, AckMode ack, Action<Address?, SyncError?> answer)
    {
        _acting.Add(++_tokens, (command, error) =>
        {
            if (command is not { } durable || ack == AckMode.Local)
            {
                answer(command, error);
                return;
            }
            _awaiting.Add(++_tokens, notReplicated => answer(durable, notReplicated));
            Replicate(new ReplicationInput.Await(_tokens, durable));
        });
        Run(new GraphInput.Act(_tokens, Priority.Basic(0), payload));
    }

    private void Write(IReadOnlyList<Command> commands)
    {
        _disk.AddRange(commands);
        _ids.UnionWith(commands.Select(command => command.Id));
    }

    private void Open(bool isNew)
    {
        var index = new GraphIndex();
        foreach (var command in _disk)
            _ = index.Add(command).Value;
        _machine = new GraphMachine(Id, index, this, GraphLimits.Default);
        Replicate(new ReplicationInput.Version(_machine.Committed));
        Hold(new HoldingInput.Version(_machine.Committed, isNew));
    }

    private void Run(GraphInput input)
    {
        _machine!.Handle(input, _node.Now, _graphOut);
        while (_graphOut.TryTake(out var output))
        {
            switch (output)
            {
                case GraphOutput.Append append:
                    Commit(append);
                    break;
                case GraphOutput.Changed changed:
                    OnChanged(changed.Snapshot);
                    break;
                case GraphOutput.Acted acted when _acting.Remove(acted.Token, out var answer):
                    answer(acted.Result.Error is null ? acted.Result.Value : null, acted.Result.Error);
                    break;
                case GraphOutput.Received received when _receiving.Remove(received.Token, out var taken):
                    taken(received.Result is { Error: null, Value.HasGap: false });
                    break;
            }
        }
    }

    private void Commit(GraphOutput.Append append)
    {
        var run = _run;
        _appending++;
        _simulation.After(TimeSpan.FromMilliseconds(1 + 9 * _simulation.Random.NextDouble()), () =>
        {
            if (run != _run)
                return;
            _appending--;
            var fails = append.First != _disk.Count || _world.Chance(_world.StoreFailsPercent);
            if (!fails)
                Write(append.Commands);
            Run(fails
                ? new GraphInput.CommitFailed(append.Number, new SyncError(SyncErrorKind.StoreFailed, "the disk is full"))
                : new GraphInput.Committed(append.Number));
        });
    }

    private void OnChanged(GraphSnapshot snapshot)
    {
        Replicate(new ReplicationInput.Version(snapshot));
        Hold(new HoldingInput.Version(snapshot));
        foreach (var holder in _holding!.Holders)
        {
            if (_world.NodeOf(holder) is { } other && other != _node && _node.IsLinked(other))
                Push(other, snapshot);
        }
    }

    private void Hold(HoldingInput input)
    {
        if (!_node.IsRunning)
            return;
        _holding!.Handle(input, _node.Now, _holdingOut);
        while (_holdingOut.TryTake(out var output))
        {
            switch (output)
            {
                case HoldingOutput.Poll poll:
                    Poll(poll.Node, error => Hold(new HoldingInput.PollEnded(poll.Node, error)));
                    break;
                case HoldingOutput.Send send:
                    _node.Send(send.Node, Tampered(send.Payload));
                    break;
                case HoldingOutput.Drop drop:
                    Drop(drop.Version);
                    break;
                case HoldingOutput.StartTimer timer:
                    _holdingTimer.Start(timer.At);
                    break;
            }
        }
    }

    // A planted bug: whoever is asked says that it holds everything.
    private ReadOnlyMemory<byte> Tampered(ReadOnlyMemory<byte> payload) =>
        _simulation.Bug == PlantedBug.HoldsWhateverIsAsked && SyncCodec.Decode(payload, WireLimits.Default).Value is HoldingAck ack
            ? SyncCodec.Encode(ack with { IsHolder = true, Held = [.. ack.Held.Select(_ => true)] })
            : payload;

    // It takes a while until it is known that nothing is about to be committed, and that nobody reads the graph here.
    private void Drop(GraphSnapshot version)
    {
        var run = _run;
        _simulation.After(_simulation.Draw(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(200)), () =>
        {
            if (run != _run || _machine is null)
                return;
            var isRead = _world.IsRead();
            if (isRead || _appending > 0 || !Committed!.Heads.Equals(version.Heads))
                Keep(isRead);
            else
                Delete();
        });
    }

    private void Keep(bool isRead)
    {
        Hold(new HoldingInput.Kept(isRead));
        _world.OnKept(_node, isRead);
    }

    private void Delete()
    {
        _world.OnDrop(_node, this);
        _machine = null;
        _disk.Clear();
        _ids.Clear();
        _acting.Clear();
        Hold(new HoldingInput.Dropped());
    }

    private void Replicate(ReplicationInput input)
    {
        if (!_node.IsRunning)
            return;
        _replication!.Handle(input, _node.Now, _replicationOut);
        while (_replicationOut.TryTake(out var output))
        {
            switch (output)
            {
                case ReplicationOutput.Answer answer when _awaiting.Remove(answer.Token, out var waiting):
                    if (answer.Error is null)
                        _world.OnReplicated(Id, answer.Command);
                    waiting(answer.Error);
                    break;
                case ReplicationOutput.Send send:
                    _node.Send(send.Node, send.Payload);
                    break;
                case ReplicationOutput.StartTimer timer:
                    _replicationTimer.Start(timer.At);
                    break;
            }
        }
    }
}

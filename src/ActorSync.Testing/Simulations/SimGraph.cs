using ActorSync.Graphs;
using ActorSync.Graphs.Policies;
using ActorSync.Machines;
using ActorSync.Peers;

namespace ActorSync.Testing.Simulations;

/// <summary>A node's copy of a graph: interprets a graph's machine, as its actor does, over a simulated store.</summary>
internal sealed partial class SimGraph
{
    private readonly SimNode _node;
    private readonly GraphId _graph;
    private readonly Outbox<GraphOutput> _outbox = new();
    private readonly Dictionary<long, Request> _requests = [];
    private readonly Queue<Action> _stash = new();
    private readonly SimTimer _timer;
    private GraphMachine? _machine;
    private SimStore? _store;
    private SyncError? _broken;
    private bool _isNew;
    private long _token;

    /// <summary>Opens what the store holds.</summary>
    public SimGraph(SimNode node, SimStore store)
    {
        (_node, _graph) = (node, store.Graph);
        (_timer, _idle) = (new SimTimer(node, () => Run(new GraphInput.Tick())), new SimTimer(node, OnIdle));
        Open(store);
    }

    /// <summary>Makes the store first: the init command must be durable before anything follows it.</summary>
    public SimGraph(SimNode node, GraphId graph, Command init)
    {
        (_node, _graph, _isNew) = (node, graph, true);
        (_timer, _idle) = (new SimTimer(node, () => Run(new GraphInput.Tick())), new SimTimer(node, OnIdle));
        var store = node.Disk.Make(graph, []);
        store.Append(0, [init], error => node.Do(() => OnMade(store, error)));
        node.Simulation.Watch?.OnAppend(node, graph, [init], isAction: false, 0);
    }

    public bool IsOpen => _machine is not null;

    public GraphSnapshot Committed => _machine!.Committed;

    /// <summary>The facts of the committed version.</summary>
    public Facts Facts => _machine!.Facts;

    /// <summary>Of 100 commits, how many fail.</summary>
    public int CommitFailurePercent
    {
        set => _node.Disk.Fails = () => _node.Simulation.Random.Next(100) < value;
    }

    public void Act(string payload) => Act(System.Text.Encoding.UTF8.GetBytes(payload), Priority.Basic(0), _ => { });

    public void Act(byte[] payload) => Act(payload, Priority.Basic(0), _ => { });

    public void Act(byte[] payload, Priority priority, Action<Result<Address>> answer)
    {
        WhenOpen(() =>
        {
            if (_broken is { } broken)
            {
                answer(broken);
                return;
            }
            if (_node.Simulation.Bug == PlantedBug.MergeIgnoresHead && Committed.Heads.Count > 1)
            {
                ActIgnoringAHead(payload, priority, answer);
                return;
            }
            _requests.Add(++_token, new Request(null, [], false, null, answer));
            Run(new GraphInput.Act(_token, priority, payload), isAction: true);
        });
    }

    // A planted bug: what a merge writes that leaves one of the heads out.
    private void ActIgnoringAHead(byte[] payload, Priority priority, Action<Result<Address>> answer)
    {
        var queue = new Queue<Address>(Committed.Heads.Skip(1));
        List<Command> commands = [];
        while (queue.Count > 1)
        {
            commands.Add(Command.Merge(queue.Dequeue(), queue.Dequeue()));
            queue.Enqueue(commands[^1].Address);
        }
        commands.Add(Command.Create(Prior.Single(queue.Dequeue()), priority, payload));
        var address = commands[^1].Address;
        _requests.Add(++_token, new Request(null, [], false, result => answer(result.Error is { } error ? error : address), null));
        Run(new GraphInput.Receive(_token, commands), isAction: true);
    }

    public void Receive(IReadOnlyList<Command> commands, PeerIdentity? from, Action<Result<ReceiveResult>> answer)
    {
        WhenOpen(() =>
        {
            // The batch that began the graph brought its init command, which the store has since it was made.
            var beganHere = _isNew && commands.Count > 0 && commands[0].Id == _graph.Init;
            _isNew &= !beganHere;
            if (_broken is { } broken)
            {
                _node.Post(TimeSpan.Zero, () => answer(broken));
                return;
            }
            _requests.Add(++_token, new Request(from, from is null ? [] : commands, beganHere, answer, null));
            Run(new GraphInput.Receive(_token, commands));
        });
    }

    /// <summary>Does something once the graph can be read.</summary>
    public void WhenOpen(Action action)
    {
        if (_machine is null && _broken is null)
        {
            _stash.Enqueue(action);
            return;
        }
        Wake();
        action();
        NoteUse();
    }

    private void OnMade(SimStore store, SyncError? error)
    {
        if (error is null)
        {
            Open(store);
        }
        else
        {
            // What could not be made may be tried again.
            _broken = error;
            _node.Graphs.Remove(_graph);
            _node.Disk.Stores.Remove(_graph);
        }
        while (_stash.TryDequeue(out var action))
            action();
    }

    private void Open(SimStore store)
    {
        _store = store;
        _machine = MachineOf(store);
        if (_isNew)
            Publish(_machine.Committed);
    }

    private GraphMachine MachineOf(SimStore store) =>
        GraphMachine.Open(_graph, store.Recover(), store, _node.Limits, _node.Policy, random: _node.WaitsToCollapse ? _node.Simulation.Random : null).Value;

    private void Run(GraphInput input, bool isAction = false)
    {
        _machine!.Handle(input, _node.Now, _outbox);
        while (_outbox.TryTake(out var output))
        {
            switch (output)
            {
                case GraphOutput.Append append:
                    OnAppend(append, isAction);
                    break;
                case GraphOutput.StartTimer timer:
                    _timer.Start(timer.At);
                    break;
                case GraphOutput.Changed changed:
                    Publish(changed.Snapshot);
                    break;
                case GraphOutput.Acted acted:
                    _requests.Remove(acted.Token, out var actor);
                    if (acted.Result.Error is null)
                        _node.Simulation.Watch?.OnAcknowledged(_node, _graph, acted.Result.Value.Id, "an action was answered");
                    actor!.Acted!(acted.Result);
                    break;
                case GraphOutput.Received received:
                    _requests.Remove(received.Token, out var sender);
                    Answer(sender!, received.Result);
                    break;
            }
        }
    }

    private void OnAppend(GraphOutput.Append append, bool isAction)
    {
        _node.Simulation.Watch?.OnAppend(_node, _graph, append.Commands, isAction, append.First);
        _appending++;
        var tellsEarly = _node.Simulation.Bug == PlantedBug.AcknowledgesBeforeFlush;
        _store!.Append(append.First, append.Commands, tellsEarly ? _ => { } : error => _node.Do(() => OnAppended(append, error)));
        if (tellsEarly)
            _node.Post(TimeSpan.Zero, () => OnAppended(append, null));
    }

    private void OnAppended(GraphOutput.Append append, SyncError? error)
    {
        _appending--;
        Run(FateOf(append, error));
    }

    private static GraphInput FateOf(GraphOutput.Append append, SyncError? error) =>
        error is null ? new GraphInput.Committed(append.Number) : new GraphInput.CommitFailed(append.Number, error);

    private void Publish(GraphSnapshot snapshot)
    {
        _node.Simulation.Watch?.OnChanged(_node, snapshot, Facts);
        _node.Spread?.OnChanged(snapshot);
        foreach (var peer in _node.Peers)
            peer.OnChanged(snapshot, FromPeer(peer.Identity, snapshot));
    }

    // What the peer sent and this version is the first to hold; requests whose commands are not committed yet wait.
    private List<CommandId> FromPeer(PeerIdentity peer, GraphSnapshot snapshot)
    {
        List<CommandId> heads = [];
        foreach (var request in _requests.Values)
        {
            if (request.From == peer)
                heads.AddRange(request.HeadsIn(snapshot));
        }
        return heads;
    }

    private void Answer(Request request, Result<ReceiveResult> result)
    {
        if (request.BeganGraph && result.Error is null)
            result = result.Value with { Added = result.Value.Added + 1, Known = result.Value.Known - 1 };
        if (request.From is not null && result.Error is null)
            _node.Simulation.Watch?.OnReceived(result.Value);
        _node.Post(TimeSpan.Zero, () => request.Received!(result));
        // What a commit event did not tell: that the peer holds commands which were here already.
        if (request.From is { } peer && result is { Error: null, Value.Added: 0 })
            _node.TellOf(peer, _graph, [.. request.HeadsIn(Committed)]);
    }

    private sealed record Request(
        PeerIdentity? From, IReadOnlyList<Command> Commands, bool BeganGraph, Action<Result<ReceiveResult>>? Received, Action<Result<Address>>? Acted)
    {
        // Of a batch that was kept in part, what its sender holds ends where it was cut.
        public IEnumerable<CommandId> HeadsIn(GraphSnapshot snapshot) => BatchHeads.Of(Commands.Where(command => snapshot.Contains(command.Id)));
    }
}

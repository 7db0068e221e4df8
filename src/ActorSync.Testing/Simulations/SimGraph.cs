using ActorSync.Graphs;
using ActorSync.Graphs.Index;
using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Stores;
using ActorSync.Machines;

namespace ActorSync.Testing.Simulations;

/// <summary>A node's copy of a graph: its machine over a store in memory, with a delay and failures of commits.</summary>
internal sealed class SimGraph : ICommandReader
{
    private readonly Simulation _simulation;
    private readonly List<Command> _durable;
    private readonly GraphMachine _machine;
    private readonly Outbox<GraphOutput> _outbox = new();
    private readonly Dictionary<long, Action<Result<ReceiveResult>>> _requests = [];
    private readonly List<(SimPeer From, CommandId[] Heads)> _received = [];
    private long _token;

    public SimGraph(Simulation simulation, GraphId graph, IReadOnlyList<Command> commands, GraphLimits limits, IGraphPolicy policy)
    {
        _simulation = simulation;
        _durable = [.. commands];
        var index = new GraphIndex();
        foreach (var command in commands)
            _ = index.Add(command).Value;
        _machine = GraphMachine.Open(graph, index, this, limits, policy).Value;
    }

    public TimeSpan CommitDelay { get; set; } = TimeSpan.FromMilliseconds(1);

    public int CommitFailurePercent { get; set; }

    public ReadOnlyMemory<byte> Read(int ordinal) => _durable[ordinal].Bytes;

    public GraphSnapshot Committed => _machine.Committed;

    /// <summary>The facts of the committed version.</summary>
    public Facts Facts => _machine.Facts;

    /// <summary>Hears of every commit, and of what in it came from whom.</summary>
    public Action<GraphSnapshot, IReadOnlyList<(SimPeer From, CommandId[] Heads)>> OnChanged { get; set; } = (_, _) => { };

    public void Act(string payload) => Act(System.Text.Encoding.UTF8.GetBytes(payload));

    public void Act(byte[] payload) => Run(new GraphInput.Act(++_token, Priority.Basic(0), payload));

    public void Receive(IReadOnlyList<Command> commands, SimPeer? from, Action<Result<ReceiveResult>> answer)
    {
        _requests.Add(++_token, answer);
        if (from is not null)
            _received.Add((from, [.. BatchHeads.Of(commands)]));
        Run(new GraphInput.Receive(_token, commands));
    }

    private void Run(GraphInput input)
    {
        _machine.Handle(input, _simulation.Now, _outbox);
        while (_outbox.TryTake(out var output))
        {
            switch (output)
            {
                case GraphOutput.Append append:
                    _simulation.After(CommitDelay, () => Run(Settle(append)));
                    break;
                case GraphOutput.Changed changed:
                    OnChanged(changed.Snapshot, [.. _received.Where(batch => Array.TrueForAll(batch.Heads, changed.Snapshot.Contains))]);
                    _received.RemoveAll(batch => Array.TrueForAll(batch.Heads, changed.Snapshot.Contains));
                    break;
                case GraphOutput.Received received when _requests.Remove(received.Token, out var answer):
                    answer(received.Result);
                    break;
            }
        }
    }

    private GraphInput Settle(GraphOutput.Append append)
    {
        if (append.First != _durable.Count || _simulation.Random.Next(100) < CommitFailurePercent)
            return new GraphInput.CommitFailed(append.Number, new SyncError(SyncErrorKind.StoreFailed, "the disk is full"));
        _durable.AddRange(append.Commands);
        return new GraphInput.Committed(append.Number);
    }
}

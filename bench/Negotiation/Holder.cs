using ActorSync.Graphs;
using ActorSync.Graphs.Index;
using ActorSync.Graphs.Stores;
using ActorSync.Machines;

namespace ActorSync.Bench.Negotiation;

/// <summary>One peer's graph in memory: what it holds beyond the common history is cut away again after each case.</summary>
internal sealed class Holder : ICommandReader
{
    private static readonly GraphLimits Limits = new() { Heads = GraphLimits.MostHeads };

    private readonly GraphIndex _index = new();
    private readonly List<ReadOnlyMemory<byte>> _commands = [];
    private readonly Outbox<GraphOutput> _outbox = new();
    private GraphMachine? _machine;

    public GraphSnapshot Snapshot => _machine is null ? Make().Committed : _machine.Committed;

    public int Count => _commands.Count;

    public ReadOnlyMemory<byte> Read(int ordinal) => _commands[ordinal];

    public void Add(IEnumerable<Command> commands)
    {
        foreach (var command in commands)
            Add(command);
    }

    public void Add(Command command)
    {
        _ = _index.Add(command).Value;
        _commands.Add(command.Bytes);
        _machine = null;
    }

    /// <summary>Cuts back to an older version.</summary>
    public void CutTo(int count, HeadSet heads)
    {
        _index.Cut(count, heads);
        _commands.RemoveRange(count, _commands.Count - count);
        _machine = null;
    }

    /// <summary>Commits commands of a peer, as a node does whose store never fails.</summary>
    public Result<ReceiveResult> Receive(IReadOnlyList<Command> commands)
    {
        var machine = _machine ?? Make();
        machine.Handle(new GraphInput.Receive(0, commands), MonotonicTime.Zero, _outbox);
        Result<ReceiveResult>? result = null;
        while (_outbox.TryTake(out var output))
        {
            if (output is GraphOutput.Received received)
                result = received.Result;
            if (output is not GraphOutput.Append append)
                continue;
            _commands.AddRange(append.Commands.Select(command => command.Bytes));
            machine.Handle(new GraphInput.Committed(append.Number), MonotonicTime.Zero, _outbox);
        }
        return result!.Value;
    }

    private GraphMachine Make() =>
        _machine = new GraphMachine(History.Graph, _index, this, Limits);
}

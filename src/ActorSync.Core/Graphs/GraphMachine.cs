using ActorSync.Graphs.Index;
using ActorSync.Graphs.Stores;
using ActorSync.Machines;

namespace ActorSync.Graphs;

/// <summary>
/// The writer of one graph. Commands enter its index at once, so that the next one can follow them, but nothing is
/// answered or shown before the store has committed it: <see cref="Committed"/> is the latest durable version, and all
/// that lies above it in the index is tentative. A failed append takes all with it that was begun after it.
/// <code>
/// Act, Receive ──> index (tentative) ──Append──> store ──Committed──> Changed, Acted, Received
///                                                  └────CommitFailed─> index cut, errors
/// </code>
/// </summary>
public sealed class GraphMachine : IMachine<GraphInput, GraphOutput>
{
    private readonly GraphIndex _index;
    private readonly ICommandReader _reader;
    private readonly GraphLimits _limits;
    private readonly ICommandIdentity? _identity;
    private readonly Queue<Pending> _pending = new();
    private long _appends;

    /// <param name="graph">The graph.</param>
    /// <param name="index">The index of its durable commands: from now on this machine's own.</param>
    /// <param name="reader">Reads committed commands.</param>
    /// <param name="limits">Its limits.</param>
    /// <param name="identity">How its ids are derived; null for the canonical way.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit of heads is not 1 to <see cref="GraphLimits.MostHeads"/>.</exception>
    public GraphMachine(GraphId graph, GraphIndex index, ICommandReader reader, GraphLimits limits, ICommandIdentity? identity = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.Heads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limits.Heads, GraphLimits.MostHeads);
        _index = index;
        _reader = reader;
        _limits = limits;
        _identity = identity;
        Committed = new GraphSnapshot(graph, index, index.Count, index.Heads(), reader);
    }

    /// <summary>The latest durable version.</summary>
    public GraphSnapshot Committed { get; private set; }

    public void Handle(GraphInput input, MonotonicTime now, IOutbox<GraphOutput> outbox)
    {
        switch (input)
        {
            case GraphInput.Act act:
                OnAct(act, outbox);
                break;
            case GraphInput.Receive receive:
                OnReceive(receive, outbox);
                break;
            case GraphInput.Committed committed:
                OnCommitted(committed.Append, outbox);
                break;
            case GraphInput.CommitFailed failed:
                OnCommitFailed(failed, outbox);
                break;
        }
    }

    private void OnAct(GraphInput.Act act, IOutbox<GraphOutput> outbox)
    {
        if (Refusal(act) is { } refusal)
        {
            outbox.Put(new GraphOutput.Acted(act.Token, refusal));
            return;
        }
        var first = _index.Count;
        var commands = new List<Command>(1);
        var command = Command.Create(Prior.Single(Collapse(commands)), act.Priority, act.Payload.Span, _identity);
        _ = _index.Add(command).Value;
        commands.Add(command);
        Append(first, commands, error => new GraphOutput.Acted(act.Token, error is null ? command.Address : error), outbox);
    }

    private SyncError? Refusal(GraphInput.Act act)
    {
        if (act.Priority.Kind is not (PriorityKind.Basic or PriorityKind.Finalize))
            return new SyncError(SyncErrorKind.InvalidRequest, $"an action is of basic or finalize priority, not {act.Priority}");
        if (_index.Count == 0)
            return new SyncError(SyncErrorKind.InvalidRequest, $"the graph {Committed.Graph.ToShortString()} has no init command yet; receive it first");
        return TooLarge(act.Payload.Length) ?? Overload();
    }

    private SyncError? Forbidden(Command command) => command.Prior.Kind == PriorKind.None && command.Id != Committed.Graph.Init
        ? new SyncError(SyncErrorKind.InvalidCommand, $"the init command {command.Address} is not that of the graph {Committed.Graph}")
        : TooLarge(command.Payload.Length);

    private SyncError? TooLarge(int bytes) => bytes <= _limits.CommandPayloadBytes
        ? null
        : new SyncError(SyncErrorKind.LimitExceeded, $"the payload has {bytes} bytes, a command may carry {_limits.CommandPayloadBytes}");

    private SyncError? Overload() => _index.Count - Committed.Count < _limits.PendingCommands
        ? null
        : new SyncError(SyncErrorKind.Busy, $"{_index.Count - Committed.Count} commands of the graph {Committed.Graph.ToShortString()} wait for the store; try again later");

    private void OnReceive(GraphInput.Receive receive, IOutbox<GraphOutput> outbox)
    {
        if (Overload() is { } overload)
        {
            outbox.Put(new GraphOutput.Received(receive.Token, overload));
            return;
        }
        var (first, steps) = (_index.Count, _limits.MergeSteps);
        var tally = new ReceiveTally(_index, _limits.ReportedRefusals);
        var commands = new List<Command>(receive.Commands.Count);
        foreach (var command in receive.Commands)
        {
            if (tally.Count(command, Forbidden(command) ?? _index.Add(command, ref steps).Error))
                commands.Add(command);
        }
        if (_index.HeadOrdinals.Count > _limits.Heads)
            Collapse(commands);
        Append(first, commands, error => new GraphOutput.Received(receive.Token, error is null ? tally.ToResult() : error), outbox);
    }

    // Merges the heads into one: sorted by id they form a queue, two are taken from its front, their merge is put at
    // its back, until one is left. Every peer with these heads writes the same merges.
    private Address Collapse(List<Command> commands)
    {
        if (_index.HeadOrdinals.Count == 1)
            return _index.AddressOf(_index.HeadOrdinals.First());
        var queue = new Queue<Address>(_index.Heads());
        while (queue.Count > 1)
        {
            var merge = Command.Merge(queue.Dequeue(), queue.Dequeue(), _identity);
            _ = _index.Add(merge).Value;
            commands.Add(merge);
            queue.Enqueue(merge.Address);
        }
        return queue.Dequeue();
    }

    // A batch that adds nothing is answered behind the appends before it: what it repeats may still be tentative.
    private void Append(int first, List<Command> commands, Func<SyncError?, GraphOutput> answer, IOutbox<GraphOutput> outbox)
    {
        if (commands.Count == 0 && _pending.Count == 0)
        {
            outbox.Put(answer(null));
            return;
        }
        var heads = commands.Count == 0 ? null : _index.Heads();
        _pending.Enqueue(new Pending(++_appends, _index.Count, heads, answer));
        if (heads is not null)
            outbox.Put(new GraphOutput.Append(_appends, first, commands));
    }

    private void OnCommitted(long number, IOutbox<GraphOutput> outbox)
    {
        GraphSnapshot? changed = null;
        var answers = new List<GraphOutput>();
        while (_pending.TryPeek(out var next) && (next.Number <= number || next.Heads is null))
        {
            _pending.Dequeue();
            answers.Add(next.Answer(null));
            if (next.Heads is not null)
                changed = new GraphSnapshot(Committed.Graph, _index, next.Count, next.Heads, _reader);
        }
        if (changed is not null)
            outbox.Put(new GraphOutput.Changed(Committed = changed));
        foreach (var answer in answers)
            outbox.Put(answer);
    }

    // All that was begun behind a failed append fails with it, here and in the store; those failures, heard later, are no
    // news. What was begun before it has a fate of its own, which may only not have been heard yet.
    private void OnCommitFailed(GraphInput.CommitFailed failed, IOutbox<GraphOutput> outbox)
    {
        if (_pending.All(pending => pending.Number != failed.Append))
            return;
        var lost = _pending.Where(pending => pending.Number >= failed.Append).ToArray();
        var kept = _pending.Where(pending => pending.Number < failed.Append).ToArray();
        _pending.Clear();
        foreach (var pending in kept)
            _pending.Enqueue(pending);
        var last = kept.LastOrDefault(pending => pending.Heads is not null);
        _index.Cut(last?.Count ?? Committed.Count, last?.Heads ?? Committed.Heads);
        foreach (var pending in lost)
            outbox.Put(pending.Answer(failed.Error));
    }

    /// <param name="Number">Of the append, or of the batch that added nothing.</param>
    /// <param name="Count">Commands in the graph with it.</param>
    /// <param name="Heads">The heads then; null when it adds nothing.</param>
    /// <param name="Answer">The answer to whoever asked, once its fate is known.</param>
    private sealed record Pending(long Number, int Count, HeadSet? Heads, Func<SyncError?, GraphOutput> Answer);
}

using ActorSync.Graphs.Clients;
using ActorSync.Graphs.Index;
using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Stores;
using ActorSync.Machines;

namespace ActorSync.Graphs;

/// <summary>
/// The writer of one graph. Commands enter its index at once, so that the next one can follow them, but nothing is
/// answered or shown before the store has committed it: <see cref="Committed"/> and <see cref="Facts"/> are the latest
/// durable version, and all that lies above it is tentative. A failed append takes all with it that was begun after it.
/// <code>
/// Act, Receive ──> open ──seal──> step ──Append──> store ──Committed──> Changed, Acted, Received
///                    │                               └────CommitFailed─> steps taken back, errors
///                    └ while a costly graph waits for the store, batches gather here
/// </code>
/// What is done with commands beside keeping them is the content's: <see cref="PlainContent"/>, <see cref="WovenContent"/>.
/// </summary>
public sealed class GraphMachine : IMachine<GraphInput, GraphOutput>, IFactKeeping
{
    // So far ahead of a command the memory is fetched where the index will look for it.
    private const int ExpectedAhead = 8;
    private const int ExpectedNext = 4;

    private readonly GraphIndex _index;
    private readonly ICommandReader _reader;
    private readonly GraphLimits _limits;
    private readonly IGraphContent _content;
    private readonly UnkeptCommands _unkept;
    private readonly CollapsePace _pace;
    private MonotonicTime _timer = MonotonicTime.Never;
    private MonotonicTime _now;
    private readonly Queue<Pending> _pending = new();
    private readonly List<Batch> _gathered = [];
    private long _appends;

    /// <summary>A graph of opaque commands.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="index">The index of its durable commands: from now on this machine's own.</param>
    /// <param name="reader">Reads committed commands.</param>
    /// <param name="limits">Its limits.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit of heads is not 1 to <see cref="GraphLimits.MostHeads"/>.</exception>
    public GraphMachine(GraphId graph, GraphIndex index, ICommandReader reader, GraphLimits limits)
        : this(graph, index, reader, limits, new PlainContent(index, limits))
    {
    }

    private GraphMachine(GraphId graph, GraphIndex index, ICommandReader reader, GraphLimits limits, IGraphContent content, Random? random = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.Heads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limits.Heads, GraphLimits.MostHeads);
        _index = index;
        _reader = reader;
        _limits = limits;
        _content = content;
        _pace = new CollapsePace(limits, random);
        _unkept = new UnkeptCommands(index, limits.RememberedRejections);
        Facts = content.Facts;
        Committed = new GraphSnapshot(graph, index, index.Count, index.Heads(), reader);
    }

    /// <summary>The latest durable version.</summary>
    public GraphSnapshot Committed { get; private set; }

    /// <summary>Whether there is a policy that makes facts.</summary>
    public bool HasFacts => _content is not PlainContent;

    /// <summary>The facts of the latest durable version; none of an opaque graph.</summary>
    public Facts Facts { get; private set; }

    /// <inheritdoc/>
    public bool IsSnapshotDue => Keeping is { IsSnapshotDue: true };

    /// <inheritdoc/>
    public bool IsSnapshotOverdue => Keeping is { IsSnapshotOverdue: true };

    /// <inheritdoc/>
    public bool IsLastSnapshotDue => Keeping is { IsLastSnapshotDue: true };

    // Of what the store did not commit yet a snapshot is taken as well: one that does not fit what is found is not used.
    private IFactKeeping? Keeping => _content is WovenContent { IsOpen: false } woven ? woven.Keeping : null;

    /// <inheritdoc/>
    public FactSnapshot? TakeSnapshot() => Keeping?.TakeSnapshot();

    /// <summary>
    /// A graph with its policy. Unless that is opaque, its commands are read, woven and evaluated, which takes its time:
    /// not on a thread that others wait for.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="index">The index of its durable commands: from now on this machine's own.</param>
    /// <param name="reader">Reads committed commands.</param>
    /// <param name="limits">Its limits.</param>
    /// <param name="policy">Its policy, the same at every peer.</param>
    /// <param name="facts">The snapshot of its facts, if one is kept: what it fits is not evaluated again.</param>
    /// <param name="random">Draws when to merge too many heads; null to do it at once, where no other node does.</param>
    /// <returns>The machine; PolicyFailed, or ParallelFinalize, which is final.</returns>
    /// <exception cref="SyncException">The store is damaged.</exception>
    public static Result<GraphMachine> Open(GraphId graph, GraphIndex index, ICommandReader reader, GraphLimits limits, IGraphPolicy policy, IFactStore? facts = null, Random? random = null)
    {
        if (policy is OpaquePolicy)
            return new GraphMachine(graph, index, reader, limits, new PlainContent(index, limits), random);
        var options = new GraphClientOptions { Limits = limits, RejectedIds = limits.RememberedRejections, SnapshotEvery = limits.SnapshotEvery > 0 ? limits.SnapshotEvery : null };
        return WovenContent.Open(index, reader, policy, options, facts).TryGet(out var content, out var error)
            ? new GraphMachine(graph, index, reader, limits, content, random)
            : error;
    }

    /// <summary>Why no graph can begin with this init command: Rejected, LimitExceeded, PolicyFailed. Null when one can.</summary>
    public static SyncError? WhyNotBegin(Command init, IGraphPolicy policy) =>
        Evaluator.Evaluate(policy, init, FactTree.Empty).TryGet(out var evaluated, out var error) ? evaluated.Rejection : error;

    public void Handle(GraphInput input, MonotonicTime now, IOutbox<GraphOutput> outbox)
    {
        _now = now;
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
            case GraphInput.Tick:
                OnTick(outbox);
                break;
        }
        if (_pace.DueAt == _timer)
            return;
        _timer = _pace.DueAt;
        outbox.Put(new GraphOutput.StartTimer(_timer));
    }

    // Batches that are open see to it when they are sealed.
    private void OnTick(IOutbox<GraphOutput> outbox)
    {
        if (_gathered.Count > 0 || Overload() is not null || !_pace.IsDue(_index.HeadOrdinals.Count, _now))
            return;
        _content.Collapse();
        if (_content.Seal().TryGet(out var step, out _))
            Append(step, [], outbox);
    }

    private void OnAct(GraphInput.Act act, IOutbox<GraphOutput> outbox)
    {
        if (Refusal(act) is { } refusal)
        {
            outbox.Put(new GraphOutput.Acted(act.Token, refusal));
            return;
        }
        SealGathered(outbox);
        if (!_content.Act(act.Priority, act.Payload.Span).TryGet(out var command, out var error))
            _content.Discard();
        else if (_content.Seal().TryGet(out var step, out error))
            Append(step, [why => new GraphOutput.Acted(act.Token, why is null ? command.Address : why)], outbox);
        if (error is not null)
            outbox.Put(new GraphOutput.Acted(act.Token, error));
    }

    private SyncError? Refusal(GraphInput.Act act)
    {
        if (act.Priority.Kind is not (PriorityKind.Basic or PriorityKind.Finalize))
            return new SyncError(SyncErrorKind.InvalidRequest, $"an action is of basic or finalize priority, not {act.Priority}");
        if (_index.Count == 0)
            return new SyncError(SyncErrorKind.InvalidRequest, $"the graph {Committed.Graph.ToShortString()} has no init command yet; receive it first");
        return TooLarge(act.Payload.Length) ?? Overload();
    }

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
        Gather(receive);
        if (!_content.IsCostly || _pending.Count == 0)
            SealGathered(outbox);
    }

    private void Gather(GraphInput.Receive receive)
    {
        var tally = new ReceiveTally(_index, _limits.ReportedRefusals);
        // What was decoded is an array: asked as a list it takes its time.
        var commands = receive.Commands as Command[] ?? [.. receive.Commands];
        for (var i = 0; i < commands.Length; i++)
        {
            if (i + ExpectedAhead < commands.Length)
                _index.Expect(commands[i + ExpectedAhead].Id);
            if (i + ExpectedNext < commands.Length)
                _index.ExpectNext(commands[i + ExpectedNext].Id);
            var command = commands[i];
            if (Forbidden(command) is { } forbidden)
                tally.Count(command, forbidden);
            else
                Add(command, receive.MayFinalize, tally);
        }
        if (_pace.IsDue(_index.HeadOrdinals.Count, _now))
            _content.Collapse();
        _gathered.Add(new Batch(receive, tally));
    }

    private SyncError? Forbidden(Command command) => command.PriorKind == PriorKind.None && command.Id != Committed.Graph.Init
        ? new SyncError(SyncErrorKind.InvalidCommand, $"the init command {command.Address} is not that of the graph {Committed.Graph}")
        : TooLarge(command.Payload.Length);

    // A limit exceeded here is one of what the policy may write.
    private void Add(Command command, bool mayFinalize, ReceiveTally tally)
    {
        var error = mayFinalize || command.Priority.Kind != PriorityKind.Finalize || _index.Find(command.Id, _index.Count) >= 0
            ? _content.Add(command)
            : new SyncError(SyncErrorKind.NotAllowed, $"the command {command.Address} is of finalize priority, which its sender may not give here (peers-may-finalize)");
        // Who may give what another may not can bring it, too: to them it is a gap.
        if (error is { Kind: SyncErrorKind.MissingPrior } && _unkept.TryGetFirst(command, out var first) && !(mayFinalize && first.Why.Kind == SyncErrorKind.NotAllowed))
            error = new SyncError(first.Why.Kind, $"the command {command.Address} follows one that was not let in: {first.Why.Message}");
        if (error?.Kind == SyncErrorKind.ParallelFinalize)
            _unkept.Add(command, error);
        if (error is { Kind: SyncErrorKind.Rejected or SyncErrorKind.LimitExceeded or SyncErrorKind.PolicyFailed or SyncErrorKind.NotAllowed })
            tally.Reject(command, _unkept.Add(command, error));
        else
            tally.Count(command, error);
    }

    // Batches that gathered are sealed at once. Should that fail, each has its own fate.
    private void SealGathered(IOutbox<GraphOutput> outbox)
    {
        if (_gathered.Count == 0)
            return;
        Batch[] batches = [.. _gathered];
        _gathered.Clear();
        if (!_content.IsOpen)
        {
            _content.Discard();
            AnswerInTurn([.. batches.Select(AnswerOf)], outbox);
        }
        else if (_content.Seal().TryGet(out var step, out var error))
        {
            Append(step, [.. batches.Select(AnswerOf)], outbox);
        }
        else if (batches is [var only])
        {
            outbox.Put(new GraphOutput.Received(only.Receive.Token, error));
        }
        else
        {
            foreach (var batch in batches)
            {
                Gather(batch.Receive);
                SealGathered(outbox);
            }
        }
    }

    private static Answer AnswerOf(Batch batch) => error => new GraphOutput.Received(batch.Receive.Token, error is null ? batch.Tally.ToResult() : error);

    private void Append(IGraphStep step, IReadOnlyList<Answer> answers, IOutbox<GraphOutput> outbox)
    {
        _pending.Enqueue(new Pending(++_appends, step, answers));
        outbox.Put(new GraphOutput.Append(_appends, step.First, step.Commands));
    }

    // A batch that adds nothing is answered behind the appends before it: what it repeats may still be tentative.
    private void AnswerInTurn(IReadOnlyList<Answer> answers, IOutbox<GraphOutput> outbox)
    {
        if (_pending.Count > 0)
        {
            _pending.Enqueue(new Pending(++_appends, null, answers));
            return;
        }
        foreach (var answer in answers)
            outbox.Put(answer(null));
    }

    private void OnCommitted(long number, IOutbox<GraphOutput> outbox)
    {
        IGraphStep? last = null;
        var commits = new List<GraphCommit>();
        var answers = new List<GraphOutput>();
        while (_pending.TryPeek(out var next) && (next.Number <= number || next.Step is null))
        {
            _pending.Dequeue();
            answers.AddRange(next.Answers.Select(answer => answer(null)));
            if (next.Step is not { } step)
                continue;
            last = step;
            _content.Keep(step);
            commits.Add(new GraphCommit(step.Commands, step.Heads, step.Facts, step.Effects, step.FirstChanged, step.Evaluations));
        }
        if (last is not null)
        {
            Facts = last.Facts;
            Committed = new GraphSnapshot(Committed.Graph, _index, last.First + last.Commands.Count, last.Heads, _reader);
            outbox.Put(new GraphOutput.Changed(Committed, commits));
        }
        foreach (var answer in answers)
            outbox.Put(answer);
        if (_pending.Count == 0)
            SealGathered(outbox);
    }

    // All that was begun behind a failed append fails with it, here and in the store; those failures, heard later, are no
    // news. What was begun before it has a fate of its own, which may only not have been heard yet.
    private void OnCommitFailed(GraphInput.CommitFailed failed, IOutbox<GraphOutput> outbox)
    {
        if (_pending.All(pending => pending.Number != failed.Append))
            return;
        var lost = _pending.Where(pending => pending.Number >= failed.Append).ToArray();
        var kept = _pending.Where(pending => pending.Number < failed.Append).ToArray();
        Answer[] answers = [.. lost.SelectMany(pending => pending.Answers), .. _gathered.Select(AnswerOf)];
        _pending.Clear();
        _gathered.Clear();
        foreach (var pending in kept)
            _pending.Enqueue(pending);
        _content.Discard();
        for (var i = lost.Length - 1; i >= 0; i--)
        {
            if (lost[i].Step is { } step)
                _content.TakeBack(step);
        }
        foreach (var answer in answers)
            outbox.Put(answer(failed.Error));
    }

    /// <summary>The answer to whoever asked, once the fate of what was asked is known.</summary>
    private delegate GraphOutput Answer(SyncError? error);

    /// <param name="Receive">What was received.</param>
    /// <param name="Tally">What became of it.</param>
    private sealed record Batch(GraphInput.Receive Receive, ReceiveTally Tally);

    /// <param name="Number">Of the append, or of the batches that added nothing.</param>
    /// <param name="Step">What is appended; null when that is nothing.</param>
    /// <param name="Answers">To whoever asked.</param>
    private sealed record Pending(long Number, IGraphStep? Step, IReadOnlyList<Answer> Answers);
}

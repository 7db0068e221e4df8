using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.Graphs.Subscriptions;

// What becomes of a push: it is stored and acknowledged, or the publisher is told why not.
public sealed partial class SubscriberMachine
{
    // Graphs of which the publisher pushed what is refused here: it would come again for ever.
    private readonly HashSet<GraphId> _aside = [];

    // What the publisher was told is not let in here.
    private readonly Dictionary<GraphId, HashSet<CommandId>> _rejected = [];

    private readonly GraphNumbers _numbers = new();

    // Once told, and once more with a renewal when the publisher pushes without.
    private void TellNumbers(IEnumerable<GraphId> covered, IOutbox<SubscriberOutput> outbox) =>
        Tell(covered.Where(graph => _numbers.Of(graph) is null or { IsPassedOver: true, IsUsed: false }), outbox);

    // From now on the publisher may push these graphs in short. Should the word be lost, they are pushed as before.
    private void Tell(IEnumerable<GraphId> graphs, IOutbox<SubscriberOutput> outbox)
    {
        NumberedGraph[] numbered = [.. graphs.Select(_numbers.Number)];
        foreach (var graph in numbered)
            _numbers.Of(graph.Graph)!.IsUsed = _numbers.Of(graph.Graph)!.IsPassedOver = false;
        if (numbered.Length > 0)
            outbox.Put(new SubscriberOutput.Send(SyncCodec.Encode(new NumberGraphs(_id, numbered))));
    }

    // A number that means nothing here is of the past. What is not acknowledged comes again without.
    private void OnShortPush(ShortPush push, MonotonicTime now, IOutbox<SubscriberOutput> outbox)
    {
        if (_numbers.Of(push.Number) is not { } graph)
            return;
        graph.IsUsed = true;
        OnPush(new Push(_id, graph.Graph, push.Index, push.Commands), now, outbox);
    }

    private void OnPush(Push push, MonotonicTime now, IOutbox<SubscriberOutput> outbox)
    {
        if (push.Id != _id || _state == State.Idle)
        {
            // Of this subscription only what was asked until now ends: it may be asked for again.
            var sequence = push.Id == _id ? ++_sequence : uint.MaxValue;
            outbox.Put(new SubscriberOutput.Send(SyncCodec.Encode(new Unsubscribe(push.Id, sequence, []))));
            return;
        }
        if (!_wanted.ContainsKey(push.Graph) || _aside.Contains(push.Graph))
        {
            Withdraw(push.Graph, now, outbox);
            return;
        }
        _pushes++;
        var numbered = _numbers.Of(push.Graph);
        var overhead = push.Commands.IsShort ? SyncCodec.ShortPushOverhead(numbered!.Number, push.Index) : SyncCodec.PushOverhead(push.Index);
        _bytesLeft -= overhead + push.Commands.Bytes.Length + _frameOverhead;
        outbox.Put(new SubscriberOutput.Store(push, numbered?.Before(push.Index)));
        if (numbered is not null && !push.Commands.IsShort)
            NotePassedOver(numbered, outbox);
        if (_bytesLeft < _settings.MaxBytes / 2 && _state == State.Open)
            _deadline = MonotonicTime.Zero;
    }

    // Who knew the number has given it up, and is told at once.
    private void NotePassedOver(PushedGraph graph, IOutbox<SubscriberOutput> outbox)
    {
        graph.IsPassedOver = true;
        if (graph.IsUsed)
            Tell([graph.Graph], outbox);
    }

    private void OnStored(SubscriberInput.Stored stored, MonotonicTime now, IOutbox<SubscriberOutput> outbox)
    {
        if (stored.Subscription != _id || _aside.Contains(stored.Graph))
            return;
        if (!stored.Result.TryGet(out var result, out var error))
        {
            if (IsForGood(error))
                PutAside(stored.Graph, error, now, outbox);
            else if (error.Kind == SyncErrorKind.UnknownGraph && IsGone(stored.Graph))
                LetGo(stored.Graph, now, outbox);
            else if (error.Kind == SyncErrorKind.MissingPrior)
                Repair(stored.Graph, outbox);
            return;
        }
        // Who passes a finalize command on that is parallel to another's breaks no rule.
        foreach (var refused in result.Refused.Where(refused => refused.Kind != SyncErrorKind.ParallelFinalize))
            outbox.Put(new SubscriberOutput.Fault(refused));
        if ((result.Refused.FirstOrDefault(IsForGood) ?? TellRejected(stored.Graph, result.Rejected, outbox)) is { } reason)
        {
            PutAside(stored.Graph, reason, now, outbox);
            return;
        }
        if (result.HasGap)
        {
            Repair(stored.Graph, outbox);
            return;
        }
        if (result.LeftOut > 0)
            return;
        outbox.Put(new SubscriberOutput.Send(SyncCodec.Encode(Acknowledge(stored))) { MayWait = true });
    }

    // The push stays unacknowledged; when it comes again, the poll has brought what it builds on.
    private void Repair(GraphId graph, IOutbox<SubscriberOutput> outbox)
    {
        if (_repairing.Add(graph))
            outbox.Put(new SubscriberOutput.Repair(graph));
    }

    // The heads that the publisher has just sent need no telling.
    private SyncMessage Acknowledge(SubscriberInput.Stored stored)
    {
        var numbered = _numbers.Of(stored.Graph);
        if (stored.Last is { } last)
            numbered?.NoteAcked(stored.Index, last);
        var heads = _wanted.GetValueOrDefault(stored.Graph)?.Heads;
        if (stored.IsShort && numbered is not null && heads is { Count: 1 } && heads[0] == stored.Last)
            return new ShortAck(numbered.Number, stored.Index);
        return new PushAck(
            stored.Subscription, stored.Graph, stored.Index, heads?.OrderByDescending(head => head.MaxCut).Take(WireLimits.SampleAddresses).ToArray() ?? []);
    }

    // The push that brought it is not acknowledged: without what was not let in, the publisher makes another. Should the
    // publisher not hear of it, the push comes again, and is answered again. The error says that it is too much.
    private SyncError? TellRejected(GraphId graph, IReadOnlyList<RejectedCommand> rejected, IOutbox<SubscriberOutput> outbox)
    {
        if (rejected.Count == 0)
            return null;
        if (!_rejected.TryGetValue(graph, out var told))
            _rejected.Add(graph, told = []);
        foreach (var (command, _) in rejected)
        {
            told.Add(command.Id);
            outbox.Put(new SubscriberOutput.Send(SyncCodec.Encode(new Rejected(graph, command.Id))));
        }
        return told.Count <= _settings.RejectedPerGraph ? null : rejected[0].Why;
    }

    // Sent again, it would be refused again. A damaged push, a full disk or a busy node leaves hope.
    private static bool IsForGood(SyncError error) => error.Kind is
        SyncErrorKind.LimitExceeded or SyncErrorKind.WrongMaxCut or SyncErrorKind.InvalidCommand or SyncErrorKind.Duplicate or SyncErrorKind.Rejected
        or SyncErrorKind.PolicyFailed or SyncErrorKind.ParallelFinalize;

    /// <summary>Whether a push of a graph that is not here is of one that was: not of one whose first push is still to come.</summary>
    public bool IsGone(GraphId graph) => _aside.Contains(graph) || _wanted.GetValueOrDefault(graph) is not null;

    // The publisher goes by what was here. Wanted anew, the graph is asked for from its beginning.
    private void LetGo(GraphId graph, MonotonicTime now, IOutbox<SubscriberOutput> outbox)
    {
        _wanted[graph] = null;
        _aside.Add(graph);
        Withdraw(graph, now, outbox);
    }

    // What was kept is not acknowledged: an acknowledgement says that all of the push is durable. The publisher is told
    // why, and asked to cover the graph no longer. It is asked for again on the next link, or when it is wanted anew.
    private void PutAside(GraphId graph, SyncError reason, MonotonicTime now, IOutbox<SubscriberOutput> outbox)
    {
        if (!_wanted.ContainsKey(graph))
            return;
        _aside.Add(graph);
        outbox.Put(new SubscriberOutput.Send(SyncCodec.Encode(new SyncFailure(reason.Kind, _id.Value, graph, reason.Message))));
        outbox.Put(new SubscriberOutput.Answered(new SyncError(
            reason.Kind, $"the graph {graph.ToShortString()} is not followed any more on this link, as a push of it cannot be stored: {reason.Message}")));
        Withdraw(graph, now, outbox);
    }
}

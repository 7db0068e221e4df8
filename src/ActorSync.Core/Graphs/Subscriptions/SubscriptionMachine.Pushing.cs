using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.Graphs.Subscriptions;

// The pushes of an open subscription: what goes next, within the budget and what the link takes, what is acknowledged,
// and what goes out once more.
public sealed partial class SubscriptionMachine
{
    private const int MostDoublings = 16;

    private int _maxPayloadBytes;
    private int _frameOverhead;
    private int _inLink;
    private bool _linked;

    private void OnAck(GraphId id, uint index, IReadOnlyCollection<CommandId> heads, IOutbox<SubscriptionOutput> outbox)
    {
        if ((_open ? _graphs.Attend(id) : _graphs.Former(id)) is { } graph && graph.Acknowledge(index, heads))
            TellAcked(graph, outbox);
    }

    private static void TellAcked(PublishedGraph graph, IOutbox<SubscriptionOutput> outbox) =>
        outbox.Put(new SubscriptionOutput.AckedMoved(graph.Snapshot.Graph, graph.Acked.Heads));

    private void OnLinked(SubscriptionInput.Linked linked)
    {
        (_linked, _inLink) = (true, 0);
        (_maxPayloadBytes, _frameOverhead) = (linked.MaxPayloadBytes, linked.FrameOverheadBytes);
    }

    // What the broken link had taken may be lost: it counts as not sent.
    private void OnUnlinked()
    {
        _linked = false;
        _graphs.ForgetNumbers();
        foreach (var graph in _graphs.Turns)
            graph.FallBack();
    }

    private void Retry(MonotonicTime now)
    {
        foreach (var graph in _graphs.Turns)
        {
            if (graph.UnackedPushes == 0)
                graph.RetryAt = MonotonicTime.Never;
            else if (graph.RetryAt == MonotonicTime.Never)
                graph.RetryAt = now + RetryAfter(graph);
            if (now <= graph.RetryAt)
                continue;
            // Should the subscriber not know the number any more, it is told all.
            graph.Number = null;
            graph.InVain++;
            graph.RetryAt = MonotonicTime.Never;
            graph.FallBack();
        }
    }

    private TimeSpan RetryAfter(PublishedGraph graph)
    {
        var after = _settings.RetryAfter * Math.Pow(2, Math.Min(graph.InVain, MostDoublings));
        return after < _settings.RetryAtMost ? after : _settings.RetryAtMost;
    }

    // The graphs take turns, a push each, so that a large one does not hold up the others.
    private void Pump(MonotonicTime now, IOutbox<SubscriptionOutput> outbox)
    {
        for (var idle = 0; _open && _linked && idle < _graphs.Turns.Count && _inLink < _settings.LinkWindow;)
        {
            var graph = _graphs.Turns.Next();
            idle = graph.UnackedPushes < _settings.UnackedPushes && TryPush(graph, now, outbox) ? 0 : idle + 1;
        }
        _graphs.Turns.Settle();
    }

    private bool TryPush(PublishedGraph graph, MonotonicTime now, IOutbox<SubscriptionOutput> outbox)
    {
        var catchUp = graph.Next();
        if (catchUp.IsDone)
            return false;
        var budget = _bytesLeft - _frameOverhead;
        var overhead = graph.Number is { } number ? SyncCodec.ShortPushOverhead(number, graph.NextIndex) : SyncCodec.PushOverhead(graph.NextIndex);
        var room = (int)Math.Clamp(Math.Min(_maxPayloadBytes, budget) - overhead, 0, int.MaxValue);
        if (catchUp.Batch(graph.NextForm, room, _settings.PushBytes, _limits) is not { } batch)
        {
            NothingFits(graph.Snapshot.Read(catchUp.Next.Ordinal), budget, outbox);
            return false;
        }
        var payload = Encode(graph, batch.Commands);
        _bytesLeft -= payload.Length + _frameOverhead;
        _inLink++;
        graph.NoteSent(batch);
        if (graph.RetryAt == MonotonicTime.Never)
            graph.RetryAt = now + RetryAfter(graph);
        outbox.Put(new SubscriptionOutput.Push(graph.Snapshot.Graph, payload, batch.Count));
        return true;
    }

    private ReadOnlyMemory<byte> Encode(PublishedGraph graph, CommandBlock commands) => SyncCodec.Encode(graph.Number is { } number
        ? new ShortPush(number, graph.NextIndex, commands)
        : new Push(_requests.Current!.Value, graph.Snapshot.Graph, graph.NextIndex, commands));

    private void NothingFits(Command command, long budget, IOutbox<SubscriptionOutput> outbox)
    {
        if (budget < _maxPayloadBytes)
        {
            End(SubscriptionEndReason.BudgetSpent, outbox);
            return;
        }
        outbox.Put(new SubscriptionOutput.Answer(SyncCodec.Encode(new SyncFailure(
            SyncErrorKind.CommandTooLarge,
            _requests.Current!.Value.Value,
            null,
            $"the command {command.Address} has a payload of {command.Payload.Length} bytes, a payload of this link takes {_maxPayloadBytes}"))));
        End(SubscriptionEndReason.Failed, outbox);
    }
}

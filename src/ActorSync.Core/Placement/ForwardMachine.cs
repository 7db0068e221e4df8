using ActorSync.Graphs;
using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.Placement;

/// <summary>What reaches the actions that are forwarded from here.</summary>
public abstract record ForwardInput
{
    private ForwardInput()
    {
    }

    /// <summary>An action on a graph that this node does not serve.</summary>
    /// <param name="Token">Comes back with the answer.</param>
    /// <param name="Graph">The graph.</param>
    /// <param name="Priority">Of the command: basic or finalize.</param>
    /// <param name="Ack">When it counts as done.</param>
    /// <param name="Payload">Of the command.</param>
    /// <param name="Holders">Where to try, the best first, only those that are linked: <see cref="HoldingOutput.Moved"/>.</param>
    /// <param name="Within">How long it may take.</param>
    public sealed record Act(
        long Token, GraphId Graph, Priority Priority, AckMode Ack, ReadOnlyMemory<byte> Payload, IReadOnlyList<NodeId> Holders, TimeSpan Within) : ForwardInput;

    /// <summary>An answer of a member.</summary>
    public sealed record Message(NodeId Node, ForwardResult Value) : ForwardInput;

    /// <summary>There is no link to a member any more.</summary>
    public sealed record Unlinked(NodeId Node) : ForwardInput;

    /// <summary>The timer ran out.</summary>
    public sealed record Tick : ForwardInput;
}

/// <summary>What the actions that are forwarded from here want done.</summary>
public abstract record ForwardOutput
{
    private ForwardOutput()
    {
    }

    /// <summary>Send this to a member.</summary>
    public sealed record Send(NodeId Node, ReadOnlyMemory<byte> Payload) : ForwardOutput;

    /// <summary>
    /// What became of an action. With a command and NotReplicated it is durable at a holder; Unreachable without one
    /// leaves open whether it was carried out.
    /// </summary>
    public sealed record Done(long Token, Address? Command, SyncError? Error) : ForwardOutput;

    /// <summary>Call again then, in place of any time named before.</summary>
    public sealed record StartTimer(MonotonicTime At) : ForwardOutput;
}

/// <summary>
/// Actions on graphs that other members hold. Each goes to one holder, and to the next only when that one has said that it
/// did not carry it out. To a holder that says nothing the same is sent again, which it knows by the token; one that is gone
/// leaves open whether it was carried out, and so says the answer.
/// <code>
/// Act ──> first holder ──done, refused by the graph──> Done
///             ├──NotHolder, UnknownGraph, Busy, ShuttingDown──> next holder ──none left──> Done
///             ├──silence──> the same again ──too long──> Done (Unreachable)
///             └──unlinked──> Done (Unreachable)
/// </code>
/// </summary>
public sealed class ForwardMachine(HoldingSettings settings, Random random) : IMachine<ForwardInput, ForwardOutput>
{
    private readonly SortedDictionary<ulong, Forwarded> _underway = [];
    private MonotonicTime? _timer;

    /// <summary>Actions under way.</summary>
    public int Underway => _underway.Count;

    public void Handle(ForwardInput input, MonotonicTime now, IOutbox<ForwardOutput> outbox)
    {
        switch (input)
        {
            case ForwardInput.Act act:
                OnAct(act, now, outbox);
                break;
            case ForwardInput.Message message when _underway.TryGetValue(message.Value.Token, out var forwarded) && forwarded.Holder == message.Node:
                OnResult(forwarded, message.Value, now, outbox);
                break;
            case ForwardInput.Unlinked unlinked:
                foreach (var forwarded in _underway.Values.Where(forwarded => forwarded.Holder == unlinked.Node).ToArray())
                    End(forwarded, null, Open(forwarded, "the link to it broke"), outbox);
                break;
            case ForwardInput.Tick:
                _timer = null;
                OnTick(now, outbox);
                break;
        }
        StartTimer(outbox);
    }

    private void OnAct(ForwardInput.Act act, MonotonicTime now, IOutbox<ForwardOutput> outbox)
    {
        if (act.Holders.Count == 0)
            outbox.Put(new ForwardOutput.Done(act.Token, null, new SyncError(SyncErrorKind.NotHolder, $"no holder of the graph {act.Graph.ToShortString()} can be reached from here; try again later")));
        else if (_underway.Count >= settings.ForwardedMost)
            outbox.Put(new ForwardOutput.Done(act.Token, null, new SyncError(SyncErrorKind.Busy, $"{_underway.Count} actions are being forwarded; try again later")));
        else
        {
            var forwarded = new Forwarded(act, (ulong)random.NextInt64(1, long.MaxValue), now + act.Within);
            _underway.Add(forwarded.Token, forwarded);
            Send(forwarded, now, outbox);
        }
    }

    private void Send(Forwarded forwarded, MonotonicTime now, IOutbox<ForwardOutput> outbox)
    {
        var act = forwarded.Act;
        var left = (uint)Math.Clamp((forwarded.Until - now).TotalMilliseconds, 1, uint.MaxValue);
        var message = new ForwardAction(forwarded.Token, act.Graph, act.Priority, act.Ack, left, act.Payload);
        outbox.Put(new ForwardOutput.Send(forwarded.Holder, SyncCodec.Encode(message)));
        forwarded.AgainAt = MonotonicTime.Min(forwarded.Until, now + settings.Wait(forwarded.Sent++));
    }

    private void OnResult(Forwarded forwarded, ForwardResult result, MonotonicTime now, IOutbox<ForwardOutput> outbox)
    {
        var isElsewhere = result.Command is null && result.Why is SyncErrorKind.NotHolder or SyncErrorKind.UnknownGraph or SyncErrorKind.Busy or SyncErrorKind.ShuttingDown;
        if (!isElsewhere || forwarded.Tried + 1 >= Math.Min(settings.TriesMost, forwarded.Act.Holders.Count))
        {
            End(forwarded, result.Command, result.ToError(), outbox);
            return;
        }
        (forwarded.Tried, forwarded.Sent) = (forwarded.Tried + 1, 0);
        Send(forwarded, now, outbox);
    }

    private void OnTick(MonotonicTime now, IOutbox<ForwardOutput> outbox)
    {
        foreach (var forwarded in _underway.Values.Where(forwarded => now >= forwarded.AgainAt).ToArray())
        {
            if (now >= forwarded.Until)
                End(forwarded, null, Open(forwarded, "it did not answer in time"), outbox);
            else
                Send(forwarded, now, outbox);
        }
    }

    private static SyncError Open(Forwarded forwarded, string why) => new(
        SyncErrorKind.Unreachable,
        $"the member {forwarded.Holder.ToShortString()}, which holds the graph {forwarded.Act.Graph.ToShortString()}, was given the action, and {why}: it may have been carried out; look before it is tried again");

    private void End(Forwarded forwarded, Address? command, SyncError? error, IOutbox<ForwardOutput> outbox)
    {
        _underway.Remove(forwarded.Token);
        outbox.Put(new ForwardOutput.Done(forwarded.Act.Token, command, error));
    }

    private void StartTimer(IOutbox<ForwardOutput> outbox)
    {
        var first = MonotonicTime.Never;
        foreach (var forwarded in _underway.Values)
            first = MonotonicTime.Min(first, forwarded.AgainAt);
        if (first == _timer)
            return;
        _timer = first;
        outbox.Put(new ForwardOutput.StartTimer(first));
    }

    private sealed record Forwarded(ForwardInput.Act Act, ulong Token, MonotonicTime Until)
    {
        public int Tried { get; set; }

        public int Sent { get; set; }

        public MonotonicTime AgainAt { get; set; }

        public NodeId Holder => Act.Holders[Tried];
    }
}

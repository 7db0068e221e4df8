using ActorSync.Graphs;
using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.Testing.Simulations.Invariants;

/// <summary>
/// The subscription that one peer holds at one node, kept from what both said, not from the machine: until when it is
/// open, the bytes that are left, framing included, and per graph what was pushed.
/// </summary>
internal sealed class PublisherLedger(SimPeer publisher, SimWatch watch)
{
    private readonly HashSet<GraphId> _covered = [];
    private readonly Dictionary<GraphId, CommandSet> _pushed = [];
    private Subscribe? _request;
    private SubscriptionId _id;
    private uint _sequence;
    private MonotonicTime _closeTime;
    private long _bytesLeft;
    private bool _open;

    public bool IsOpen => _open && publisher.Node.Now <= _closeTime;

    public void OnSubscribe(Subscribe request) => _request = request;

    /// <summary>True when the subscription was opened, or begun anew.</summary>
    public bool OnSubscribed(Subscribed answer)
    {
        // An answer that is repeated changes nothing, and does not open again what has ended.
        if (answer.Id == _id && answer.Sequence <= _sequence)
            return false;
        if (_request is not { } request || request.Id != answer.Id || request.Sequence != answer.Sequence)
            throw Broken($"it confirmed {answer.Id} {answer.Sequence}, which was not asked for");
        if (answer.SecondsLeft > request.RemainOpenSeconds || answer.BytesLeft > request.MaxBytes)
            throw Broken($"it granted {answer.SecondsLeft} s and {answer.BytesLeft} bytes, and was asked for {request.RemainOpenSeconds} s and {request.MaxBytes}");
        if (answer.Id != _id)
        {
            _covered.Clear();
            _pushed.Clear();
        }
        (_open, _id, _sequence) = (true, answer.Id, answer.Sequence);
        _closeTime = publisher.Node.Now + TimeSpan.FromSeconds(answer.SecondsLeft);
        _bytesLeft = (long)Math.Min(answer.BytesLeft, long.MaxValue);
        foreach (var graph in answer.Graphs.Where(graph => graph.Refused is null))
        {
            _covered.Add(graph.Graph);
            _pushed.TryAdd(graph.Graph, new CommandSet());
        }
        return true;
    }

    public void OnUnsubscribe(Unsubscribe request)
    {
        if (request.Id != _id || request.Sequence < _sequence)
            return;
        _sequence = request.Sequence;
        foreach (var graph in request.Graphs.Count == 0 ? [.. _covered] : request.Graphs)
            _covered.Remove(graph);
        _open &= _covered.Count > 0;
    }

    public void OnEnded()
    {
        _open = false;
        _covered.Clear();
    }

    public void OnPush(Push push, int bytes, IReadOnlyList<Command> commands)
    {
        if (!_open || push.Id != _id)
            throw Broken($"it pushed for {push.Id}, which is not open");
        if (publisher.Node.Now > _closeTime)
            throw Broken($"it pushed {publisher.Node.Now - _closeTime} after the subscription {push.Id} had to close");
        if (!_covered.Contains(push.Graph))
            throw Broken($"it pushed the graph {push.Graph.ToShortString()}, which the subscription {push.Id} does not cover");
        _bytesLeft -= bytes + SimLink.FrameOverhead;
        if (_bytesLeft < 0)
            throw Broken($"it pushed {-_bytesLeft} bytes more than the subscription {push.Id} had left, framing included");
        watch.RequireCausal(publisher, push.Graph, commands, _pushed[push.Graph]);
    }

    private InvariantBrokenException Broken(string what) => new($"{publisher.Node}, publisher to {publisher.Link.Other(publisher.Node)}: {what}");
}

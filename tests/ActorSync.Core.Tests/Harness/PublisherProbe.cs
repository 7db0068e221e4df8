using ActorSync.Graphs;
using ActorSync.Graphs.Subscriptions;
using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.Core.Tests.Harness;

/// <summary>A publisher's machine alone: the test plays the subscriber, the link and the clock.</summary>
internal sealed class PublisherProbe
{
    private readonly Outbox<SubscriptionOutput> _outbox = new();
    private readonly Dictionary<GraphId, List<Command>> _graphs = [];

    public PublisherProbe(SubscriptionSettings? settings = null, int maxPayloadBytes = 1 << 20, int frameOverhead = 4)
    {
        Machine = new SubscriptionMachine(settings ?? SubscriptionSettings.Default, WireLimits.Default);
        Handle(new SubscriptionInput.Linked(maxPayloadBytes, frameOverhead));
    }

    public SubscriptionMachine Machine { get; }

    public MonotonicTime Now { get; set; } = MonotonicTime.Zero + TimeSpan.FromHours(1);

    /// <summary>Whether the link takes every push at once.</summary>
    public bool LinkTakes { get; set; } = true;

    /// <summary>All payloads since the last <see cref="Take"/>.</summary>
    public List<ReadOnlyMemory<byte>> Payloads { get; } = [];

    public List<SubscriptionOutput> Outputs { get; } = [];

    /// <summary>The time that the machine asked to be called at.</summary>
    public MonotonicTime Timer { get; private set; } = MonotonicTime.Never;

    public IEnumerable<Push> Pushes => Payloads.Select(payload => SyncCodec.Decode(payload, WireLimits.Default).Value).OfType<Push>();

    /// <summary>The commands of all pushes.</summary>
    public IEnumerable<CommandId> Pushed => Pushes.SelectMany(push => push.Commands.Decode(WireLimits.Default).Value).Select(command => command.Id);

    public GraphSnapshot Has(params IReadOnlyList<Command> commands)
    {
        _graphs[new GraphId(commands[0].Id)] = [.. commands];
        return SnapshotOf(new GraphId(commands[0].Id));
    }

    public GraphSnapshot SnapshotOf(GraphId graph) => GraphMaker.SnapshotOf([.. _graphs[graph]]);

    /// <summary>Commits, and tells the machine.</summary>
    public void Commit(GraphId graph, params IReadOnlyList<Command> commands)
    {
        _graphs[graph].AddRange(commands);
        Handle(new SubscriptionInput.Changed(SnapshotOf(graph), []));
    }

    public void Subscribe(ulong id, uint sequence, uint seconds = 600, ulong bytes = 1 << 30, params IReadOnlyList<SubscribeGraph> graphs)
    {
        if (graphs.Count == 0)
            graphs = [.. _graphs.Select(pair => HoldsOf(pair.Key, pair.Value[0]))];
        var offered = graphs.Select(asked => _graphs.ContainsKey(asked.Graph)
            ? new OfferedGraph(asked.Graph, SnapshotOf(asked.Graph), null, [])
            : new OfferedGraph(asked.Graph, null, SyncErrorKind.UnknownGraph, []));
        Handle(new SubscriptionInput.Subscribe(new Subscribe(new SubscriptionId(id), sequence, seconds, bytes, graphs), [.. offered]));
    }

    /// <summary>A graph of which these are all heads.</summary>
    public static SubscribeGraph HoldsOf(GraphId graph, params Command[] heads) =>
        new(graph, new Sample(heads.Length, true, [.. heads.Select(head => head.Address)]));

    public void Unsubscribe(ulong id, uint sequence, params GraphId[] graphs) =>
        Handle(new SubscriptionInput.Unsubscribe(new Unsubscribe(new SubscriptionId(id), sequence, graphs)));

    public void Ack(Push push, params Command[] heads) =>
        Handle(new SubscriptionInput.Ack(new PushAck(push.Id, push.Graph, push.Index, [.. heads.Select(head => head.Address)])));

    public void Tick(MonotonicTime at)
    {
        Now = at;
        Handle(new SubscriptionInput.Tick());
    }

    public void Handle(SubscriptionInput input)
    {
        Machine.Handle(input, Now, _outbox);
        while (_outbox.TryTake(out var output))
        {
            Outputs.Add(output);
            if (output is SubscriptionOutput.Answer answer)
                Payloads.Add(answer.Payload);
            if (output is SubscriptionOutput.StartTimer timer)
                Timer = timer.At;
            if (output is not SubscriptionOutput.Push push)
                continue;
            Payloads.Add(push.Payload);
            if (LinkTakes)
                Machine.Handle(new SubscriptionInput.Taken(), Now, _outbox);
        }
    }

    /// <summary>The messages since the last time.</summary>
    public IReadOnlyList<SyncMessage> Take()
    {
        SyncMessage[] messages = [.. Payloads.Select(payload => SyncCodec.Decode(payload, WireLimits.Default).Value)];
        Payloads.Clear();
        return messages;
    }
}

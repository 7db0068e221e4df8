using ActorSync.Wire;

namespace ActorSync.Testing.Simulations;

/// <summary>What a network does to payloads.</summary>
internal sealed record SimFaults
{
    public static readonly SimFaults None = new();

    public static readonly SimFaults Rough = new()
    {
        LossPercent = 15,
        RepeatPercent = 10,
        Delay = TimeSpan.FromMilliseconds(1),
        Jitter = TimeSpan.FromMilliseconds(200),
    };

    public int LossPercent { get; init; }

    public int RepeatPercent { get; init; }

    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Added at random to the delay: what is sent later may come first.</summary>
    public TimeSpan Jitter { get; init; }
}

/// <summary>A payload as it was sent.</summary>
internal sealed record SentPayload(SimNode From, SyncMessage Message, int Bytes)
{
    /// <summary>The commands it carries.</summary>
    public IReadOnlyList<ActorSync.Graphs.Command> Commands => Message switch
    {
        Push push => push.Commands.Decode(WireLimits.Default).Value,
        PollResponse response => response.Commands.Decode(WireLimits.Default).Value,
        _ => [],
    };
}

/// <summary>The link of two nodes.</summary>
internal sealed class SimLink(Simulation simulation, SimNode one, SimNode other)
{
    public const int FrameOverhead = 4;

    private int _generation;

    public SimFaults Faults { get; set; } = SimFaults.None;

    public bool IsUp { get; private set; }

    public int MaxPayloadBytes { get; init; } = 1 << 20;

    /// <summary>Loses those payloads that it says true of, beside the faults.</summary>
    public Func<SentPayload, bool> Loses { get; set; } = _ => false;

    /// <summary>Everything that was sent, whatever became of it.</summary>
    public List<SentPayload> Sent { get; } = [];

    public IEnumerable<T> Messages<T>(SimNode from)
        where T : SyncMessage => Sent.Where(sent => sent.From == from).Select(sent => sent.Message).OfType<T>();

    public SimNode Other(SimNode node) => node == one ? other : one;

    public void Up()
    {
        IsUp = true;
        one.PeerAt(this).OnLinked();
        other.PeerAt(this).OnLinked();
    }

    /// <summary>Breaks it: what is under way is lost.</summary>
    public void Down()
    {
        IsUp = false;
        _generation++;
        one.PeerAt(this).OnUnlinked();
        other.PeerAt(this).OnUnlinked();
    }

    public void Send(SimNode from, ReadOnlyMemory<byte> payload, Action? taken = null)
    {
        if (!IsUp)
            return;
        var sent = new SentPayload(from, SyncCodec.Decode(payload, WireLimits.Default).Value, payload.Length);
        Sent.Add(sent);
        var generation = _generation;
        if (taken is not null)
            simulation.After(TimeSpan.FromMilliseconds(1), () => WhileUp(generation, taken));
        if (Loses(sent) || simulation.Random.Next(100) < Faults.LossPercent)
            return;
        for (var copies = simulation.Random.Next(100) < Faults.RepeatPercent ? 2 : 1; copies > 0; copies--)
            simulation.After(Faults.Delay + Faults.Jitter * simulation.Random.NextDouble(), () => WhileUp(generation, () => Other(from).PeerAt(this).Deliver(sent.Message)));
    }

    private void WhileUp(int generation, Action action)
    {
        if (generation == _generation)
            action();
    }
}

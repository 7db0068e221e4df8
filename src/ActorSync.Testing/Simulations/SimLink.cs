using ActorSync.Machines;
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

    /// <summary>Added at random to the delay.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Whether what is sent later may come first.</summary>
    public bool Reorders { get; init; } = true;
}

/// <summary>A payload that was sent: what it says in full, and the bytes and the type that it had.</summary>
internal sealed record SentPayload(SimNode From, SyncMessage Message, int Bytes, SyncType Type)
{
    /// <summary>The commands it carries.</summary>
    public IReadOnlyList<Graphs.Command> Commands => Message switch
    {
        Push push => push.Commands.Decode(WireLimits.Default).Value,
        PollResponse response => response.Commands.Decode(WireLimits.Default).Value,
        _ => [],
    };
}

/// <summary>Hears what becomes of payloads.</summary>
internal interface ISimTraffic
{
    void OnSent(SimLink link, SimNode from, SyncMessage message, int bytes);

    void OnLost();

    void OnRepeated();

    void OnOvertaken();
}

/// <summary>The link of two nodes.</summary>
internal sealed class SimLink(Simulation simulation, SimNode one, SimNode other)
{
    public const int FrameOverhead = 4;

    private readonly Direction _there = new();
    private readonly Direction _back = new();
    private readonly ShortReading _reading = new();
    private int _generation;

    public SimFaults Faults { get; set; } = SimFaults.None;

    public bool IsUp { get; private set; }

    /// <summary>When it came up last.</summary>
    public MonotonicTime UpSince { get; private set; }

    public int MaxPayloadBytes { get; init; } = 1 << 20;

    /// <summary>How fast a node hands it payloads; 0 for at once.</summary>
    public int BytesPerSecond { get; set; }

    public SimNode One => one;

    public SimNode Two => other;

    /// <summary>Loses those payloads that it says true of, beside the faults.</summary>
    public Func<SentPayload, bool> Loses { get; set; } = _ => false;

    /// <summary>Hears of all payloads; when there is nobody, <see cref="Sent"/> keeps them.</summary>
    public ISimTraffic? Traffic { get; set; }

    /// <summary>Everything that was sent, whatever became of it.</summary>
    public List<SentPayload> Sent { get; } = [];

    public IEnumerable<T> Messages<T>(SimNode from)
        where T : SyncMessage => Sent.Where(sent => sent.From == from).Select(sent => sent.Message).OfType<T>();

    public SimNode Other(SimNode node) => node == one ? other : one;

    /// <summary>Nothing that this node sends arrives.</summary>
    public void Cut(SimNode from, bool isCut) => From(from).Cuts += isCut ? 1 : -1;

    /// <summary>Whether payloads pass in both directions.</summary>
    public bool IsCut => _there.Cuts > 0 || _back.Cuts > 0;

    public void Up()
    {
        var generation = ++_generation;
        (IsUp, UpSince) = (true, simulation.Now);
        foreach (var node in Running())
            node.Do(() => WhileUp(generation, () => node.PeerAt(this).OnLinked()));
    }

    /// <summary>Breaks it: what is under way is lost.</summary>
    public void Down() => Down(() => TimeSpan.Zero);

    /// <summary>Breaks it; each side hears of that after its time.</summary>
    public void Down(Func<TimeSpan> heardAfter)
    {
        IsUp = false;
        var generation = ++_generation;
        foreach (var node in Running())
        {
            var wait = heardAfter();
            if (wait == TimeSpan.Zero)
                node.Do(Tell);
            else
                node.Post(wait, Tell);

            void Tell() => WhileUp(generation, () => node.PeerAt(this).OnUnlinked());
        }
    }

    /// <summary>Sends; the sender hears when the link has taken the payload, wherever it goes then.</summary>
    public void Send(SimNode from, ReadOnlyMemory<byte> payload, Action? taken = null)
    {
        if (!IsUp)
        {
            if (taken is not null)
                from.Post(TimeSpan.Zero, taken);
            return;
        }
        var message = SyncCodec.Decode(payload, WireLimits.Default).Value;
        var inFull = _reading.InFull(from, Other(from), message);
        if (Traffic is null)
            Sent.Add(new SentPayload(from, inFull, payload.Length, message.Type));
        Traffic?.OnSent(this, from, inFull, payload.Length);
        simulation.Watch?.OnSent(from.PeerAt(this), inFull, payload.Length);
        var direction = From(from);
        var handedOver = HandOver(direction, payload.Length);
        if (taken is not null)
            from.PostAt(handedOver, taken);
        if (direction.Cuts > 0)
            return;
        if (simulation.Random.Next(100) < Faults.LossPercent)
        {
            Traffic?.OnLost();
            return;
        }
        if (Traffic is null && Loses(Sent[^1]))
            return;
        Deliver(direction, from, message, handedOver);
        if (simulation.Random.Next(100) >= Faults.RepeatPercent)
            return;
        Traffic?.OnRepeated();
        Deliver(direction, from, message, handedOver);
    }

    private MonotonicTime HandOver(Direction direction, int bytes)
    {
        var takes = BytesPerSecond == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((double)bytes / BytesPerSecond);
        direction.FreeAt = MonotonicTime.Max(direction.FreeAt, simulation.Now) + takes;
        return direction.FreeAt + TimeSpan.FromMilliseconds(1);
    }

    private void Deliver(Direction direction, SimNode from, SyncMessage message, MonotonicTime handedOver)
    {
        var arrives = handedOver + Faults.Delay + Faults.Jitter * simulation.Random.NextDouble();
        if (arrives < direction.LastArrival)
        {
            if (Faults.Reorders)
                Traffic?.OnOvertaken();
            else
                arrives = direction.LastArrival;
        }
        direction.LastArrival = MonotonicTime.Max(direction.LastArrival, arrives);
        var (generation, to) = (_generation, Other(from));
        to.PostAt(arrives, () => WhileUp(generation, () => to.PeerAt(this).Deliver(message)));
    }

    private IEnumerable<SimNode> Running()
    {
        if (one.IsRunning)
            yield return one;
        if (other.IsRunning)
            yield return other;
    }

    private Direction From(SimNode node) => node == one ? _there : _back;

    private void WhileUp(int generation, Action action)
    {
        if (generation == _generation)
            action();
    }

    private sealed class Direction
    {
        public int Cuts { get; set; }

        public MonotonicTime FreeAt { get; set; }

        public MonotonicTime LastArrival { get; set; }
    }
}

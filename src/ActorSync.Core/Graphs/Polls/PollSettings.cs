namespace ActorSync.Graphs.Polls;

/// <summary>How polls are made and answered.</summary>
public sealed record PollSettings
{
    public static readonly PollSettings Default = new();

    /// <summary>The size that a response's payload is filled to, in bytes; a single larger command still goes whole.</summary>
    public int ResponseBytes { get; init; } = 128 << 10;

    /// <summary>Responses that may be under way, sent and not yet durable at the requester.</summary>
    public int Window { get; init; } = 16;

    /// <summary>Payloads of one session that may wait in the link's queue.</summary>
    public int LinkWindow { get; init; } = 2;

    /// <summary>A requester asks again when nothing came for so long; each time in vain doubles it, up to 8 times this.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>A requester that sees a gap in the answer asks for what is missing after so long.</summary>
    public TimeSpan GapAfter { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How often in a row a requester asks in vain before it gives up.</summary>
    public int Retries { get; init; } = 4;

    /// <summary>Commands that the requester may not let in, and that a responder leaves out of what it has left to send.</summary>
    public int Rejected { get; init; } = 64;

    /// <summary>A responder forgets a session that was silent for so long.</summary>
    public TimeSpan IdleSession { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>With so few commands to send, a sample is not narrowed further: it would cost more than it saves.</summary>
    public int WorthNarrowing { get; init; } = 100;

    /// <summary>Commands that a responder compares with what a requester told of in the last round; others count as not held there.</summary>
    public int MostCompared { get; init; } = 1 << 22;
}

namespace ActorSync.Bench.Negotiation;

/// <summary>What one method took in one case. Bytes count both ways, with the four that a link adds to each payload.</summary>
internal sealed record Measured
{
    public required string Method { get; init; }

    public required string Case { get; init; }

    public required Bar Bar { get; init; }

    /// <summary>Round trips until commands flowed, or until it was clear that none would.</summary>
    public required int TripsToPayload { get; init; }

    /// <summary>Round trips in all: requests that had to be answered before the next thing could be said.</summary>
    public required int Trips { get; init; }

    /// <summary>Bytes of all that is no block of commands.</summary>
    public required long Overhead { get; init; }

    /// <summary>Bytes of the blocks of commands.</summary>
    public required long CommandBytes { get; init; }

    public long Bytes => Overhead + CommandBytes;

    /// <summary>Commands sent, each as often as it was sent.</summary>
    public required long Sent { get; init; }

    /// <summary>Commands that the requester held already, or got twice.</summary>
    public required long InVain { get; init; }

    /// <summary>Commands in vain that the responder could have known to be: those of the history that it remembers.</summary>
    public required long KnownInVain { get; init; }

    /// <summary>What both sides computed, in milliseconds, storing and indexing the commands included.</summary>
    public required double Milliseconds { get; init; }

    public bool IsMet => Bar switch
    {
        Bar.Level => Trips == 1 && Bytes < 200 && Sent == 0,
        Bar.Behind => TripsToPayload == 1 && InVain == 0,
        Bar.BehindApart => TripsToPayload <= 2 && InVain == 0,
        Bar.Spoken => KnownInVain == 0,
        _ => TripsToPayload <= 3 && InVain <= Math.Max(100, Sent / 20),
    };
}

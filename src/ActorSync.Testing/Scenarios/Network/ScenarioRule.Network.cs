using ActorSync.Wire;

namespace ActorSync.Testing.Scenarios;

// Rules over links: nodes that run the machines of clients, and time that passes.
public abstract partial record ScenarioRule
{
    /// <summary>A rule of the simulated network.</summary>
    public abstract record Network : ScenarioRule
    {
        private protected Network()
        {
        }
    }

    /// <summary>What the client's node is set to, before its first link; null leaves the default.</summary>
    public sealed record NodeSettings(ulong Client, ulong? RemainOpenSeconds, ulong? MaxBytes, ulong? MaximumSubscriptions) : Network;

    /// <summary>Links two clients, or changes what their link does to payloads.</summary>
    public sealed record Link(ulong One, ulong Other, ulong DelayMilliseconds, ulong JitterMilliseconds, ulong LossPercent, ulong RepeatPercent, ulong MaxPayloadBytes) : Network;

    /// <summary>Breaks a link, or makes it again.</summary>
    public sealed record LinkState(ulong One, ulong Other, bool IsUp) : Network;

    public sealed record Wait(TimeSpan Time) : Network;

    /// <summary>So many clients, from this one on, subscribe.</summary>
    public sealed record Subscribe(ulong Client, ulong Clients, ulong Peer, ulong Graph) : Network;

    public sealed record Unsubscribe(ulong Client, ulong Peer, ulong Graph) : Network;

    public sealed record Poll(ulong Client, ulong Peer, ulong Graph, ulong MaxBytes) : Network;

    public sealed record Hello(ulong Client, ulong Peer, ulong Graph, TimeSpan ChangeDelay, TimeSpan Duration, TimeSpan ScheduleDelay) : Network;

    public sealed record StopHello(ulong Client, ulong Peer, ulong Graph) : Network;

    /// <summary>The next payloads of a type are lost, or arrive twice; or the link breaks with the last of them.</summary>
    public sealed record Tamper(Tampering How, ulong From, ulong To, SyncType Type, ulong Count) : Network;

    /// <summary>Payloads are counted from here on.</summary>
    public sealed record CountAnew : Network;

    public sealed record ExpectSent(ulong From, ulong To, SyncType Type, NumberRange Count, NumberRange Bytes) : Network;

    public sealed record ExpectReceived(ulong Client, ulong Graph, NumberRange Commands) : Network;

    public sealed record ExpectSubscription(ulong Client, ulong Peer, bool Open, SubscriptionEndReason? Ended, SyncErrorKind? Refused, NumberRange BytesLeft) : Network;

    public sealed record ExpectPoll(ulong Client, ulong Peer, NumberRange Polls, bool? Level, bool? Remaining, ulong? Added, SyncErrorKind? Failed) : Network;
}

/// <summary>What becomes of payloads that a rule names.</summary>
public enum Tampering
{
    Lose,
    Repeat,
    Break,
}

/// <summary>What a number must be; null is anything.</summary>
public readonly record struct NumberRange(ulong? Exactly, ulong? AtLeast, ulong? AtMost)
{
    /// <summary>Null when the number is right, else what it must be.</summary>
    public string? Differs(ulong number) =>
        Exactly is { } exact && number != exact ? $"{exact}"
        : number < AtLeast ? $"at least {AtLeast}"
        : number > AtMost ? $"at most {AtMost}"
        : null;
}

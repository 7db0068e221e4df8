using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.States.Exchange;

/// <summary>One pull of one peer, whichever way that peer is asked.</summary>
internal interface IPull : IMachine<PullInput, PullOutput>
{
    /// <summary>The pull's number.</summary>
    ExchangeId Id { get; }

    /// <summary>The largest payload that the peer takes.</summary>
    int MaxPayloadBytes { get; }

    /// <summary>When it wants a <see cref="PullInput.Tick"/>.</summary>
    MonotonicTime Deadline { get; }
}

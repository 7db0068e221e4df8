using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.Graphs.Subscriptions;

/// <summary>What the subscriber's side of a subscription wants done.</summary>
public abstract record SubscriberOutput
{
    private SubscriberOutput()
    {
    }

    public sealed record Send(ReadOnlyMemory<byte> Payload) : SubscriberOutput
    {
        /// <summary>Nobody waits for it: what is more urgent goes before it, for some milliseconds.</summary>
        public bool MayWait { get; init; }
    }

    /// <summary>
    /// Commit the commands of this push, and answer with <see cref="SubscriberInput.Stored"/>. Of a short one: with the
    /// command that its first may follow; null when that is not known.
    /// </summary>
    public sealed record Store(Push Push, Address? Follows = null) : SubscriberOutput;

    /// <summary>Priors are missing: poll the publisher for this graph.</summary>
    public sealed record Repair(GraphId Graph) : SubscriberOutput;

    /// <summary>The subscription is open, was renewed, or was refused: for logs and whoever waits.</summary>
    public sealed record Answered(SyncError? Error) : SubscriberOutput;

    /// <summary>The publisher broke a rule.</summary>
    public sealed record Fault(SyncError Error) : SubscriberOutput;

    /// <summary>Call again then, in place of any time named before.</summary>
    public sealed record StartTimer(MonotonicTime At) : SubscriberOutput;
}

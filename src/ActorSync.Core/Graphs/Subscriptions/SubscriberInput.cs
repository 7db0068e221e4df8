using ActorSync.Wire;

namespace ActorSync.Graphs.Subscriptions;

/// <summary>What reaches the subscriber's side of a subscription.</summary>
public abstract record SubscriberInput
{
    private SubscriberInput()
    {
    }

    /// <summary>Subscribe to this graph as well; the snapshot is null when nothing of it is here yet.</summary>
    public sealed record Want(GraphId Graph, GraphSnapshot? Snapshot) : SubscriberInput;

    /// <summary>Subscribe to this graph no longer.</summary>
    public sealed record Unwant(GraphId Graph) : SubscriberInput;

    /// <summary>A graph has a new version here.</summary>
    public sealed record Changed(GraphSnapshot Snapshot) : SubscriberInput;

    /// <summary>A message of the publisher: Subscribed, MaximumSubscriptionsExceeded, Unsubscribed, Push, SubscriptionEnded or a failure.</summary>
    public sealed record Message(SyncMessage Value) : SubscriberInput;

    /// <summary>The commands of a push are durable, as far as they were kept; or could not be decoded, or stored.</summary>
    /// <param name="Graph">The graph.</param>
    /// <param name="Subscription">The subscription.</param>
    /// <param name="Index">The push.</param>
    /// <param name="Result">What became of its commands.</param>
    /// <param name="Last">The last of them; null when they could not be decoded.</param>
    /// <param name="IsShort">Whether it was a short push.</param>
    public sealed record Stored(
        GraphId Graph, SubscriptionId Subscription, uint Index, Result<ReceiveResult> Result, Address? Last = null, bool IsShort = false) : SubscriberInput;

    /// <summary>The poll that repairs a gap has ended.</summary>
    public sealed record Repaired(GraphId Graph) : SubscriberInput;

    /// <summary>
    /// There is a link, with that limit of a payload, at least <see cref="WireLimits.SmallestPayloadBytes"/>, and that
    /// cost of framing one, in bytes.
    /// </summary>
    public sealed record Linked(int MaxPayloadBytes = int.MaxValue, int FrameOverheadBytes = 0) : SubscriberInput;

    public sealed record Unlinked : SubscriberInput;

    /// <summary>The node is shutting down: the publisher is told, so that it keeps no place.</summary>
    public sealed record Stop : SubscriberInput;

    /// <summary>The timer ran out.</summary>
    public sealed record Tick : SubscriberInput;
}

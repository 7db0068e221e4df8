using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.Graphs.Subscriptions;

/// <summary>What the publisher's side of a subscription wants done.</summary>
public abstract record SubscriptionOutput
{
    private SubscriptionOutput()
    {
    }

    /// <summary>Send this answer.</summary>
    public sealed record Answer(ReadOnlyMemory<byte> Payload) : SubscriptionOutput;

    /// <summary>Send this push; <see cref="SubscriptionInput.Taken"/> says when the link has it.</summary>
    public sealed record Push(GraphId Graph, ReadOnlyMemory<byte> Payload, int Commands) : SubscriptionOutput;

    /// <summary>The subscriber's acknowledged heads of a graph moved.</summary>
    public sealed record AckedMoved(GraphId Graph, IReadOnlyList<Address> Heads) : SubscriptionOutput;

    /// <summary>The graph is no longer covered.</summary>
    public sealed record Unfollow(GraphId Graph) : SubscriptionOutput;

    /// <summary>Call again then, in place of any time named before.</summary>
    public sealed record StartTimer(MonotonicTime At) : SubscriptionOutput;

    /// <summary>The subscription is over, or was never opened; its place is free.</summary>
    public sealed record Ended(SubscriptionEndReason Reason) : SubscriptionOutput;
}

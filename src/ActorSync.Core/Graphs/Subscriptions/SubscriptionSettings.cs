namespace ActorSync.Graphs.Subscriptions;

/// <summary>How subscriptions are served and held.</summary>
public sealed record SubscriptionSettings
{
    public static readonly SubscriptionSettings Default = new();

    /// <summary>The size that a push's payload is filled to, in bytes; a single larger command still goes whole.</summary>
    public int PushBytes { get; init; } = 128 << 10;

    /// <summary>Pushes of one graph that may be sent and not yet acknowledged.</summary>
    public int UnackedPushes { get; init; } = 16;

    /// <summary>Pushes of one subscription that may wait in the link's queue.</summary>
    public int LinkWindow { get; init; } = 2;

    /// <summary>What stays unacknowledged so long is sent again; each time in vain doubles it.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest that the doubling grows to.</summary>
    public TimeSpan RetryAtMost { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest that a subscription is kept open on one request.</summary>
    public TimeSpan RemainOpenAtMost { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Graphs that one subscription may cover.</summary>
    public int GraphsPerSubscription { get; init; } = 1024;

    /// <summary>
    /// Commands of one graph that the subscriber may not let in, as its policy rejects them, and that are left out with
    /// what follows them. With more than these the graph is not kept in step.
    /// </summary>
    public int RejectedPerGraph { get; init; } = 64;

    /// <summary>As subscriber: how long to ask the publisher to keep the subscription open.</summary>
    public TimeSpan RemainOpen { get; init; } = TimeSpan.FromHours(4);

    /// <summary>As subscriber: how many bytes to ask for.</summary>
    public long MaxBytes { get; init; } = 1L << 30;
}

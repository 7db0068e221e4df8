using ActorSync.Graphs;

namespace ActorSync.Wire;

/// <summary>One payload, decoded. Every message carries what is needed to understand it alone.</summary>
public abstract record SyncMessage(SyncType Type);

/// <summary>The number of a poll session, drawn by the requester; unique between two nodes.</summary>
public readonly record struct SessionId(ulong Value)
{
    public override string ToString() => Value.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>The number of a subscription, drawn by the subscriber; unique between two nodes.</summary>
public readonly record struct SubscriptionId(ulong Value)
{
    public override string ToString() => Value.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>
/// Some of the commands that a node holds, by which its peer finds what the node lacks. The heads come first.
/// </summary>
/// <param name="HeadCount">How many of the addresses are heads: at most as many as there are addresses.</param>
/// <param name="AllHeads">Whether those are all heads of the graph.</param>
/// <param name="Addresses">At most <see cref="WireLimits.SampleAddresses"/>.</param>
public sealed record Sample(int HeadCount, bool AllHeads, IReadOnlyList<Address> Addresses)
{
    public static readonly Sample Empty = new(0, false, []);
}

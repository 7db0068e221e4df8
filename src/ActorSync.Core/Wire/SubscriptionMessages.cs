using ActorSync.Graphs;

namespace ActorSync.Wire;

/// <summary>
/// Opens a subscription, or changes the one that is open: close time and bytes are set anew, the graphs are added.
/// Answered by <see cref="Subscribed"/>, <see cref="MaximumSubscriptionsExceeded"/> or <see cref="SyncFailure"/>.
/// </summary>
/// <param name="Id">The subscription.</param>
/// <param name="Sequence">Grows with every request of the subscription; the same again changes nothing, an older one is ignored.</param>
/// <param name="RemainOpenSeconds">How long the subscription is to stay open from now.</param>
/// <param name="MaxBytes">The most bytes, framing included, that may be pushed from now on.</param>
/// <param name="Graphs">The graphs, at most <see cref="WireLimits.GraphsPerSubscribe"/>.</param>
public sealed record Subscribe(SubscriptionId Id, uint Sequence, uint RemainOpenSeconds, ulong MaxBytes, IReadOnlyList<SubscribeGraph> Graphs)
    : SyncMessage(SyncType.Subscribe);

/// <summary>A graph to subscribe to, and some of what the subscriber holds of it.</summary>
public sealed record SubscribeGraph(GraphId Graph, Sample Sample);

/// <summary>The subscription is open.</summary>
/// <param name="Id">The subscription.</param>
/// <param name="Sequence">The request that this answers.</param>
/// <param name="SecondsLeft">Whole seconds until it closes, at the time of that request.</param>
/// <param name="BytesLeft">Bytes that may be pushed, at the time of that request.</param>
/// <param name="Graphs">What became of each graph of that request, in its order.</param>
public sealed record Subscribed(SubscriptionId Id, uint Sequence, uint SecondsLeft, ulong BytesLeft, IReadOnlyList<SubscribedGraph> Graphs)
    : SyncMessage(SyncType.Subscribed);

/// <summary>What became of one graph of a <see cref="Subscribe"/>.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Refused">Null when it is covered; else UnknownGraph, NotAllowed, LimitExceeded when the subscription covers as many as it may, or what kept the graph from being fetched from those who hold it: Busy, Unreachable.</param>
/// <param name="Known">For each address of the sample, whether the publisher holds it; none when refused.</param>
public sealed record SubscribedGraph(GraphId Graph, SyncErrorKind? Refused, IReadOnlyList<bool> Known);

/// <summary>The node has as many open subscriptions as it may have; the request was ignored.</summary>
public sealed record MaximumSubscriptionsExceeded(SubscriptionId Id, uint Sequence, uint Limit) : SyncMessage(SyncType.MaximumSubscriptionsExceeded);

/// <summary>Takes graphs out of a subscription; none named means all, which ends it.</summary>
/// <param name="Id">The subscription.</param>
/// <param name="Sequence">As in <see cref="Subscribe"/>: of the same counter.</param>
/// <param name="Graphs">The graphs, at most <see cref="WireLimits.GraphsPerSubscribe"/>.</param>
public sealed record Unsubscribe(SubscriptionId Id, uint Sequence, IReadOnlyList<GraphId> Graphs) : SyncMessage(SyncType.Unsubscribe);

/// <summary>What was asked is so now: also when there was no such subscription.</summary>
public sealed record Unsubscribed(SubscriptionId Id, uint Sequence) : SyncMessage(SyncType.Unsubscribed);

/// <summary>Commands that the subscriber is not known to hold.</summary>
/// <param name="Id">The subscription.</param>
/// <param name="Graph">The graph.</param>
/// <param name="Index">The number of the push among those of the graph in this subscription, from 0; a push sent again has a new one.</param>
/// <param name="Commands">The commands, priors first.</param>
public sealed record Push(SubscriptionId Id, GraphId Graph, uint Index, CommandBlock Commands) : SyncMessage(SyncType.Push);

/// <summary>The commands of a push are durable at the subscriber.</summary>
/// <param name="Id">The subscription.</param>
/// <param name="Graph">The graph.</param>
/// <param name="Index">The push.</param>
/// <param name="Heads">The subscriber's durable heads, at most <see cref="WireLimits.SampleAddresses"/>; the publisher ignores those it does not hold.</param>
public sealed record PushAck(SubscriptionId Id, GraphId Graph, uint Index, IReadOnlyList<Address> Heads) : SyncMessage(SyncType.PushAck);

/// <summary>
/// From the subscriber: what it will understand by these numbers, on this link and from now on. Whoever does not know
/// the message, or did not get it, pushes without.
/// </summary>
/// <param name="Id">The subscription.</param>
/// <param name="Graphs">Graphs of it, at most <see cref="WireLimits.GraphsPerSubscribe"/>.</param>
public sealed record NumberGraphs(SubscriptionId Id, IReadOnlyList<NumberedGraph> Graphs) : SyncMessage(SyncType.NumberGraphs);

/// <summary>A graph of a subscription, and its number: never 0, and never another's as long as the subscriber runs.</summary>
public readonly record struct NumberedGraph(GraphId Graph, uint Number);

/// <summary>A <see cref="Push"/> of a graph that has a number, with a short block.</summary>
/// <param name="Number">The number of the subscription and the graph.</param>
/// <param name="Index">As in <see cref="Push"/>: of the same counter.</param>
/// <param name="Commands">The commands, priors first.</param>
public sealed record ShortPush(uint Number, uint Index, CommandBlock Commands) : SyncMessage(SyncType.ShortPush);

/// <summary>The commands of a <see cref="ShortPush"/> are durable at the subscriber, and the last of them is its only head.</summary>
/// <param name="Number">The number of the subscription and the graph.</param>
/// <param name="Index">The push.</param>
public sealed record ShortAck(uint Number, uint Index) : SyncMessage(SyncType.ShortAck);

/// <summary>The subscription is over; nothing more is pushed.</summary>
public sealed record SubscriptionEnded(SubscriptionId Id, SubscriptionEndReason Reason) : SyncMessage(SyncType.SubscriptionEnded);

/// <summary>Why a subscription ended. The numbers are on the wire.</summary>
public enum SubscriptionEndReason : byte
{
    Expired = 1,
    BudgetSpent = 2,
    Unsubscribed = 3,
    ShuttingDown = 4,
    Replaced = 5,
    GraphRemoved = 6,
    Failed = 7,
}

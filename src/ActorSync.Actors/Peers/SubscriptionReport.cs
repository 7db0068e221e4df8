using ActorSync.Machines;

namespace ActorSync.Actors;

/// <summary>What one of the two subscriptions with a peer says of itself; null when it is not open.</summary>
internal sealed record SubscriptionReport(SubscriptionStatus? Status)
{
    public sealed record Get : ILocalMessage
    {
        public static readonly Get Instance = new();
    }

    public static SubscriptionReport Of(IEnumerable<ActorSync.Graphs.GraphId> graphs, MonotonicTime closeTime, MonotonicTime now, long bytesLeft, int unackedPushes)
    {
        var secondsLeft = Math.Max(0, (long)(closeTime - now).TotalSeconds);
        return new SubscriptionReport(new SubscriptionStatus([.. graphs.Select(graph => graph.ToString())], secondsLeft, bytesLeft, unackedPushes));
    }
}

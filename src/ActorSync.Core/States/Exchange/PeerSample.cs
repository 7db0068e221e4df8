using ActorSync.Peers;

namespace ActorSync.States.Exchange;

/// <summary>A peer that can be reached now.</summary>
/// <param name="Node">Who.</param>
/// <param name="MaxPayloadBytes">The largest payload that its link takes.</param>
/// <param name="IsPlain">Whether it speaks no digests: it is handed entries, and asked for all it holds.</param>
public readonly record struct StatePeer(NodeId Node, int MaxPayloadBytes, bool IsPlain = false);

/// <summary>Draws peers without replacement: each set of that size as likely as any other.</summary>
public static class PeerSample
{
    /// <param name="peers">The peers to draw from.</param>
    /// <param name="count">How many; all of them when there are no more.</param>
    /// <param name="random">The source.</param>
    public static IReadOnlyList<StatePeer> Draw(IReadOnlyList<StatePeer> peers, int count, Random random)
    {
        var left = peers.ToArray();
        count = Math.Min(count, left.Length);
        for (var i = 0; i < count; i++)
        {
            var drawn = random.Next(i, left.Length);
            (left[i], left[drawn]) = (left[drawn], left[i]);
        }
        return left[..count];
    }
}

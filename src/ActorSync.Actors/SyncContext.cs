using ActorSync.Graphs.Stores;
using ActorSync.Peers;
using Akka.Actor;

namespace ActorSync.Actors;

/// <summary>What the actors of one node share.</summary>
/// <param name="Self">The node.</param>
/// <param name="Router">Its router.</param>
/// <param name="Store">Its store.</param>
/// <param name="Settings">Its settings.</param>
/// <param name="Errors">Counts the errors that were seen.</param>
/// <param name="Random">Draws the numbers of sessions and subscriptions; safe from any thread.</param>
public sealed record SyncContext(PeerIdentity Self, IActorRef Router, INodeStore Store, SyncSettings Settings, ErrorCounts Errors, Random Random)
{
    /// <summary>The graphs that are open; without any, all goes through the router.</summary>
    public OpenGraphs Open { get; init; } = new();

    /// <summary>What happens at the node, for those of its actors that want to hear of it.</summary>
    public NodeEvents Events { get; init; } = new();
}

/// <summary>How often each kind of error was seen. Safe from any thread.</summary>
public sealed class ErrorCounts
{
    private readonly long[] _counts = new long[(int)Enum.GetValues<SyncErrorKind>().Max() + 1];
    private long _others;

    /// <summary>Counts an error; kinds that only a newer peer knows are counted together.</summary>
    public void Count(SyncErrorKind kind)
    {
        if (Enum.IsDefined(kind))
            Interlocked.Increment(ref _counts[(int)kind]);
        else
            Interlocked.Increment(ref _others);
    }

    /// <summary>The kinds that were seen, and how often.</summary>
    public IReadOnlyDictionary<string, long> ToDictionary()
    {
        var seen = new Dictionary<string, long>();
        foreach (var kind in Enum.GetValues<SyncErrorKind>())
        {
            if (Volatile.Read(ref _counts[(int)kind]) is > 0 and var count)
                seen.Add(kind.ToString(), count);
        }
        if (Volatile.Read(ref _others) is > 0 and var others)
            seen.Add("Other", others);
        return seen;
    }
}

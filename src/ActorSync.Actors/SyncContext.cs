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
public sealed record SyncContext(PeerIdentity Self, IActorRef Router, INodeStore Store, SyncSettings Settings, ErrorCounts Errors, Random Random);

/// <summary>How often each kind of error was seen. Safe from any thread.</summary>
public sealed class ErrorCounts
{
    private readonly long[] _counts = new long[64];

    public void Count(SyncErrorKind kind) => Interlocked.Increment(ref _counts[(int)kind]);

    /// <summary>The kinds that were seen, and how often.</summary>
    public IReadOnlyDictionary<string, long> ToDictionary() =>
        Enum.GetValues<SyncErrorKind>().Where(kind => _counts[(int)kind] > 0).ToDictionary(kind => kind.ToString(), kind => Volatile.Read(ref _counts[(int)kind]));
}

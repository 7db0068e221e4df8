using ActorSync.States;
using ActorSync.States.Stores;
using ActorSync.Wire;

namespace ActorSync.Actors;

// What it is told and what it says.
public sealed partial class StateActor
{
    /// <summary>Write: all of these or none. Answered by <see cref="Applied"/> when they are durable.</summary>
    public sealed record Set(IReadOnlyList<StateSet> Sets);

    /// <summary>What became of a <see cref="Set"/>.</summary>
    public sealed record Applied(Result<StateSetResult> Result);

    /// <summary>Answered by <see cref="Value"/>.</summary>
    public sealed record Get(string Key);

    /// <summary>The entry of a key; null when it has none, or none that counts.</summary>
    public sealed record Value(Result<StateEntry?> Entry);

    /// <summary>Answered by <see cref="Content"/>.</summary>
    public sealed record GetContent
    {
        public static readonly GetContent Instance = new();
    }

    /// <summary>All entries that have a value now, and the version of them and the tombstones.</summary>
    public sealed record Content(Result<IReadOnlyList<StateEntry>> Entries, StateVersion Version);

    /// <summary>Answered by <see cref="Report"/>.</summary>
    public sealed record GetReport
    {
        public static readonly GetReport Instance = new();
    }

    /// <summary>How the state stands, in counts since the actor began.</summary>
    /// <param name="Name">The state.</param>
    /// <param name="Error">Why it cannot be used; null when it can.</param>
    /// <param name="Version">Its version.</param>
    /// <param name="Keys">Keys, tombstones included.</param>
    /// <param name="Tombstones">Tombstones.</param>
    /// <param name="Bytes">Bytes of all entries, as they are on the wire.</param>
    /// <param name="Peers">Peers that can be reached and share it.</param>
    /// <param name="OwedPushes">Peers that are owed a push.</param>
    /// <param name="Pulls">Pulls that ended well.</param>
    /// <param name="LevelPulls">Those that found nothing different.</param>
    /// <param name="Failures">Pulls and pushes that failed, and entries that were refused.</param>
    /// <param name="BytesSent">Bytes of payloads that were sent.</param>
    public sealed record Report(
        StateName Name, SyncError? Error, StateVersion Version, int Keys, int Tombstones, long Bytes, int Peers, int OwedPushes, long Pulls, long LevelPulls, long Failures, long BytesSent);

    /// <summary>Be told of every change: <see cref="Changed"/>.</summary>
    public sealed record Follow
    {
        public static readonly Follow Instance = new();
    }

    public sealed record Unfollow
    {
        public static readonly Unfollow Instance = new();
    }

    /// <summary>The change event: entries that are held now, deletions included, and entries that expired.</summary>
    public sealed record Changed(StateName Name, IReadOnlyList<StateEntry> Entries, IReadOnlyList<StateEntry> Expired);

    /// <summary>A message of a peer, of this state. The peer's actor is told when it was handled.</summary>
    public sealed record FromPeer(PeerRef Peer, StateMessage Message);

    /// <summary>A failure that a peer told, perhaps of this state.</summary>
    public sealed record PeerFailed(PeerRef Peer, SyncFailure Failure);

    /// <summary>The peers that are linked.</summary>
    public sealed record Linked(IReadOnlyCollection<PeerRef> Peers);

    /// <summary>To the router: it has begun, or begun anew, and does not know who is linked.</summary>
    public sealed record Began
    {
        public static readonly Began Instance = new();
    }

    /// <summary>Finish what is under way, close the store and stop.</summary>
    public sealed record Close
    {
        public static readonly Close Instance = new();
    }

    private sealed record Opened(Result<OpenedState> Result);

    private sealed record AppendEnded(long Number, SyncError? Error);

    private sealed record StoreClosed
    {
        public static readonly StoreClosed Instance = new();
    }
}

using ActorSync.Peers;
using ActorSync.States;
using ActorSync.States.Exchange;
using ActorSync.States.Stores;
using ActorSync.Wire;

namespace ActorSync.Actors;

// What it is told and what it says.
public sealed partial class StateActor
{
    /// <summary>Write: all of these or none. Answered by <see cref="Applied"/> when they are durable.</summary>
    public sealed record Set(IReadOnlyList<StateSet> Sets, bool AllWin = false) : ILocalMessage;

    /// <summary>What became of a <see cref="Set"/>.</summary>
    public sealed record Applied(Result<StateSetResult> Result) : ILocalMessage;

    /// <summary>Answered by <see cref="Value"/>.</summary>
    public sealed record Get(string Key) : ILocalMessage;

    /// <summary>The entry of a key; null when it has none, or none that counts.</summary>
    public sealed record Value(Result<StateEntry?> Entry) : ILocalMessage;

    /// <summary>Entries of a peer that is not linked: all of them or none. Answered by <see cref="Taken"/> when they are durable.</summary>
    /// <param name="Source">Who sends them; they are not handed back there.</param>
    /// <param name="Entries">The entries.</param>
    public sealed record Take(NodeId Source, IReadOnlyList<StateEntry> Entries) : ILocalMessage;

    /// <summary>What became of a <see cref="Take"/>, and the version with it.</summary>
    public sealed record Taken(Result<StateReceiveResult> Result) : ILocalMessage;

    /// <summary>Answered by <see cref="Content"/>.</summary>
    /// <param name="IsWhole">Whether tombstones belong to it: what another node must know.</param>
    /// <param name="Unless">Of this version nothing is wanted: the answer has it, and no entries.</param>
    public sealed record GetContent(bool IsWhole = false, StateVersion? Unless = null) : ILocalMessage;

    /// <summary>Entries of a moment: those that have a value, or all. The version is that of all of them.</summary>
    public sealed record Content(Result<IReadOnlyList<StateEntry>> Entries, StateVersion Version) : ILocalMessage;

    /// <summary>Answered by <see cref="Status"/>.</summary>
    public sealed record GetStatus : ILocalMessage
    {
        public static readonly GetStatus Instance = new();
    }

    public sealed record Status(StateStatus Now) : ILocalMessage;

    /// <summary>Bytes that went over ways that it does not see.</summary>
    public sealed record Traffic(long BytesReceived, long BytesSent) : ILocalMessage;

    /// <summary>Be told what there is, by a <see cref="Content"/>, and then of every change: <see cref="Changed"/>. Again: what there is now.</summary>
    public sealed record Follow : ILocalMessage
    {
        public static readonly Follow Instance = new();
    }

    public sealed record Unfollow : ILocalMessage
    {
        public static readonly Unfollow Instance = new();
    }

    /// <summary>The change event: entries that are held now, deletions included, and entries that expired.</summary>
    public sealed record Changed(StateName Name, IReadOnlyList<StateEntry> Entries, IReadOnlyList<StateEntry> Expired, StateVersion Version) : ILocalMessage;

    /// <summary>A message of a peer, of this state. The peer's actor is told when it was handled.</summary>
    public sealed record FromPeer(PeerRef Peer, StateMessage Message, int Bytes = 0) : ILocalMessage;

    /// <summary>A failure that a peer told, perhaps of this state.</summary>
    public sealed record PeerFailed(PeerRef Peer, SyncFailure Failure) : ILocalMessage;

    /// <summary>The peers that are linked.</summary>
    public sealed record Linked(IReadOnlyCollection<PeerRef> Peers) : ILocalMessage;

    /// <summary>The plain peers are now these.</summary>
    public sealed record UsePlain(IReadOnlyCollection<IPlainPeer> Peers) : ILocalMessage;

    /// <summary>To the router: it has begun, or begun anew, and does not know who is linked.</summary>
    public sealed record Began : ILocalMessage
    {
        public static readonly Began Instance = new();
    }

    /// <summary>Finish what is under way, close the store and stop.</summary>
    public sealed record Close : ILocalMessage
    {
        public static readonly Close Instance = new();
    }

    private sealed record Handed(NodeId Peer, StatePush Push, Result<StateVersion?> Result) : ILocalMessage;

    private sealed record Asked(NodeId Peer, ExchangeId Pull, Result<IReadOnlyList<StateEntry>?> Result) : ILocalMessage;

    private sealed record Opened(Result<OpenedState> Result) : ILocalMessage;

    private sealed record AppendEnded(long Number, SyncError? Error) : ILocalMessage;

    private sealed record StoreClosed : ILocalMessage
    {
        public static readonly StoreClosed Instance = new();
    }
}

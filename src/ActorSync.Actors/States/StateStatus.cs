using ActorSync.States;
using ActorSync.States.Exchange;

namespace ActorSync;

/// <summary>How a shared state stands. Times are in seconds.</summary>
/// <param name="State">Its name.</param>
/// <param name="Error">Why it cannot be used; null when it can.</param>
/// <param name="Version">Its version; empty while it never held anything.</param>
/// <param name="Entries">Keys that have a value.</param>
/// <param name="Tombstones">Keys that are remembered as deleted or expired.</param>
/// <param name="Bytes">Bytes of both, as they are on the wire.</param>
/// <param name="OwedPushes">Peers to whom a push is under way or tried again.</param>
/// <param name="Totals">What was done since the node began.</param>
/// <param name="UnlevelSeconds">For how long not every peer has been known to have this version; 0 when all are.</param>
/// <param name="ConvergenceSeconds">How long it took the last time until they all were again; null before the first.</param>
/// <param name="Peers">The peers that can be reached and share it.</param>
public sealed record StateStatus(
    string State,
    string? Error,
    string Version,
    int Entries,
    int Tombstones,
    long Bytes,
    int OwedPushes,
    StateTotals Totals,
    double UnlevelSeconds,
    double? ConvergenceSeconds,
    IReadOnlyList<StatePeerStatus> Peers)
{
    /// <summary>A state that cannot be used.</summary>
    public static StateStatus Of(StateName name, SyncError error) => new(name.Value, error.Message, "", 0, 0, 0, 0, StateTotals.None, 0, null, []);
}

/// <summary>What the exchange of a state did, with all peers together. Arrivals are entries that others wrote: how many, and the sum of their ages in seconds when they came.</summary>
public sealed record StateTotals(
    long Sets, long PushesSent, long PushesReceived, long PullsMade, long LevelPulls, long PullsAnswered, long Failures, long BytesReceived, long BytesSent, long Arrivals, double ArrivalSeconds)
{
    public static readonly StateTotals None = new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}

/// <summary>How a state stands with one peer.</summary>
/// <param name="Peer">Its node id, or where it is reached over HTTP.</param>
/// <param name="IsHttp">Whether it is reached over HTTP.</param>
/// <param name="IsLevel">Whether it is known to have the version that is here. One that is not may be level all the same.</param>
/// <param name="Version">The version that it last told; null before it did.</param>
/// <param name="LevelSecondsAgo">When it was last known to be level; null for never.</param>
/// <param name="Pushes">Pushes to it.</param>
/// <param name="Pulls">Pulls of it that ended well.</param>
/// <param name="Failures">Pushes and pulls that failed, and entries that were refused.</param>
/// <param name="BytesReceived">Bytes of payloads, or of bodies.</param>
/// <param name="BytesSent">The same the other way.</param>
/// <param name="LastError">What the last failure was; it stays when the peer works again. Null when nothing ever failed.</param>
/// <param name="LastErrorSecondsAgo">When that was.</param>
/// <param name="IsFailing">Whether the last push to it, or the last pull of it, failed.</param>
/// <param name="Refused">How often an entry was set aside because the peer does not take it.</param>
/// <param name="RefusedEntries">Those that are set aside now, at most <see cref="RefusedMost"/> of them.</param>
public sealed record StatePeerStatus(
    string Peer, bool IsHttp, bool IsLevel, string? Version, double? LevelSecondsAgo, long Pushes, long Pulls, long Failures, long BytesReceived, long BytesSent,
    string? LastError, double? LastErrorSecondsAgo, bool IsFailing, long Refused, IReadOnlyList<RefusedEntry> RefusedEntries)
{
    /// <summary>Refused entries that a status names.</summary>
    public const int RefusedMost = 16;
}

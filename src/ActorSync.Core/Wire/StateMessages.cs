using ActorSync.States;

namespace ActorSync.Wire;

/// <summary>The number of a pull, or of a publisher's run, drawn by the side that begins it; unique between two nodes.</summary>
public readonly record struct ExchangeId(ulong Value)
{
    public override string ToString() => Value.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A message of the exchange of a state.</summary>
/// <param name="Type">Its type.</param>
/// <param name="State">The state.</param>
/// <param name="Exchange">The pull, or the publisher's run, it belongs to.</param>
/// <param name="Round">Which request of it this is, or answers.</param>
public abstract record StateMessage(SyncType Type, StateName State, ExchangeId Exchange, uint Round) : SyncMessage(Type);

/// <summary>
/// Asks whether a part of a state, at first all of it, is the same at the peer. Answered by <see cref="StateLevel"/>
/// when it is, else by <see cref="StateDigests"/> of its parts.
/// </summary>
/// <param name="State">The state.</param>
/// <param name="Exchange">The pull.</param>
/// <param name="Round">The request.</param>
/// <param name="Range">The part.</param>
/// <param name="Digest">The sum of the hashes of all that the asker holds there: for the whole state its version.</param>
/// <param name="Count">How many entries that are.</param>
public sealed record StatePull(StateName State, ExchangeId Exchange, uint Round, StateRange Range, UInt128 Digest, int Count)
    : StateMessage(SyncType.StatePull, State, Exchange, Round);

/// <summary>The part that was asked for is the same.</summary>
public sealed record StateLevel(StateName State, ExchangeId Exchange, uint Round) : StateMessage(SyncType.StateLevel, State, Exchange, Round);

/// <summary>What the answering side holds of the part that was asked for, in sums.</summary>
/// <param name="State">The state.</param>
/// <param name="Exchange">The pull.</param>
/// <param name="Round">The request that this answers.</param>
/// <param name="Depth">The depth of the ranges that the part is cut into: at least its own.</param>
/// <param name="Digests">For each of them, in order, the lower 8 bytes of the sum of the hashes: 2 to the difference of depths.</param>
public sealed record StateDigests(StateName State, ExchangeId Exchange, uint Round, int Depth, IReadOnlyList<ulong> Digests)
    : StateMessage(SyncType.StateDigests, State, Exchange, Round);

/// <summary>Tells all that the asker holds in some ranges, in fingerprints. Answered by <see cref="StateEntries"/>.</summary>
/// <param name="State">The state.</param>
/// <param name="Exchange">The pull.</param>
/// <param name="Round">The request.</param>
/// <param name="From">What comes before this position, in the first range, was dealt with.</param>
/// <param name="Ranges">The ranges, in order, none within another.</param>
public sealed record StateCompare(StateName State, ExchangeId Exchange, uint Round, UInt128 From, IReadOnlyList<StateRangeContent> Ranges)
    : StateMessage(SyncType.StateCompare, State, Exchange, Round);

/// <summary>The fingerprints of all entries that the asker holds in a range.</summary>
public sealed record StateRangeContent(StateRange Range, IReadOnlyList<ulong> Fingerprints);

/// <summary>What the asker lacks of the ranges of a <see cref="StateCompare"/>, and what it has more.</summary>
/// <param name="State">The state.</param>
/// <param name="Exchange">The pull.</param>
/// <param name="Round">The request that this answers.</param>
/// <param name="Next">The position up to which the ranges are dealt with; null when all is.</param>
/// <param name="Held">For each fingerprint, in order, whether the answering side holds that entry; false where not yet dealt with.</param>
/// <param name="Entries">Entries whose fingerprint was not among them.</param>
public sealed record StateEntries(StateName State, ExchangeId Exchange, uint Round, UInt128? Next, IReadOnlyList<bool> Held, IReadOnlyList<StateEntry> Entries)
    : StateMessage(SyncType.StateEntries, State, Exchange, Round);

/// <summary>Entries that the receiver is not known to hold.</summary>
/// <param name="State">The state.</param>
/// <param name="Exchange">The publisher's run, or the pull.</param>
/// <param name="Round">The push.</param>
/// <param name="WantsAnswer">Whether a <see cref="StatePushed"/> is to say that they are durable.</param>
/// <param name="Version">The version of the state at the sender.</param>
/// <param name="Entries">The entries.</param>
public sealed record StatePush(StateName State, ExchangeId Exchange, uint Round, bool WantsAnswer, StateVersion Version, IReadOnlyList<StateEntry> Entries)
    : StateMessage(SyncType.StatePush, State, Exchange, Round);

/// <summary>The entries of a push are durable, but for those that were refused.</summary>
/// <param name="State">The state.</param>
/// <param name="Exchange">The publisher's run, or the pull.</param>
/// <param name="Round">The push.</param>
/// <param name="Refused">How many were refused; they would be again.</param>
/// <param name="Why">Why the first of them was; null when none was.</param>
/// <param name="Version">The version of the state with them.</param>
public sealed record StatePushed(StateName State, ExchangeId Exchange, uint Round, int Refused, SyncErrorKind? Why, StateVersion Version)
    : StateMessage(SyncType.StatePushed, State, Exchange, Round);

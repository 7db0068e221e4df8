using ActorSync.Graphs;

namespace ActorSync.Wire;

/// <summary>
/// Asks for what the peer holds and the sender lacks. Answered by <see cref="Level"/>, by <see cref="Narrow"/> when the
/// sample leaves too much open, or by a stream of <see cref="PollResponse"/> and a <see cref="PollEnd"/>.
/// </summary>
/// <param name="Session">The session that this poll opens, or goes on with in a further round.</param>
/// <param name="Graph">The graph.</param>
/// <param name="Round">0 for the first request of the session; each answer to a <see cref="Narrow"/> is one more.</param>
/// <param name="MaxBytes">The most bytes of payloads that the answer may take; 0 for no limit.</param>
/// <param name="UpTo">Credit: responses with an index below this may be sent.</param>
/// <param name="Digest">The digest of the sender's head set.</param>
/// <param name="Sample">Some of what the sender holds.</param>
public sealed record Poll(SessionId Session, GraphId Graph, int Round, ulong MaxBytes, int UpTo, CommandId Digest, Sample Sample)
    : SyncMessage(SyncType.Poll);

/// <summary>Both hold the same commands: there is nothing to send.</summary>
public sealed record Level(SessionId Session) : SyncMessage(SyncType.Level);

/// <summary>Asks the requester for a sample between what is known and what is not.</summary>
/// <param name="Session">The session.</param>
/// <param name="Round">The round of the poll that this answers.</param>
/// <param name="Known">For each address of that poll's sample, whether the responder holds it.</param>
public sealed record Narrow(SessionId Session, int Round, IReadOnlyList<bool> Known) : SyncMessage(SyncType.Narrow);

/// <summary>
/// The last word of a requester on what it holds, in place of the poll of the last round: some of its commands between
/// what is known and what is not, each by five bytes of a <see cref="ShortId"/>. The answer is the commands.
/// </summary>
/// <param name="Session">The session.</param>
/// <param name="Held">At most <see cref="WireLimits.ShortIds"/>, each below 2 to the power of 40.</param>
public sealed record Narrowed(SessionId Session, IReadOnlyList<ulong> Held) : SyncMessage(SyncType.Narrowed);

/// <summary>A part of the answer to a poll, causally complete together with the parts before it.</summary>
/// <param name="Session">The session.</param>
/// <param name="Index">The number of the part, from 0.</param>
/// <param name="Left">Commands of the answer that come after this part; more when the graph grows meanwhile.</param>
/// <param name="Commands">The commands, priors first.</param>
public sealed record PollResponse(SessionId Session, int Index, long Left, CommandBlock Commands) : SyncMessage(SyncType.PollResponse);

/// <summary>The answer to a poll is complete.</summary>
/// <param name="Session">The session.</param>
/// <param name="Count">How many <see cref="PollResponse"/> it has.</param>
/// <param name="Remaining">Whether the byte limit cut it: poll again for the rest.</param>
public sealed record PollEnd(SessionId Session, int Count, bool Remaining) : SyncMessage(SyncType.PollEnd);

/// <summary>
/// Grants credit. The greatest numbers seen count, so that it may be lost, repeated and reordered. Credit for nothing
/// more than was received, once the answer is complete, ends the session.
/// </summary>
/// <param name="Session">The session.</param>
/// <param name="Received">Responses with an index below this are durable at the requester.</param>
/// <param name="UpTo">Responses with an index below this may be sent.</param>
public sealed record Credit(SessionId Session, int Received, int UpTo) : SyncMessage(SyncType.Credit);

/// <summary>Asks for parts of the answer again that did not arrive.</summary>
/// <param name="Session">The session.</param>
/// <param name="Indexes">The missing parts, at most <see cref="WireLimits.MissingIndexes"/>.</param>
public sealed record RequestMissing(SessionId Session, IReadOnlyList<int> Indexes) : SyncMessage(SyncType.RequestMissing);

/// <summary>Goes on with a session after a break, from the first part that is not durable at the requester.</summary>
/// <param name="Session">The session.</param>
/// <param name="Next">The index to go on with: one more than the last index seen.</param>
/// <param name="UpTo">Credit: responses with an index below this may be sent.</param>
public sealed record SyncResume(SessionId Session, int Next, int UpTo) : SyncMessage(SyncType.SyncResume);

/// <summary>Tells that commands came after the session's end.</summary>
public sealed record Offer(SessionId Session, GraphId Graph, Address Head) : SyncMessage(SyncType.Offer);

/// <summary>The requester needs no more of the session.</summary>
public sealed record EndSession(SessionId Session) : SyncMessage(SyncType.EndSession);

/// <summary>The policy of the sender's graph rejected a command: nothing that follows it can be kept there.</summary>
public sealed record Rejected(GraphId Graph, CommandId Command) : SyncMessage(SyncType.Rejected);

using ActorSync.Graphs;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Placement;

namespace ActorSync.Wire;

/// <summary>
/// Asks a member that placement names to hold a graph, and to say which of these heads it holds durably. Answered by
/// <see cref="HoldingAck"/>, also by a member that does not hold the graph.
/// </summary>
/// <param name="Graph">The graph.</param>
/// <param name="Round">Which question this is.</param>
/// <param name="Digest">The membership by which the asker names it.</param>
/// <param name="Heads">Heads that the asker holds: at most <see cref="WireLimits.SampleAddresses"/>.</param>
public sealed record Hold(GraphId Graph, uint Round, MembershipDigest Digest, IReadOnlyList<Address> Heads) : SyncMessage(SyncType.Hold);

/// <summary>What a member holds durably of the heads it was asked for, and by which membership it holds them.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Round">The question.</param>
/// <param name="Digest">The membership that the answering member knows.</param>
/// <param name="IsHolder">Whether by that it is a holder of the graph.</param>
/// <param name="Held">For each head of the question, in order, whether it is durable there, and so all before it.</param>
public sealed record HoldingAck(GraphId Graph, uint Round, MembershipDigest Digest, bool IsHolder, IReadOnlyList<bool> Held) : SyncMessage(SyncType.HoldingAck)
{
    /// <summary>Whether all heads of the question are durable there.</summary>
    public bool HoldsAll => Held.All(held => held);
}

/// <summary>An action of a member that does not hold the graph, for one that does. Answered by <see cref="ForwardResult"/>; never forwarded again.</summary>
/// <param name="Token">Drawn by the sender; the same again is the same action.</param>
/// <param name="Graph">The graph.</param>
/// <param name="Priority">Of the command: basic or finalize.</param>
/// <param name="Ack">When to answer.</param>
/// <param name="WithinMilliseconds">How long the sender waits.</param>
/// <param name="Payload">Of the command.</param>
public sealed record ForwardAction(ulong Token, GraphId Graph, Priority Priority, AckMode Ack, uint WithinMilliseconds, ReadOnlyMemory<byte> Payload)
    : SyncMessage(SyncType.ForwardAction);

/// <summary>What became of a <see cref="ForwardAction"/>.</summary>
/// <param name="Token">That of the action.</param>
/// <param name="Command">The command, once it is durable at the holder; null when it is not.</param>
/// <param name="Why">What went wrong; null when all that was asked for is done.</param>
/// <param name="Sentence">For people; empty when nothing went wrong.</param>
public sealed record ForwardResult(ulong Token, Address? Command, SyncErrorKind? Why, string Sentence) : SyncMessage(SyncType.ForwardResult)
{
    public SyncError? ToError() => Why is { } why ? new SyncError(why, Sentence) : null;
}

/// <summary>
/// Opens a channel: the sender passes on what a peer of its says about graphs that the receiver holds, and the answers
/// back, as if that peer were linked to the receiver.
/// </summary>
/// <param name="Channel">Numbered by the sender; not used before between the two since they are linked.</param>
/// <param name="Origin">The peer.</param>
/// <param name="MaxPayloadBytes">The largest payload that the peer takes through the channel.</param>
public sealed record RelayOpen(uint Channel, PeerIdentity Origin, int MaxPayloadBytes) : SyncMessage(SyncType.RelayOpen);

/// <summary>A payload of the peer of a channel, or for it.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="IsBack">Whether it is from the holder, for the peer: each side opens channels, and their numbers may be the same.</param>
/// <param name="Payload">The payload, whole.</param>
public sealed record Relay(uint Channel, bool IsBack, ReadOnlyMemory<byte> Payload) : SyncMessage(SyncType.Relay);

/// <summary>Ends a channel, or says that there is none of that number.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="IsBack">Whether the holder says so.</param>
/// <param name="Why">Why; null when its peer is gone or has nothing more to say.</param>
public sealed record RelayClose(uint Channel, bool IsBack, SyncErrorKind? Why) : SyncMessage(SyncType.RelayClose);

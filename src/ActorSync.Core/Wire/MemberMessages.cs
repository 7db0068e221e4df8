using ActorSync.Peers;

namespace ActorSync.Wire;

/// <summary>Asks a member whether it hears of another. Answered by <see cref="MemberProbed"/>.</summary>
/// <param name="Token">Comes back with the answer.</param>
/// <param name="Node">The other.</param>
public sealed record MemberProbe(ulong Token, NodeId Node) : SyncMessage(SyncType.MemberProbe);

/// <summary>Whether the answering member hears of the one it was asked for.</summary>
/// <param name="Token">That of the question.</param>
/// <param name="Reaches">Whether there is a link to it, and signs of life on that.</param>
public sealed record MemberProbed(ulong Token, bool Reaches) : SyncMessage(SyncType.MemberProbed);

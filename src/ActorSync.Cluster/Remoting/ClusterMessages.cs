using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.Cluster;

/// <summary>What crosses between the nodes of a cluster, and nothing else of ours does. <see cref="ClusterSerializer"/> has the bytes.</summary>
internal interface IClusterMessage;

/// <summary>An action for whoever owns its graph, or what became of it, in the protocol's own form.</summary>
internal sealed record Carried(SyncMessage Message) : IClusterMessage;

/// <summary>To a node: make a link with the sender, which speaks for this node.</summary>
internal sealed record OpenLink(PeerIdentity From, int MaxPayloadBytes) : IClusterMessage;

/// <summary>The sender is the other end of the link that was asked for.</summary>
internal sealed record LinkOpened(PeerIdentity From, int MaxPayloadBytes) : IClusterMessage;

/// <summary>No link, and why; or the link has ended.</summary>
internal sealed record LinkEnded(SyncError Why) : IClusterMessage;

/// <summary>One payload. They are numbered from 1: one that is missing ends the link.</summary>
internal sealed record LinkPayload(ulong Number, ReadOnlyMemory<byte> Bytes) : IClusterMessage;

/// <summary>All payloads up to this number were taken by whoever reads the link. Said now and then without news, as a sign of life.</summary>
internal sealed record LinkTaken(ulong Number) : IClusterMessage;

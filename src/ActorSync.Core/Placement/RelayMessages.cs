using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.Placement;

/// <summary>What reaches the channels through which peers of one member reach another.</summary>
public abstract record RelayInput
{
    private RelayInput()
    {
    }

    /// <summary>There is a link to a member, which takes payloads of so many bytes.</summary>
    public sealed record Linked(NodeId Member, int MaxPayloadBytes) : RelayInput;

    /// <summary>There is no link to a member any more: its channels are over.</summary>
    public sealed record Unlinked(NodeId Member) : RelayInput;

    /// <summary>At the gate: a peer says something about a graph that this member holds.</summary>
    /// <param name="Origin">The peer.</param>
    /// <param name="MaxPayloadBytes">The largest payload that the peer takes.</param>
    /// <param name="Holder">The member.</param>
    /// <param name="Payload">What it says.</param>
    public sealed record FromOrigin(PeerIdentity Origin, int MaxPayloadBytes, NodeId Holder, ReadOnlyMemory<byte> Payload) : RelayInput;

    /// <summary>At the gate: the peer is gone.</summary>
    public sealed record OriginGone(NodeId Origin) : RelayInput;

    /// <summary>At the holder: something for the peer of a channel.</summary>
    public sealed record ToOrigin(RelayChannel Channel, ReadOnlyMemory<byte> Payload) : RelayInput;

    /// <summary>At the holder: nothing more will be said to the peer of a channel.</summary>
    public sealed record Hangup(RelayChannel Channel, SyncErrorKind? Why) : RelayInput;

    /// <summary>A <see cref="RelayOpen"/>, <see cref="Relay"/> or <see cref="RelayClose"/> of a member.</summary>
    public sealed record Message(NodeId Member, SyncMessage Value) : RelayInput;
}

/// <summary>A channel, as the holder names it: by the member at whose end its peer is linked, and that one's number.</summary>
public readonly record struct RelayChannel(NodeId Gate, uint Number);

/// <summary>What the channels want done.</summary>
public abstract record RelayOutput
{
    private RelayOutput()
    {
    }

    /// <summary>Send this to a member.</summary>
    public sealed record Send(NodeId Member, ReadOnlyMemory<byte> Payload) : RelayOutput;

    /// <summary>At the gate: send this to the peer itself, over its own link.</summary>
    public sealed record ToPeer(NodeId Origin, ReadOnlyMemory<byte> Payload) : RelayOutput;

    /// <summary>At the gate: the channel of a peer to a holder is over; what the peer had there, sessions and a subscription, is gone.</summary>
    public sealed record Lost(NodeId Origin, NodeId Holder, SyncErrorKind? Why) : RelayOutput;

    /// <summary>At the holder: there is a link to a peer, through a channel, that takes payloads of so many bytes.</summary>
    public sealed record Opened(RelayChannel Channel, PeerIdentity Origin, int MaxPayloadBytes) : RelayOutput;

    /// <summary>At the holder: the peer of a channel says this.</summary>
    public sealed record Deliver(RelayChannel Channel, ReadOnlyMemory<byte> Payload) : RelayOutput;

    /// <summary>At the holder: the channel is over.</summary>
    public sealed record Closed(RelayChannel Channel, SyncErrorKind? Why) : RelayOutput;
}

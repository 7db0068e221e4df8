using ActorSync.Graphs;
using ActorSync.Peers;
using ActorSync.Wire;
using Akka.Actor;
using Address = ActorSync.Graphs.Address;

namespace ActorSync.Actors;

// What it is told and what it says.
public sealed partial class PeerActor
{
    /// <summary>A link to the peer was made.</summary>
    /// <param name="Link">The link: from now on this actor's.</param>
    /// <param name="Dialer">Who made it and makes the next one; null when the peer made it.</param>
    public sealed record Attach(ILink Link, IActorRef? Dialer) : ILocalMessage;

    /// <summary>On the event stream: a link to the peer is there, in place of any before.</summary>
    public sealed record LinkUp(PeerRef Peer) : ILocalMessage;

    /// <summary>On the event stream: there is no link to the peer.</summary>
    public sealed record LinkDown(NodeId Peer) : ILocalMessage;

    /// <summary>To the dialer: the peer is linked, by its link or another.</summary>
    public sealed record Attached(NodeId Peer) : ILocalMessage;

    /// <summary>To the dialer: the link is gone.</summary>
    public sealed record Detached(NodeId Peer, SyncError Why) : ILocalMessage;

    /// <summary>Send a payload; whoever is named is told when the link has taken it.</summary>
    public sealed record Send(ReadOnlyMemory<byte> Payload, IActorRef? Notify) : ILocalMessage
    {
        /// <summary>Tells the peer of an error.</summary>
        public static Send Failure(SyncError error, ulong reference, GraphId? graph) =>
            new(SyncCodec.Encode(SyncFailure.Of(error, reference, graph)), null);
    }

    /// <summary>The link took a payload.</summary>
    public sealed record Taken : ILocalMessage
    {
        public static readonly Taken Instance = new();
    }

    /// <summary>From whoever sends on the link past this actor: it is gone, or broken.</summary>
    public sealed record LinkFailed(ILink Link, SyncError Why) : ILocalMessage;

    /// <summary>To itself, from whoever sends on the link past this actor: the link took what it did not take at once; or it is gone.</summary>
    internal sealed record LinkTook(ILink Link, SyncError? Error) : ILocalMessage;

    /// <summary>From whoever a payload was for in the end: it was handled, another may be read.</summary>
    public sealed record Handled : ILocalMessage
    {
        public static readonly Handled Instance = new();
    }

    /// <summary>From the router: a message for one of the polls or for this node's subscription.</summary>
    public sealed record Deliver(SyncMessage Message) : ILocalMessage;

    /// <summary>The peer sent something that is refused; with a reference or without one the peer is told.</summary>
    public sealed record Fault(SyncError Error, ulong? Reference) : ILocalMessage;

    /// <summary>
    /// Poll a graph of the peer; whoever asks hears <see cref="PollActor.Ended"/>. With a head that the peer offered there
    /// is nothing to poll for when that is here.
    /// </summary>
    public sealed record Poll(GraphId Graph, PollOptions Options, Address? Offered = null) : ILocalMessage;

    /// <summary>Hold a subscription of this graph at the peer, for someone.</summary>
    public sealed record Want(GraphId Graph, LinkKeepers For = LinkKeepers.Application) : ILocalMessage;

    /// <summary>From the peers: what was wanted of this peer before the subscriber began.</summary>
    public sealed record Wanted(IReadOnlyList<Want> Graphs, int TakenBack = 0) : ILocalMessage;

    /// <summary>To the subscriptions and hellos: there is a link.</summary>
    public sealed record Linking(PeerRef Peer) : ILocalMessage;

    /// <summary>To the subscriptions and hellos: there is none any more.</summary>
    public sealed record Unlinking : ILocalMessage
    {
        public static readonly Unlinking Instance = new();
    }

    /// <summary>From one of the subscriptions or hellos: it has begun, or begun anew, and does not know of the link.</summary>
    public sealed record Began : ILocalMessage
    {
        public static readonly Began Instance = new();
    }

    /// <summary>Hold it for them no longer: it ends when nobody wants it.</summary>
    public sealed record Unwant(GraphId Graph, LinkKeepers For = LinkKeepers.Application) : ILocalMessage;

    /// <summary>Answered by <see cref="Status"/>.</summary>
    public sealed record GetStatus : ILocalMessage
    {
        public static readonly GetStatus Instance = new();
    }

    public sealed record Status(PeerStatus Now) : ILocalMessage;

    /// <summary>Close the link, and stop when that was done.</summary>
    public sealed record Stop : ILocalMessage
    {
        public static readonly Stop Instance = new();
    }

    private sealed record Arrived(ILink Link, Result<ReadOnlyMemory<byte>> Payload) : ILocalMessage;

    private sealed record Written(ILink Link, SyncError? Error) : ILocalMessage;

    /// <summary>From a child: reading waited for payloads to be handled, and one was, which is counted already.</summary>
    internal sealed record MayRead : ILocalMessage
    {
        public static readonly MayRead Instance = new();
    }

    private sealed record HandledNothing : ILocalMessage
    {
        public static readonly HandledNothing Instance = new();
    }

    private sealed record LinkClosed : ILocalMessage
    {
        public static readonly LinkClosed Instance = new();
    }

    private sealed record DrainEnded : ILocalMessage
    {
        public static readonly DrainEnded Instance = new();
    }

    private sealed record Dead : ILocalMessage
    {
        public static readonly Dead Instance = new();
    }
}

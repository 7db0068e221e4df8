using ActorSync.Wire;

namespace ActorSync.Graphs.Subscriptions;

/// <summary>What reaches the publisher's side of a subscription.</summary>
public abstract record SubscriptionInput
{
    private SubscriptionInput()
    {
    }

    /// <summary>A Subscribe, with each of its graphs looked up, in its order.</summary>
    public sealed record Subscribe(Wire.Subscribe Request, IReadOnlyList<OfferedGraph> Graphs) : SubscriptionInput;

    /// <summary>An Unsubscribe.</summary>
    public sealed record Unsubscribe(Wire.Unsubscribe Request) : SubscriptionInput;

    /// <summary>The subscriber stored a push.</summary>
    public sealed record Ack(PushAck Message) : SubscriptionInput;

    /// <summary>The subscriber stored a push of a graph that it has numbered.</summary>
    public sealed record ShortAck(Wire.ShortAck Message) : SubscriptionInput;

    /// <summary>The subscriber numbers graphs, to be pushed in short.</summary>
    public sealed record Number(NumberGraphs Message) : SubscriptionInput;

    /// <summary>A graph has a new version; of its commands the peer sent those named, so that they are not sent back.</summary>
    public sealed record Changed(GraphSnapshot Snapshot, IReadOnlyList<CommandId> FromPeer) : SubscriptionInput;

    /// <summary>The peer showed that it holds these commands, by sending them or asking from them.</summary>
    public sealed record PeerHolds(GraphId Graph, IReadOnlyList<CommandId> Commands) : SubscriptionInput;

    /// <summary>The subscriber did not let a command in: neither that nor what follows it is sent again.</summary>
    public sealed record Rejected(Wire.Rejected Message) : SubscriptionInput;

    /// <summary>A graph is no longer here.</summary>
    public sealed record Removed(GraphId Graph) : SubscriptionInput;

    /// <summary>The link took a push.</summary>
    public sealed record Taken : SubscriptionInput
    {
        public static readonly Taken Instance = new();
    }

    /// <summary>The link broke: nothing can be sent.</summary>
    public sealed record Unlinked : SubscriptionInput;

    /// <summary>There is a link, with that limit of a payload and that cost of framing one, in bytes.</summary>
    public sealed record Linked(int MaxPayloadBytes, int FrameOverheadBytes) : SubscriptionInput;

    /// <summary>The timer ran out.</summary>
    public sealed record Tick : SubscriptionInput;

    /// <summary>End it: the node is shutting down, or a graph could not be read.</summary>
    public sealed record Stop(SubscriptionEndReason Reason) : SubscriptionInput;
}

using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.States.Exchange;

/// <summary>What reaches the publisher of a state.</summary>
public abstract record PublisherInput
{
    private PublisherInput()
    {
    }

    /// <summary>The peers that can be reached now, this node not among them.</summary>
    public sealed record Peers(IReadOnlyList<StatePeer> Reachable) : PublisherInput;

    /// <summary>The state has changed.</summary>
    public sealed record Changed : PublisherInput;

    /// <summary>A peer holds a push durably.</summary>
    public sealed record Pushed(NodeId Peer, StatePushed Message) : PublisherInput;

    /// <summary>A peer could not take a push.</summary>
    public sealed record Refused(NodeId Peer, SyncFailure Failure) : PublisherInput;

    /// <summary>The timer ran out.</summary>
    public sealed record Tick : PublisherInput;
}

/// <summary>What the publisher of a state wants done.</summary>
public abstract record PublisherOutput
{
    private PublisherOutput()
    {
    }

    /// <summary>Send this push.</summary>
    public sealed record Send(NodeId Peer, StatePush Push) : PublisherOutput;

    /// <summary>A push failed, or entries of it were refused. What failed is sent again, or left to the peer's next pull.</summary>
    public sealed record Failed(NodeId Peer, SyncError Error) : PublisherOutput;

    /// <summary>A plain peer refuses an entry, which is set aside for it.</summary>
    public sealed record SetAside(NodeId Peer, SyncError Error) : PublisherOutput;
}

using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.Graphs.Hellos;

/// <summary>What reaches the publisher's side of hello.</summary>
public abstract record HelloPublisherInput
{
    private HelloPublisherInput()
    {
    }

    /// <summary>A HelloSubscribe, with its graph as this node has it; or why it is refused: UnknownGraph or NotAllowed.</summary>
    public sealed record Subscribe(HelloSubscribe Request, GraphSnapshot? Snapshot, SyncErrorKind? Refused) : HelloPublisherInput;

    /// <summary>A HelloUnsubscribe.</summary>
    public sealed record Unsubscribe(HelloUnsubscribe Request) : HelloPublisherInput;

    /// <summary>A graph has a new version.</summary>
    public sealed record Changed(GraphSnapshot Snapshot) : HelloPublisherInput;

    /// <summary>A graph is no longer here.</summary>
    public sealed record Removed(GraphId Graph) : HelloPublisherInput;

    /// <summary>There is a link.</summary>
    public sealed record Linked : HelloPublisherInput;

    /// <summary>The link broke: nothing can be told.</summary>
    public sealed record Unlinked : HelloPublisherInput;

    /// <summary>The timer ran out.</summary>
    public sealed record Tick : HelloPublisherInput;
}

/// <summary>What the publisher's side of hello wants done.</summary>
public abstract record HelloPublisherOutput
{
    private HelloPublisherOutput()
    {
    }

    /// <summary>Send this payload: a notification, or that a request is refused, and why.</summary>
    public sealed record Send(ReadOnlyMemory<byte> Payload, SyncErrorKind? Refused = null) : HelloPublisherOutput;

    /// <summary>The peer is not told of the graph any more.</summary>
    public sealed record Unfollow(GraphId Graph) : HelloPublisherOutput;

    /// <summary>Call again then, in place of any time named before.</summary>
    public sealed record StartTimer(MonotonicTime At) : HelloPublisherOutput;
}

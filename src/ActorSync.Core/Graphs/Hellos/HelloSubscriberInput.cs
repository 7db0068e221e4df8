using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.Graphs.Hellos;

/// <summary>What reaches the subscriber's side of hello.</summary>
public abstract record HelloSubscriberInput
{
    private HelloSubscriberInput()
    {
    }

    /// <summary>Be told of this graph, or on other terms than before; the snapshot is null when nothing of it is here yet.</summary>
    public sealed record Want(GraphId Graph, GraphSnapshot? Snapshot, HelloTerms Terms) : HelloSubscriberInput;

    /// <summary>Be told of this graph no longer.</summary>
    public sealed record Unwant(GraphId Graph) : HelloSubscriberInput;

    /// <summary>A graph has a new version here.</summary>
    public sealed record Changed(GraphSnapshot Snapshot) : HelloSubscriberInput;

    /// <summary>The publisher told of a head.</summary>
    public sealed record Notify(HelloNotify Message) : HelloSubscriberInput;

    /// <summary>The publisher refused to tell of the graph that the failure names.</summary>
    public sealed record Refused(SyncFailure Failure) : HelloSubscriberInput;

    /// <summary>The poll that was asked for has ended; what it brought was told as <see cref="Changed"/> before.</summary>
    public sealed record Polled(GraphId Graph, Result<PollOutcome> Result) : HelloSubscriberInput;

    /// <summary>There is a link.</summary>
    public sealed record Linked : HelloSubscriberInput;

    public sealed record Unlinked : HelloSubscriberInput;

    /// <summary>The node is shutting down: the publisher is told, so that it tells nothing more.</summary>
    public sealed record Stop : HelloSubscriberInput;

    /// <summary>The timer ran out.</summary>
    public sealed record Tick : HelloSubscriberInput;
}

/// <summary>What the subscriber's side of hello wants done.</summary>
public abstract record HelloSubscriberOutput
{
    private HelloSubscriberOutput()
    {
    }

    public sealed record Send(ReadOnlyMemory<byte> Payload) : HelloSubscriberOutput;

    /// <summary>Poll the publisher for this graph; <see cref="HelloSubscriberInput.Polled"/> says how it ended.</summary>
    public sealed record Poll(GraphId Graph) : HelloSubscriberOutput;

    /// <summary>The publisher tells of the graph, or refused: for logs and whoever waits.</summary>
    public sealed record Answered(GraphId Graph, SyncError? Error) : HelloSubscriberOutput;

    /// <summary>Call again then, in place of any time named before.</summary>
    public sealed record StartTimer(MonotonicTime At) : HelloSubscriberOutput;
}

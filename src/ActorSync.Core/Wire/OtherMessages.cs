using ActorSync.Graphs;

namespace ActorSync.Wire;

/// <summary>Asks to be told when a graph changes, without its commands.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="ChangeDelayMilliseconds">The least time between two notifications of changes.</param>
/// <param name="DurationSeconds">How long to tell.</param>
/// <param name="ScheduleDelayMilliseconds">A notification is due after this time even without a change; 0 for never.</param>
public sealed record HelloSubscribe(GraphId Graph, uint ChangeDelayMilliseconds, uint DurationSeconds, uint ScheduleDelayMilliseconds)
    : SyncMessage(SyncType.HelloSubscribe);

/// <summary>Asks not to be told any more.</summary>
public sealed record HelloUnsubscribe(GraphId Graph) : SyncMessage(SyncType.HelloUnsubscribe);

/// <summary>Tells the head of a graph, or for several heads the address of their virtual merge.</summary>
public sealed record HelloNotify(GraphId Graph, Address Head) : SyncMessage(SyncType.HelloNotify);

/// <summary>A request that was not carried out, or a payload that was refused, and why.</summary>
/// <param name="Kind">What went wrong.</param>
/// <param name="Reference">The session or subscription it is about; 0 when that is not known.</param>
/// <param name="Graph">The graph it is about, if it is about one.</param>
/// <param name="Sentence">For people: at most <see cref="WireLimits.SentenceBytes"/> of UTF-8.</param>
public sealed record SyncFailure(SyncErrorKind Kind, ulong Reference, GraphId? Graph, string Sentence) : SyncMessage(SyncType.Error)
{
    public SyncError ToError() => new(Kind, Sentence);

    /// <summary>An error of this node, told to a peer: files and folders are no business of a peer's.</summary>
    public static SyncFailure Of(SyncError error, ulong reference, GraphId? graph) => new(error.Kind, reference, graph, error.Kind switch
    {
        SyncErrorKind.StoreDamaged => "the peer's store is damaged, and gives out nothing of what is: repair it there, or ask another peer",
        SyncErrorKind.StoreFailed => "the peer's store cannot read or write: its log says why; try again later, or ask another peer",
        _ => error.Message,
    });
}

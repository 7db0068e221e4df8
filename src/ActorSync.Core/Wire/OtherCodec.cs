using ActorSync.Graphs;

namespace ActorSync.Wire;

/// <summary>The bodies of hello and of errors.</summary>
internal static class OtherCodec
{
    public static bool TryWrite(WireWriter to, SyncMessage message)
    {
        switch (message)
        {
            case HelloSubscribe hello:
                to.Graph(hello.Graph);
                to.Number(hello.ChangeDelayMilliseconds);
                to.Number(hello.DurationSeconds);
                to.Number(hello.ScheduleDelayMilliseconds);
                return true;
            case HelloUnsubscribe hello:
                to.Graph(hello.Graph);
                return true;
            case HelloNotify hello:
                to.Graph(hello.Graph);
                to.Address(hello.Head);
                return true;
            case SyncFailure failure:
                to.Number((ulong)failure.Kind);
                to.Fixed64(failure.Reference);
                to.Flag(failure.Graph is not null);
                if (failure.Graph is { } graph)
                    to.Graph(graph);
                to.Text(failure.Sentence, WireLimits.SentenceBytes);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Reads the body of a type; null when the type is none of these.</summary>
    public static SyncMessage? Read(ref WireReader from, SyncType type) => type switch
    {
        SyncType.HelloSubscribe => new HelloSubscribe(
            from.Graph(), from.UInt32("the change delay"), from.UInt32("the duration"), from.UInt32("the schedule delay")),
        SyncType.HelloUnsubscribe => new HelloUnsubscribe(from.Graph()),
        SyncType.HelloNotify => new HelloNotify(from.Graph(), from.Address("the head")),
        SyncType.Error => new SyncFailure(
            Kind(ref from, "the kind of error"),
            from.Fixed64("the reference"),
            from.Flag("whether a graph is named") ? from.Graph() : (GraphId?)null,
            from.Text("the sentence", WireLimits.SentenceBytes)),
        _ => null,
    };

    /// <summary>
    /// A kind of error; 0 stands for none where that is allowed. One that this version does not know is kept as its
    /// number: it tells a person, and whoever looks it up, more than a refusal of the message that carries it.
    /// </summary>
    public static SyncErrorKind Kind(ref WireReader from, string what, bool orNone = false)
    {
        var at = from.At;
        var kind = (SyncErrorKind)from.Int32(what);
        if (kind == 0 && !orNone)
            from.Fail(SyncErrorKind.MalformedPayload, $"{what} at byte {at} is 0, which is none");
        return kind;
    }
}

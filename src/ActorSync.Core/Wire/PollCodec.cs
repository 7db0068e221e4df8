namespace ActorSync.Wire;

/// <summary>The bodies of the messages of a poll session.</summary>
internal static class PollCodec
{
    public static bool TryWrite(WireWriter to, SyncMessage message)
    {
        switch (message)
        {
            case Poll poll:
                Write(to, poll);
                return true;
            case Level level:
                to.Fixed64(level.Session.Value);
                return true;
            case Narrow narrow:
                to.Fixed64(narrow.Session.Value);
                to.Number(narrow.Round, nameof(narrow.Round));
                to.Bits(narrow.Known, WireLimits.SampleAddresses, nameof(narrow.Known));
                return true;
            case Narrowed narrowed:
                Write(to, narrowed);
                return true;
            case PollResponse response:
                to.Fixed64(response.Session.Value);
                to.Number(response.Index, nameof(response.Index));
                to.Number(response.Left, nameof(response.Left));
                to.Raw(response.Commands.Bytes.Span);
                return true;
            case PollEnd end:
                to.Fixed64(end.Session.Value);
                to.Number(end.Count, nameof(end.Count));
                to.Flag(end.Remaining);
                return true;
            case Credit credit:
                to.Fixed64(credit.Session.Value);
                to.Number(credit.Received, nameof(credit.Received));
                to.Number(credit.UpTo, nameof(credit.UpTo));
                return true;
            case RequestMissing missing:
                Write(to, missing);
                return true;
            case SyncResume resume:
                to.Fixed64(resume.Session.Value);
                to.Number(resume.Next, nameof(resume.Next));
                to.Number(resume.UpTo, nameof(resume.UpTo));
                return true;
            case Offer offer:
                to.Fixed64(offer.Session.Value);
                to.Graph(offer.Graph);
                to.Address(offer.Head);
                return true;
            case EndSession end:
                to.Fixed64(end.Session.Value);
                return true;
            case Rejected rejected:
                to.Graph(rejected.Graph);
                to.Id(rejected.Command);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Reads the body of a type; null when the type is not of a poll session.</summary>
    public static SyncMessage? Read(ref WireReader from, SyncType type, ReadOnlyMemory<byte> payload) => type switch
    {
        SyncType.Poll => new Poll(
            Session(ref from), from.Graph(), from.Int32("the round"), from.Number("the bytes"), from.Int32("the credit"), from.Id("the digest"), from.Sample()),
        SyncType.Level => new Level(Session(ref from)),
        SyncType.Narrow => new Narrow(Session(ref from), from.Int32("the round"), from.Bits("what is known", WireLimits.SampleAddresses)),
        SyncType.Narrowed => new Narrowed(Session(ref from), ShortIds(ref from)),
        SyncType.PollResponse => new PollResponse(
            Session(ref from), from.Int32("the index"), from.Int64("the commands left"), Block(ref from, payload)),
        SyncType.PollEnd => new PollEnd(Session(ref from), from.Int32("the count"), from.Flag("whether some remain")),
        SyncType.Credit => new Credit(Session(ref from), from.Int32("the parts received"), from.Int32("the credit")),
        SyncType.RequestMissing => new RequestMissing(Session(ref from), Indexes(ref from)),
        SyncType.SyncResume => new SyncResume(Session(ref from), from.Int32("the next index"), from.Int32("the credit")),
        SyncType.Offer => new Offer(Session(ref from), from.Graph(), from.Address("the head")),
        SyncType.EndSession => new EndSession(Session(ref from)),
        SyncType.Rejected => new Rejected(from.Graph(), from.Id("the command")),
        _ => null,
    };

    /// <summary>What is left of the payload, as a slice.</summary>
    public static CommandBlock Block(ref WireReader from, ReadOnlyMemory<byte> payload, bool isShort = false)
    {
        var bytes = payload.Slice(from.At, from.Remaining);
        if (bytes.Length <= CommandBlock.CheckSize(isShort))
            from.Fail(SyncErrorKind.MalformedPayload, $"the block of commands is cut: {bytes.Length} bytes at byte {from.At}");
        from.Take("the block of commands", bytes.Length);
        return new CommandBlock(bytes, isShort);
    }

    private static SessionId Session(ref WireReader from) => new(from.Fixed64("the session"));

    private static void Write(WireWriter to, Poll poll)
    {
        to.Fixed64(poll.Session.Value);
        to.Graph(poll.Graph);
        to.Number(poll.Round, nameof(poll.Round));
        to.Number(poll.MaxBytes);
        to.Number(poll.UpTo, nameof(poll.UpTo));
        to.Id(poll.Digest);
        to.Sample(poll.Sample);
    }

    private static void Write(WireWriter to, Narrowed narrowed)
    {
        to.Fixed64(narrowed.Session.Value);
        to.Count(narrowed.Held.Count, WireLimits.ShortIds, nameof(narrowed.Held));
        foreach (var held in narrowed.Held)
            to.Fixed40(held, nameof(narrowed.Held));
    }

    private static ulong[] ShortIds(ref WireReader from)
    {
        var held = new ulong[from.Count("the short ids", WireLimits.ShortIds, ShortId.Size)];
        for (var i = 0; i < held.Length; i++)
            held[i] = from.Fixed40("a short id");
        return held;
    }

    private static void Write(WireWriter to, RequestMissing missing)
    {
        to.Fixed64(missing.Session.Value);
        to.Count(missing.Indexes.Count, WireLimits.MissingIndexes, nameof(missing.Indexes));
        foreach (var index in missing.Indexes)
            to.Number(index, nameof(missing.Indexes));
    }

    private static int[] Indexes(ref WireReader from)
    {
        var indexes = new int[from.Count("the missing indexes", WireLimits.MissingIndexes)];
        for (var i = 0; i < indexes.Length; i++)
            indexes[i] = from.Int32("a missing index");
        return indexes;
    }
}

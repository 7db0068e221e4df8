using ActorSync.Graphs;

namespace ActorSync.Wire;

/// <summary>
/// Decodes one block: rebuilds the canonical bytes of each command in a buffer that the commands of the block share,
/// and hashes them. A reference back is to a command rebuilt before, whose id and max cut are known by then.
/// </summary>
internal sealed class CommandBlockReader(WireLimits limits, ICommandIdentity? identity, bool isShort = false, Address? follows = null)
{
    private const int MinCommandSize = 2;

    private Command[] _commands = [];
    private int _count;
    private Memory<byte> _free;
    private uint _basic;
    private ulong _check;

    public Result<IReadOnlyList<Command>> Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes);
        _commands = new Command[reader.Count("the count of commands", limits.CommandsPerMessage, MinCommandSize)];
        var seen = new BlockIds(_commands, isCanonical: identity is null);
        for (; _count < _commands.Length; _count++)
        {
            var at = reader.At;
            if (ReadCommand(ref reader) is not { } command)
                return new SyncError(reader.Error!.Kind, $"a block of commands: command {_count} at byte {at}: {reader.Error.Message}");
            if (!seen.TryAdd(command, _count))
                return new SyncError(SyncErrorKind.Duplicate, $"a block of commands: command {_count} at byte {at}: {command.Address} is in the block already");
            _commands[_count] = command;
            _check ^= command.Id.Prefix;
        }
        var isRight = isShort ? reader.Fixed32("the check") == (uint)(_check >> 32) : reader.Fixed64("the check") == _check;
        reader.End();
        if (reader.Error is null && !isRight)
            reader.Fail(SyncErrorKind.WrongId, $"the ids of its {_count} commands are not those that the sender computed: it is damaged, or the ids of the graph are derived otherwise there");
        return reader.Error is { } error ? new SyncError(error.Kind, $"a block of commands: {error.Message}") : _commands;
    }

    private Command? ReadCommand(ref WireReader reader)
    {
        var tag = reader.Byte("the tag");
        var (priorForm, priorityForm) = ((PriorForm)(tag & 7), (PriorityForm)(tag >> 3 & 3));
        var single = priorForm is PriorForm.Previous or PriorForm.Back or PriorForm.Explicit or PriorForm.Follows;
        if (tag >> 5 != 0 || (priorForm == PriorForm.Follows && !isShort) || single == (priorityForm == PriorityForm.Implied))
            reader.Fail(SyncErrorKind.MalformedPayload, $"its tag is {tag:x2}, which is none");
        var prior = ReadPrior(ref reader, priorForm);
        var priority = ReadPriority(ref reader, priorityForm, prior.Kind);
        ReadOnlySpan<byte> payload = default;
        if (prior.Kind != PriorKind.Merge)
            payload = reader.Take("the payload", reader.Count("the bytes of its payload", int.MaxValue));
        if (reader.Error is not null)
            return null;
        var memory = Allocate(Command.HeaderSize(prior, priority) + payload.Length, reader.Remaining);
        return Command.CreateIn(memory, prior, priority, payload, identity);
    }

    private Prior ReadPrior(ref WireReader reader, PriorForm form)
    {
        switch (form)
        {
            case PriorForm.None:
                return Prior.None;
            case PriorForm.Previous:
                return Prior.Single(Back(ref reader, 1));
            case PriorForm.Back:
                return Prior.Single(Back(ref reader));
            case PriorForm.Explicit:
                return Prior.Single(Explicit(ref reader));
            case PriorForm.Follows:
                return Prior.Single(Followed(ref reader));
        }
        var one = form == PriorForm.MergeExplicitExplicit ? Explicit(ref reader) : Back(ref reader);
        var other = form == PriorForm.MergeBackBack ? Back(ref reader) : Explicit(ref reader);
        if (reader.Error is null && one.Id == other.Id)
            reader.Fail(SyncErrorKind.InvalidCommand, $"it is a merge of {one} with itself");
        return reader.Error is null ? Prior.Merge(one, other) : Prior.None;
    }

    private Priority ReadPriority(ref WireReader reader, PriorityForm form, PriorKind prior)
    {
        if (form == PriorityForm.Basic)
            _basic = reader.UInt32("its priority");
        return (form, prior) switch
        {
            (PriorityForm.Finalize, _) => Priority.Finalize,
            (PriorityForm.Implied, PriorKind.None) => Priority.Init,
            (PriorityForm.Implied, _) => Priority.Merge,
            _ => Priority.Basic(_basic),
        };
    }

    private Address Back(ref WireReader reader) => Back(ref reader, reader.Number("the distance to its prior"));

    private Address Back(ref WireReader reader, ulong distance)
    {
        if (distance == 0 || distance > (ulong)_count)
            reader.Fail(SyncErrorKind.MalformedPayload, $"its prior is {distance} commands back, and {_count} come before it");
        return reader.Error is null ? AsPrior(ref reader, _commands[_count - (int)distance].Address) : default;
    }

    private static Address Explicit(ref WireReader reader) => AsPrior(ref reader, reader.Address("its prior"));

    private Address Followed(ref WireReader reader)
    {
        if (follows is not { } last)
        {
            reader.Fail(SyncErrorKind.MissingPrior, "its prior is the last command of the push before, which is not known here");
            return default;
        }
        return AsPrior(ref reader, last);
    }

    private static Address AsPrior(ref WireReader reader, Address address)
    {
        if (address.MaxCut == int.MaxValue)
            reader.Fail(SyncErrorKind.WrongMaxCut, $"its prior {address} has the greatest max cut there is: nothing can follow it");
        return address;
    }

    // What is left of the block is the most that payloads can still take; linear runs need about 40 bytes beside that,
    // and where that was not enough a further buffer is begun.
    private Memory<byte> Allocate(int size, int remaining)
    {
        if (size > _free.Length)
            _free = GC.AllocateUninitializedArray<byte>(size + remaining + (_commands.Length - _count - 1) * 40);
        var memory = _free[..size];
        _free = _free[size..];
        return memory;
    }
}

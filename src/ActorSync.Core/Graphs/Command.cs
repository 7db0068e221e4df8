using ActorSync.Wire;

namespace ActorSync.Graphs;

/// <summary>
/// One command of a graph, immutable. Its canonical bytes are what is hashed, stored and verified:
/// <code>
/// byte    format, 1
/// byte    kind of prior (bits 0-1) and of priority (bits 2-3); the other bits are 0
/// prior*  none, one or two of: 32 bytes of id, varint max cut; a merge's two in order of their ids
/// varint  the priority's number, for a basic priority only
/// byte*   the payload, to the end
/// </code>
/// An init command has no prior, a merge has two and no payload, all others have one.
/// </summary>
public sealed class Command
{
    /// <summary>The format of the canonical bytes that this code writes and reads.</summary>
    public const byte Format = 1;

    /// <summary>The most bytes that canonical bytes hold beside the payload.</summary>
    public const int MaxOverhead = 2 + 2 * (CommandId.Size + 5) + 5;

    private const int PriorKindMask = 3;
    private const int PriorOffset = 2;

    private readonly int _payloadOffset;

    private Command(CommandId id, int maxCut, Priority priority, ReadOnlyMemory<byte> bytes, int payloadOffset)
    {
        Address = new Address(id, maxCut);
        Priority = priority;
        Bytes = bytes;
        _payloadOffset = payloadOffset;
    }

    public Address Address { get; }

    public CommandId Id => Address.Id;

    /// <summary>What it follows, read from its bytes each time: two addresses would be half of the object's memory.</summary>
    public Prior Prior => PriorKind == PriorKind.None ? Prior.None : ReadPrior();

    /// <summary>What kind of prior it has.</summary>
    public PriorKind PriorKind => (PriorKind)(Bytes.Span[1] & PriorKindMask);

    public Priority Priority { get; }

    /// <summary>The canonical bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>What the application gave; empty for a merge.</summary>
    public ReadOnlyMemory<byte> Payload => Bytes[_payloadOffset..];

    /// <summary>A graph's first command; its id names the graph.</summary>
    public static Command Init(ReadOnlySpan<byte> payload, ICommandIdentity? identity = null) =>
        Create(Prior.None, Priority.Init, payload, identity);

    /// <summary>The one merge of two independent commands: the same on every peer.</summary>
    public static Command Merge(Address one, Address other, ICommandIdentity? identity = null) =>
        Create(Prior.Merge(one, other), Priority.Merge, default, identity);

    /// <summary>Writes the canonical bytes of a command and derives its id.</summary>
    /// <exception cref="ArgumentException">Prior, priority and payload do not go together.</exception>
    public static Command Create(Prior prior, Priority priority, ReadOnlySpan<byte> payload, ICommandIdentity? identity = null)
    {
        if (Mismatch(prior.Kind, priority.Kind, payload.Length) is { } mismatch)
            throw new ArgumentException(mismatch);
        return CreateIn(new byte[HeaderSize(prior, priority) + payload.Length], prior, priority, payload, identity);
    }

    /// <summary>
    /// Reads canonical bytes and derives the id from them. The error says what is wrong with bytes that are no command.
    /// </summary>
    public static Result<Command> Parse(ReadOnlyMemory<byte> bytes, ICommandIdentity? identity = null)
    {
        if (ReadHeader(bytes.Span, out var prior, out var priority, out var offset) is { } why)
            return new SyncError(SyncErrorKind.MalformedPayload, $"not a command: {why}");
        return new Command(Identify(bytes.Span, prior, priority, bytes.Span[offset..], identity), prior.MaxCut, priority, bytes, offset);
    }

    /// <summary>Reads canonical bytes whose id is already known from a checked index, without hashing them again.</summary>
    /// <exception cref="SyncException">The bytes are no command: the store is damaged.</exception>
    public static Command Restore(CommandId id, ReadOnlyMemory<byte> bytes)
    {
        if (ReadHeader(bytes.Span, out var prior, out var priority, out var offset) is { } why)
            throw new SyncException(new SyncError(SyncErrorKind.StoreDamaged, $"the stored bytes of {id} are not a command: {why}"));
        return new Command(id, prior.MaxCut, priority, bytes, offset);
    }

    public override string ToString() => $"{Address} {Priority}";

    /// <summary>Bytes before the payload.</summary>
    internal static int HeaderSize(Prior prior, Priority priority)
    {
        var size = PriorOffset;
        if (prior.Kind >= PriorKind.Single)
            size += CommandId.Size + Varint.Size((uint)prior.Left.MaxCut);
        if (prior.Kind == PriorKind.Merge)
            size += CommandId.Size + Varint.Size((uint)prior.Right.MaxCut);
        if (priority.Kind == PriorityKind.Basic)
            size += Varint.Size(priority.Value);
        return size;
    }

    internal static int WriteHeader(Span<byte> bytes, Prior prior, Priority priority)
    {
        bytes[0] = Format;
        bytes[1] = (byte)((int)prior.Kind | (int)priority.Kind << 2);
        var at = PriorOffset;
        if (prior.Kind >= PriorKind.Single)
            at += WriteAddress(bytes[at..], prior.Left);
        if (prior.Kind == PriorKind.Merge)
            at += WriteAddress(bytes[at..], prior.Right);
        if (priority.Kind == PriorityKind.Basic)
            at += Varint.Write(bytes[at..], priority.Value);
        return at;
    }

    /// <summary>
    /// Writes the canonical bytes of parts known to go together into memory of exactly their size, which the command
    /// keeps, and derives the id.
    /// </summary>
    internal static Command CreateIn(Memory<byte> bytes, Prior prior, Priority priority, ReadOnlySpan<byte> payload, ICommandIdentity? identity)
    {
        var span = bytes.Span;
        var offset = WriteHeader(span, prior, priority);
        payload.CopyTo(span[offset..]);
        return new Command(Identify(span, prior, priority, span[offset..], identity), prior.MaxCut, priority, bytes, offset);
    }

    // The bytes were checked, or written here.
    private Prior ReadPrior()
    {
        var bytes = Bytes.Span;
        var offset = PriorOffset;
        _ = TryReadAddress(bytes, ref offset, out var left);
        if (PriorKind == PriorKind.Single)
            return Prior.Single(left);
        _ = TryReadAddress(bytes, ref offset, out var right);
        return Prior.Ordered(left, right);
    }

    private static int WriteAddress(Span<byte> bytes, Address address)
    {
        address.Id.CopyTo(bytes);
        return CommandId.Size + Varint.Write(bytes[CommandId.Size..], (uint)address.MaxCut);
    }

    private static CommandId Identify(ReadOnlySpan<byte> bytes, Prior prior, Priority priority, ReadOnlySpan<byte> payload, ICommandIdentity? identity)
    {
        if (identity is not null)
            return identity.Identify(prior, priority, payload);
        Span<byte> hash = stackalloc byte[CommandId.Size];
        BareSha256.Hash(bytes, hash);
        return new CommandId(hash);
    }

    private static string? ReadHeader(ReadOnlySpan<byte> bytes, out Prior prior, out Priority priority, out int offset)
    {
        prior = Prior.None;
        priority = default;
        offset = PriorOffset;
        if (bytes.Length < 2)
            return "it is cut";
        if (bytes[0] != Format)
            return $"its format is {bytes[0]}, not {Format}";
        var (priorKind, priorityKind) = ((PriorKind)(bytes[1] & PriorKindMask), (PriorityKind)(bytes[1] >> 2 & 3));
        if (bytes[1] >> 4 != 0 || priorKind > PriorKind.Merge)
            return $"its kind is {bytes[1]:x2}";
        Address left = default, right = default;
        if (priorKind >= PriorKind.Single && !TryReadAddress(bytes, ref offset, out left))
            return "its prior is cut or out of range";
        if (priorKind == PriorKind.Merge && !TryReadAddress(bytes, ref offset, out right))
            return "its second prior is cut or out of range";
        if (priorKind == PriorKind.Merge && left.Id >= right.Id)
            return "the priors of a merge are not in order of their ids";
        ulong number = 0;
        if (priorityKind == PriorityKind.Basic && !TryReadNumber(bytes, ref offset, uint.MaxValue, out number))
            return "its priority is cut or out of range";
        prior = priorKind switch
        {
            PriorKind.None => Prior.None,
            PriorKind.Single => Prior.Single(left),
            _ => Prior.Ordered(left, right),
        };
        priority = priorityKind switch
        {
            PriorityKind.Merge => Priority.Merge,
            PriorityKind.Basic => Priority.Basic((uint)number),
            PriorityKind.Finalize => Priority.Finalize,
            _ => Priority.Init,
        };
        return Mismatch(priorKind, priorityKind, bytes.Length - offset);
    }

    private static bool TryReadAddress(ReadOnlySpan<byte> bytes, ref int offset, out Address address)
    {
        address = default;
        if (bytes.Length - offset < CommandId.Size)
            return false;
        var id = new CommandId(bytes[offset..]);
        offset += CommandId.Size;
        if (!TryReadNumber(bytes, ref offset, int.MaxValue - 1, out var maxCut))
            return false;
        address = new Address(id, (int)maxCut);
        return true;
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> bytes, ref int offset, ulong most, out ulong number)
    {
        if (!Varint.TryRead(bytes[offset..], out number, out var size) || number > most)
            return false;
        offset += size;
        return true;
    }

    private static string? Mismatch(PriorKind prior, PriorityKind priority, int payloadLength) => (prior, priority) switch
    {
        (PriorKind.None, PriorityKind.Init) or (PriorKind.Single, PriorityKind.Basic or PriorityKind.Finalize) => null,
        (PriorKind.Merge, PriorityKind.Merge) => payloadLength == 0 ? null : $"a merge carries no payload, this one {payloadLength} bytes",
        _ => $"a command of priority {priority} cannot have the prior {prior}",
    };
}

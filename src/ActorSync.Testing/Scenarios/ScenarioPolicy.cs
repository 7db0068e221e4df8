using System.Buffers.Binary;
using System.Security.Cryptography;
using ActorSync.Graphs;
using ActorSync.Graphs.Policies;
using ActorSync.Wire;

namespace ActorSync.Testing.Scenarios;

/// <summary>
/// The policy of the scenario files: keys and values that are numbers, and ids that follow from another encoding of the
/// commands (postcard). The payload of a command is that encoding without what the command says anyway: the index of its
/// variant, then the fields after parent and priority; so an id is the SHA-256 of
/// <code>
/// Init    0, the payload's rest: nonce, 8 bytes of policy number, lowest first
/// Merge   1, left address, right address
/// others  variant, parent address, priority, the payload's rest: key and value, key, or nonce
/// </code>
/// with numbers as varints and an address as 0x20, 32 bytes of id, varint max cut.
/// </summary>
public sealed class ScenarioPolicy : IGraphPolicy, ICommandIdentity
{
    public static readonly ScenarioPolicy Instance = new();

    private const string FactName = "fact";
    private const string EffectName = "value";
    private const byte IdLength = 0x20;

    private enum Variant : byte
    {
        Init = 0,
        Merge = 1,
        Basic = 2,
        Delete = 3,
        NoOp = 4,
        Poison = 5,
    }

    ICommandIdentity IGraphPolicy.Identity => this;

    /// <summary>The init command of a policy's number.</summary>
    public static Command Init(ulong policy)
    {
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(number, policy);
        return Command.Init([.. Payload(Variant.Init, policy), .. number], Instance);
    }

    /// <summary>The payload of a command that writes a fact and emits its value.</summary>
    public static byte[] Set(ulong key, ulong value) => Payload(Variant.Basic, key, value);

    /// <summary>The payload of a command that deletes a fact.</summary>
    public static byte[] Delete(ulong key) => Payload(Variant.Delete, key);

    /// <summary>The payload of a command that does nothing.</summary>
    public static byte[] NoOp(ulong nonce) => Payload(Variant.NoOp, nonce);

    /// <summary>The payload of a command that writes a fact and is rejected then.</summary>
    public static byte[] Poison(ulong key, ulong value) => Payload(Variant.Poison, key, value);

    /// <summary>The value under a key, if there is one.</summary>
    public static ulong? Find(Facts facts, ulong key) =>
        facts.TryGet(FactName, Number(key), out var value) ? BinaryPrimitives.ReadUInt64LittleEndian(value.Span) : null;

    /// <summary>The number that an effect tells.</summary>
    public static ulong ValueOf(Effect effect) => BinaryPrimitives.ReadUInt64LittleEndian(effect.Payload.Span);

    public CommandId Identify(Prior prior, Priority priority, ReadOnlySpan<byte> payload)
    {
        var bytes = new List<byte>(2 * (CommandId.Size + 6) + payload.Length);
        bytes.Add(prior.Kind == PriorKind.Merge ? (byte)Variant.Merge : payload.IsEmpty ? byte.MaxValue : payload[0]);
        if (prior.Kind >= PriorKind.Single)
            Add(bytes, prior.Left);
        if (prior.Kind == PriorKind.Merge)
            Add(bytes, prior.Right);
        if (priority.Kind == PriorityKind.Basic)
            Add(bytes, priority.Value);
        if (!payload.IsEmpty)
            bytes.AddRange(payload[1..]);
        return new CommandId(SHA256.HashData(bytes.ToArray()));
    }

    public Verdict Evaluate(Command command, Evaluation facts)
    {
        var payload = command.Payload.Span;
        if (payload.IsEmpty || !TryReadNumbers(payload[1..], out var first, out var second) && payload[0] != (byte)Variant.Init)
            return Verdict.Reject("its payload is not of the scenario policy");
        switch ((Variant)payload[0])
        {
            case Variant.Init when command.PriorKind == PriorKind.None:
            case Variant.NoOp when second is null:
                return Verdict.Accept;
            case Variant.Basic when second is not null:
                facts.Set(FactName, Number(first), Number(second.Value));
                facts.Emit(EffectName, Number(second.Value));
                return Verdict.Accept;
            case Variant.Delete when second is null:
                facts.Delete(FactName, Number(first));
                return Verdict.Accept;
            case Variant.Poison when second is not null:
                facts.Set(FactName, Number(first), Number(second.Value));
                return Verdict.Reject("it is poison");
            default:
                return Verdict.Reject("its payload is not of the scenario policy");
        }
    }

    private static byte[] Number(ulong number) => BitConverter.GetBytes(BitConverter.IsLittleEndian ? number : BinaryPrimitives.ReverseEndianness(number));

    private static byte[] Payload(Variant variant, params ReadOnlySpan<ulong> numbers)
    {
        var bytes = new List<byte> { (byte)variant };
        foreach (var number in numbers)
            Add(bytes, number);
        return [.. bytes];
    }

    private static bool TryReadNumbers(ReadOnlySpan<byte> bytes, out ulong first, out ulong? second)
    {
        second = null;
        if (!Varint.TryRead(bytes, out first, out var size))
            return false;
        if (size == bytes.Length)
            return true;
        var ok = Varint.TryRead(bytes[size..], out var number, out var rest) && size + rest == bytes.Length;
        second = number;
        return ok;
    }

    private static void Add(List<byte> bytes, Address address)
    {
        bytes.Add(IdLength);
        bytes.AddRange(address.Id.ToArray());
        Add(bytes, (ulong)address.MaxCut);
    }

    private static void Add(List<byte> bytes, ulong number)
    {
        Span<byte> varint = stackalloc byte[Varint.MaxSize];
        bytes.AddRange(varint[..Varint.Write(varint, number)]);
    }
}

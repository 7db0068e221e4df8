using ActorSync.Wire;

namespace ActorSync.Graphs.Policies;

/// <summary>
/// A map of keys to values that many writers share. Of two writes of one key the later in the weave stands. The payload
/// of a command, as docs/policies.md says it:
/// <code>
/// byte    1 set, 2 delete
/// varint  bytes of the key, and the key
/// byte*   the value of a set, to the end
/// </code>
/// Each emits an effect of that name with the command's payload. The payload of the init command is the application's own.
/// </summary>
public sealed class KeyValuePolicy : IGraphPolicy
{
    /// <summary>The name of the facts.</summary>
    public const string FactName = "map";

    /// <summary>The effect of a value that was set.</summary>
    public const string SetEffect = "set";

    /// <summary>The effect of a key that was deleted.</summary>
    public const string DeleteEffect = "delete";

    private const byte SetTag = 1;
    private const byte DeleteTag = 2;

    /// <summary>The payload of a command that sets a value.</summary>
    public static byte[] Set(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => Write(SetTag, key, value);

    /// <summary>The payload of a command that deletes a key.</summary>
    public static byte[] Delete(ReadOnlySpan<byte> key) => Write(DeleteTag, key, default);

    /// <summary>Reads a payload, or the effect of one: whether it sets, its key, and the value it sets. False when it is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out bool isSet, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        isSet = payload is [SetTag, ..];
        key = value = default;
        if (payload is not [SetTag or DeleteTag, ..] || !Varint.TryRead(payload[1..], out var size, out var prefix) || size > (ulong)(payload.Length - 1 - prefix))
            return false;
        key = payload.Slice(1 + prefix, (int)size);
        value = payload[(1 + prefix + (int)size)..];
        return isSet || value.IsEmpty;
    }

    public string? Version => "key-value 1";

    public Verdict Evaluate(Command command, Evaluation facts)
    {
        if (command.PriorKind == PriorKind.None)
            return Verdict.Accept;
        var payload = command.Payload.Span;
        if (!TryRead(payload, out var isSet, out var key, out var value))
            return Verdict.Reject($"its payload of {payload.Length} bytes neither sets nor deletes a key");
        if (isSet)
            facts.Set(FactName, key, value);
        else
            facts.Delete(FactName, key);
        facts.Emit(isSet ? SetEffect : DeleteEffect, payload);
        return Verdict.Accept;
    }

    private static byte[] Write(byte tag, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var prefix = Varint.Size((uint)key.Length);
        var payload = new byte[1 + prefix + key.Length + value.Length];
        payload[0] = tag;
        Varint.Write(payload.AsSpan(1), (uint)key.Length);
        key.CopyTo(payload.AsSpan(1 + prefix));
        value.CopyTo(payload.AsSpan(1 + prefix + key.Length));
        return payload;
    }
}

using System.Text;
using ActorSync.Wire;

namespace ActorSync.States;

/// <summary>What a state refuses, and the sentences that say so.</summary>
internal sealed class StateChecks(StateSettings settings, StateTable table, HybridClock clock)
{
    // A sentence names no more.
    private const int NamedKeys = 8;

    private readonly StateLimits _limits = settings.Limits;

    /// <summary>Why a write of the application cannot be; null when it can.</summary>
    public SyncError? Refusal(StateSet set, WallTime wall)
    {
        if (string.IsNullOrEmpty(set.Key) || !StateEntry.IsText(set.Key))
            return Invalid("a key has at least one character, and no half of a surrogate pair");
        if (KeyTooLong(set.Key) is { } tooLong)
            return tooLong;
        if (set.TtlMilliseconds is < 1 or > StateEntry.MostMilliseconds)
            return Invalid($"{Named(set.Key)}: a ttl is 1 to {StateEntry.MostMilliseconds} milliseconds, not {set.TtlMilliseconds}");
        if (set.Milliseconds is < 0 or > StateEntry.MostMilliseconds)
            return Invalid($"{Named(set.Key)}: a ts is 0 to {StateEntry.MostMilliseconds} milliseconds since 1970, not {set.Milliseconds}");
        if (set.Milliseconds is { } given && clock.IsAhead(given, wall))
            return Ahead(set.Key, given, wall);
        if (set.Value is not { } value)
            return null;
        if (value.Length > _limits.ValueBytes && StateJson.Compact(value).Length > _limits.ValueBytes)
            return ValueTooLong(set.Key, value.Length);
        return StateJson.Fault(value.Span) is { } fault ? Invalid($"{Named(set.Key)}: its value is no JSON: {fault}") : null;
    }

    /// <summary>Why an entry of a peer cannot be taken; null when it can.</summary>
    public SyncError? Refusal(StateEntry entry, WallTime wall)
    {
        if (KeyTooLong(entry.Key) is { } tooLong)
            return tooLong;
        if (clock.IsAhead(entry.Stamp.Milliseconds, wall))
            return Ahead(entry.Key, entry.Stamp.Milliseconds, wall);
        return entry.Value.Length > _limits.ValueBytes ? ValueTooLong(entry.Key, entry.Value.Length) : null;
    }

    /// <summary>Whether there is room for entries on top of what is held and what waits for the store.</summary>
    public SyncError? NoRoom(int keys, long bytes)
    {
        if (table.Count + keys > _limits.Keys)
            return new SyncError(SyncErrorKind.LimitExceeded, $"the state would have {table.Count + keys} keys, {table.Tombstones} of deleted ones included, and may have {_limits.Keys}; delete some and wait until their tombstones are past");
        return table.Bytes + bytes > _limits.Bytes
            ? new SyncError(SyncErrorKind.LimitExceeded, $"the state would have {table.Bytes + bytes} bytes and may have {_limits.Bytes}; delete entries, or raise the limit")
            : null;
    }

    /// <summary>Why none of a set is taken in which some writes would change nothing: whoever sent it would wait for them in vain.</summary>
    public static SyncError ChangeNothing(IReadOnlyList<string> keys) => Invalid(
        $"nothing was written: the write of {string.Join(", ", keys.Take(NamedKeys).Select(Quoted))}{(keys.Count > NamedKeys ? $" and {keys.Count - NamedKeys} more" : "")} is older than what is held, or past its ttl; leave them out, or leave ts out to write now");

    private SyncError? KeyTooLong(string key)
    {
        var most = Math.Min(_limits.KeyBytes, WireLimits.StateKeyBytes);
        var bytes = Encoding.UTF8.GetByteCount(key);
        return bytes <= most ? null : new SyncError(SyncErrorKind.LimitExceeded, $"{Named(key)}: the key has {bytes} bytes and may have {most}");
    }

    private SyncError ValueTooLong(string key, int bytes) =>
        new(SyncErrorKind.LimitExceeded, $"{Named(key)}: the value has {bytes} bytes and may have {_limits.ValueBytes}");

    private SyncError Ahead(string key, long milliseconds, WallTime wall) => new(
        SyncErrorKind.ClockAhead,
        $"{Named(key)}: its time {milliseconds} lies {(milliseconds - wall.Milliseconds) / 1000} s ahead of this node's clock, and {_limits.Ahead.TotalSeconds} s are allowed; set the clocks right");

    private static SyncError Invalid(string why) => new(SyncErrorKind.InvalidRequest, why);

    /// <summary>A key for people: it may be long.</summary>
    public static string Quoted(string key) => $"\"{(key.Length <= 80 ? key : key[..80] + "…")}\"";

    private static string Named(string key) => $"the key {Quoted(key)}";
}

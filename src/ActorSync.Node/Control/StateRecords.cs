using System.Text.Json;
using ActorSync.States;

namespace ActorSync.Node.Control;

// What travels over the control socket of shared states, and what --json prints. Times are milliseconds, in UTC since 1970.

/// <summary>A key that has a value.</summary>
public sealed record StateLine(string Key, JsonElement Value, long Ts, long? Ttl)
{
    public static StateLine Of(StateEntry entry)
    {
        var reader = new Utf8JsonReader(entry.Value.Span, new JsonReaderOptions { MaxDepth = StateJson.MostDepth });
        return new StateLine(entry.Key, JsonElement.ParseValue(ref reader), entry.Stamp.Milliseconds, entry.TtlMilliseconds);
    }
}

/// <summary>Asks to write a key of a state: to give it a value, which may be null, or to delete it; for how many milliseconds it counts, or null for what the node's settings say.</summary>
public sealed record StateWrite(string State, string Key, JsonElement? Value = null, bool Delete = false, long? Ttl = null);

/// <summary>A write that is durable now, and the version of the state with it.</summary>
public sealed record StateWritten(string State, string Key, string Version);

/// <summary>What changed, or when <paramref name="All"/>, what there is and nothing else.</summary>
public sealed record StateChanged(bool All, string Version, IReadOnlyList<StateLine> Entries, IReadOnlyList<string> Gone)
{
    public static StateChanged Of(StateChange change) => new(
        change.IsWhole, change.Version.ToString(),
        [.. change.Entries.Where(entry => !entry.IsTombstone).Select(StateLine.Of)],
        [.. change.Entries.Where(entry => entry.IsTombstone).Concat(change.Expired).Select(entry => entry.Key)]);
}

/// <summary>Entries in the order of their keys; a broken connection ends them with a <see cref="SyncException"/>.</summary>
public sealed record StateLines(IAsyncEnumerable<StateLine> Lines);

/// <summary>Changes as they come; a broken connection ends them with a <see cref="SyncException"/>.</summary>
public sealed record StateWatch(IAsyncEnumerable<StateChanged> Changes);

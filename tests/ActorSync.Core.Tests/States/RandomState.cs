using System.Globalization;
using System.Text;
using ActorSync.Peers;
using ActorSync.States;

namespace ActorSync.Core.Tests.States;

/// <summary>Entries drawn from a seed: few keys, few times, few nodes, so that ties and overwriting are common.</summary>
internal static class RandomState
{
    public static readonly WallTime Now = new(1_760_000_000_000);

    public static readonly StateSettings Settings = StateSettings.Default with { ExpiredTtl = TimeSpan.FromMilliseconds(300) };

    public static StateEntry Entry(Random random, int keys = 6, int? tombstoneTtl = null)
    {
        var key = "k" + random.Next(keys).ToString(CultureInfo.InvariantCulture);
        var stamp = new StateStamp(Now.Milliseconds + random.Next(-400, 5), (uint)random.Next(2), new NodeId((UInt128)random.Next(3)));
        var ttl = random.Next(1, 500);
        return random.Next(4) switch
        {
            0 => StateEntry.Tombstone(key, stamp, tombstoneTtl ?? ttl),
            1 => StateEntry.Live(key, Json(random.Next(3)), stamp, ttl),
            _ => StateEntry.Live(key, Json(random.Next(3)), stamp),
        };
    }

    public static StateEntry Live(string key, int value, long milliseconds, uint counter = 0, int node = 1, long? ttl = null) =>
        StateEntry.Live(key, Json(value), new StateStamp(milliseconds, counter, new NodeId((UInt128)node)), ttl);

    public static StateEntry Tombstone(string key, long milliseconds, long ttl = 1000, int node = 1) =>
        StateEntry.Tombstone(key, new StateStamp(milliseconds, 0, new NodeId((UInt128)node)), ttl);

    /// <summary>A table that merged these, in this order, at a time.</summary>
    public static StateTable Table(IEnumerable<StateEntry> entries, WallTime? wall = null)
    {
        var table = new StateTable(Settings);
        foreach (var entry in entries)
            table.Merge(entry, default, wall ?? Now);
        return table;
    }

    /// <summary>Entries of different keys, older than now.</summary>
    public static IEnumerable<StateEntry> Many(int count, int seed = 1, int valueBytes = 20)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var value = Encoding.UTF8.GetBytes($"\"{i.ToString(CultureInfo.InvariantCulture).PadLeft(valueBytes, 'v')}\"");
            yield return StateEntry.Live($"device/{i:d6}/limit", value, new StateStamp(Now.Milliseconds - random.Next(1_000_000), 0, new NodeId(7)));
        }
    }

    /// <summary>All that a table holds, in words.</summary>
    public static string Content(StateTable table) =>
        string.Join('\n', table.Entries.Select(entry => entry.ToString()).Order(StringComparer.Ordinal));

    public static ReadOnlyMemory<byte> Json(int value) => Encoding.UTF8.GetBytes(value.ToString(CultureInfo.InvariantCulture));
}

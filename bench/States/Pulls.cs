using System.Diagnostics;
using System.Globalization;
using System.Text;
using ActorSync.States;
using ActorSync.Testing.States;

namespace ActorSync.Bench;

/// <summary>What it takes to bring two nearly equal states level: bytes, round trips, and time of computing.</summary>
internal static class Pulls
{
    public static int Run(int entries, int different)
    {
        var world = new StateWorld(1, 2, StateSettings.Default with { PushInterval = TimeSpan.FromDays(1) });
        var all = Enumerable.Range(0, entries + different).Select(i => StateEntry.Live($"device/{i:d6}/limit", Encoding.UTF8.GetBytes($$"""{"mbit":{{i}}}"""), new StateStamp(1_759_000_000_000 + i, 0, default))).ToArray();
        world.Nodes[0].Has(all[..entries]);
        world.Nodes[1].Has(all[different..]);
        var start = Stopwatch.GetTimestamp();
        world.PullFrom(0);
        if (!world.RunUntil(() => world.IsLevel, TimeSpan.FromMinutes(1)))
            return 1;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{entries:n0} entries, {different} missing on either side: {world.Traffic.Sum(sent => sent.Bytes):n0} bytes, {world.Traffic.Count / 2.0} round trips, {Stopwatch.GetElapsedTime(start).TotalMilliseconds:f0} ms of computing on both sides"));
        return 0;
    }
}

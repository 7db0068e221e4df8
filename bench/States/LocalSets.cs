using System.Diagnostics;
using System.Globalization;
using System.Text;
using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.States;
using ActorSync.States.Exchange;

namespace ActorSync.Bench;

/// <summary>Writes through a whole replica, one a set, each committed at once: what the machines cost, on one core.</summary>
internal static class LocalSets
{
    private const double Target = 200_000;

    public static int Run(int sets, int keys)
    {
        _ = Measure(Math.Min(sets, 200_000), keys);
        var before = Environment.CpuUsage.TotalTime;
        var (seconds, replica) = Measure(sets, keys);
        var (rate, processor) = (sets / seconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{rate:n0} sets/s, {sets / processor:n0} a second of processor time: {sets:n0} sets of {keys:n0} keys, {replica.Table.Bytes / replica.Table.Count} bytes an entry"));
        return rate >= Target ? 0 : 1;
    }

    private static (double Seconds, StateReplica Replica) Measure(int sets, int keys)
    {
        var settings = StateSettings.Default;
        var self = new NodeId(1);
        var replica = new StateReplica(new StateName("bench"), self, settings, new StateTable(settings), new HybridClock(self, settings.Limits.Ahead), new Random(1));
        var names = Enumerable.Range(0, keys).Select(i => $"device/{i:d6}/limit").ToArray();
        var values = Enumerable.Range(0, 1000).Select(i => Encoding.UTF8.GetBytes($$"""{"mbit":{{i}},"burst":true}""")).ToArray();
        var outbox = new Outbox<ReplicaOutput>();
        var random = new Random(2);
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < sets; i++)
        {
            var wall = new WallTime(1_760_000_000_000 + i / 200);
            var now = MonotonicTime.Zero + TimeSpan.FromTicks(i * 50L);
            replica.Handle(new ReplicaInput.Set(i, [StateSet.To(names[random.Next(keys)], values[i % values.Length])], wall), now, outbox);
            while (outbox.TryTake(out var output))
                if (output is ReplicaOutput.Append append)
                    replica.Handle(new ReplicaInput.Committed(append.Number, wall), now, outbox);
        }
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, replica);
    }
}

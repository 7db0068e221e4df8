using System.Diagnostics;
using ActorSync.Bench.SideBySide.Harness;

namespace ActorSync.Bench.SideBySide.Peers;

/// <summary>The floor of a durable commit: a write of a few hundred bytes to the end of a file, and a flush of it.</summary>
internal static class BareFlush
{
    private const int Bytes = 200;

    /// <summary>The microseconds that each of so many took.</summary>
    public static async Task<double[]> MeasureAsync(Workplace place, int count, int paceMilliseconds = 0)
    {
        var path = place.New("flushed");
        var took = new double[count];
        var bytes = new byte[Bytes];
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
        {
            for (var i = 0; i < count; i++)
            {
                if (paceMilliseconds > 0)
                    await Task.Delay(paceMilliseconds);
                var began = Stopwatch.GetTimestamp();
                RandomAccess.Write(file, bytes, (long)i * Bytes);
                RandomAccess.FlushToDisk(file);
                took[i] = Stopwatch.GetElapsedTime(began).TotalMicroseconds;
            }
        }
        File.Delete(path);
        return took;
    }
}

namespace ActorSync.Storage.Tests.Crashes;

/// <summary>Cuts a journal before each of its acts, in each way that un-flushed writes and names can be lost.</summary>
internal static class CrashEverywhere
{
    /// <param name="disk">What was there before the journal.</param>
    /// <param name="journal">What was asked of the disk.</param>
    /// <param name="lossesAt">In which ways to lose what was not flushed, at each point.</param>
    /// <param name="check">Looks at what is left of a crash before that act.</param>
    public static async Task RunAsync(Disk disk, IReadOnlyList<DiskAct> journal, Func<int, Loss[]> lossesAt, Func<MemoryFiles, int, Task> check)
    {
        var checks = new List<Task>();
        using var turns = new SemaphoreSlim(2 * Environment.ProcessorCount);
        for (var point = 0; point <= journal.Count; point++)
        {
            foreach (var loss in lossesAt(point))
            {
                var (files, cut) = (disk.Crash(loss, point), point);
                await turns.WaitAsync();
                checks.Add(Task.Run(async () =>
                {
                    try
                    {
                        await check(files, cut);
                    }
                    catch (Exception failure)
                    {
                        throw new InvalidOperationException($"cut before act {cut}, {(cut < journal.Count ? journal[cut] : "the end")}, losing {loss}: {failure.Message}", failure);
                    }
                    finally
                    {
                        turns.Release();
                    }
                }));
            }
            if (point < journal.Count)
                disk.Play(journal[point]);
        }
        await Task.WhenAll(checks);
    }
}

namespace Akka.Actor;

/// <summary>
/// Looks after cells that wait for a thread whose present message does not end, because it computes or blocks: they are
/// handed to the pool. One thread of the process; it sleeps while no cell has waited for a while.
/// </summary>
internal static class WorkerWatch
{
    private const int Period_ms = 10;
    private const int IdlePeriods = 10;

    private static readonly Lock Sync = new();
    private static readonly List<Watched> Workers = [];
    private static readonly ManualResetEventSlim Signal = new();
    private static int _isAwake;

    static WorkerWatch() => new Thread(Watch) { IsBackground = true, Name = "akka watch" }.Start();

    /// <summary>Watches a worker for as long as its thread lives.</summary>
    internal static void Add(Worker worker)
    {
        lock (Sync)
            Workers.Add(new Watched(new WeakReference<Worker>(worker)));
    }

    /// <summary>A cell has begun to wait.</summary>
    internal static void Wake()
    {
        Interlocked.MemoryBarrier(); // it waits before this looks
        if (Volatile.Read(ref _isAwake) == 0 && Interlocked.Exchange(ref _isAwake, 1) == 0)
            Signal.Set();
    }

    private static void Watch()
    {
        for (var idle = 0; ;)
        {
            Thread.Sleep(Period_ms);
            idle = LookAtAll() ? 0 : idle + 1;
            if (idle < IdlePeriods)
                continue;
            idle = 0;
            Signal.Reset();
            // Who begins to wait after the exchange wakes this thread; who began before is seen here.
            Interlocked.Exchange(ref _isAwake, 0);
            if (LookAtAll())
                Wake();
            Signal.Wait();
        }
    }

    /// <returns>Whether any worker has run since the last look, or something waits.</returns>
    private static bool LookAtAll()
    {
        var isActive = false;
        lock (Sync)
        {
            Workers.RemoveAll(static watched => !watched.Worker.TryGetTarget(out _));
            foreach (var watched in Workers)
                isActive |= watched.Look();
        }
        return isActive;
    }

    private sealed class Watched(WeakReference<Worker> reference)
    {
        private long _turns;

        internal WeakReference<Worker> Worker => reference;

        internal bool Look()
        {
            if (!reference.TryGetTarget(out var worker))
                return false;
            var turns = worker.Turns;
            var hasTurned = turns != _turns;
            _turns = turns;
            var hasWaiting = worker.HasWaiting;
            if (hasWaiting && !hasTurned)
                worker.HandOver();
            return hasTurned || hasWaiting;
        }
    }
}

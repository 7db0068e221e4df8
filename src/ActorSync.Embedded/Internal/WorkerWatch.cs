namespace Akka.Actor;

/// <summary>
/// Hands cells that wait for a thread whose present message does not end, because it computes or blocks, to the pool. One
/// thread of the process; it sleeps while no cell has waited for a while.
/// </summary>
internal static class WorkerWatch
{
    private const int Period_ms = 10;
    private const int IdlePeriods = 10;

    private static readonly List<WeakReference<Worker>> Workers = [];
    private static readonly ManualResetEventSlim Signal = new();
    private static int _isAwake;

    static WorkerWatch() => new Thread(Watch) { IsBackground = true, Name = "akka watch" }.Start();

    internal static void Add(Worker worker)
    {
        lock (Workers)
            Workers.Add(new WeakReference<Worker>(worker));
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
        for (var idle = 0; ; idle = LookAtAll() ? 0 : idle + 1)
        {
            Thread.Sleep(Period_ms);
            if (idle < IdlePeriods)
                continue;
            Signal.Reset();
            // Who begins to wait after the exchange wakes this thread; who began before is seen here.
            Interlocked.Exchange(ref _isAwake, 0);
            if (LookAtAll())
                Wake();
            Signal.Wait();
        }
    }

    private static bool LookAtAll()
    {
        lock (Workers)
        {
            Workers.RemoveAll(static worker => !worker.TryGetTarget(out _));
            var isActive = false;
            foreach (var reference in Workers)
                isActive |= reference.TryGetTarget(out var worker) && worker.Look();
            return isActive;
        }
    }
}

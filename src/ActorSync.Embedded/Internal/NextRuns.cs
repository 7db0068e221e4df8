namespace Akka.Actor;

/// <summary>
/// The cells that run next on one thread of the pool: those that were idle until they were told something there, by an
/// actor or by who asks. To wake another thread for each would take longer than most runs do. The newest is first, as it
/// goes on with what is under way. They are handed to the pool after all when there are many, when the actor that told
/// them goes on with another message, and when they have waited for a while, as behind a message that blocks.
/// </summary>
internal sealed class NextRuns
{
    private const int Most = 4;
    private const int MostInARow = 32;
    private const int MostLent = 16;
    private const int LookAfter_ms = 10;

    // By the number of the thread; two threads that share one do no harm.
    private static readonly NextRuns[] All = [.. Enumerable.Range(0, 64).Select(_ => new NextRuns())];
    private static readonly Timer Watch = new(_ => Look(), null, Timeout.Infinite, Timeout.Infinite);
    private static int _watched;
    private static ExecutionContext _ownContext;

    [ThreadStatic]
    private static NextRuns _here; // null: no cell runs on this thread, or none of the pool's

    private readonly ActorCell[] _cells = new ActorCell[Most];
    private ActorCell _seen;
    private bool _hasTold;
    private int _lent;

    /// <summary>Has a cell run soon: here, or on the pool.</summary>
    internal static void Add(ActorCell cell)
    {
        var (here, at) = (_here, 0);
        while (here is not null && at < Most && Interlocked.CompareExchange(ref here._cells[at], cell, null) is not null)
            at++;
        if (here is null || at == Most)
        {
            ThreadPool.UnsafeQueueUserWorkItem(cell, preferLocal: false);
            return;
        }
        here._hasTold = true;
        WatchOnce();
    }

    /// <summary>Runs a cell for the pool, then the cells that it told something, and so on.</summary>
    internal static void Run(ActorCell cell)
    {
        _ownContext ??= ExecutionContext.Capture();
        _here = OfThisThread();
        _here._lent = 0;
        cell.Run();
        RunNext();
    }

    /// <summary>
    /// Tells something to who is asked, who runs here before this returns, as the asker can only wait; not if the asker
    /// brings a context of its own, and not again and again, for others wait for the thread.
    /// </summary>
    internal static void Lend(ICanTell asked, object message, IActorRef asker)
    {
        var lends = message is not null && MayLend() && OfThisThread()._lent++ < MostLent;
        if (lends)
            _here = OfThisThread();
        asked.Tell(message, asker);
        if (lends)
            RunNext();
    }

    /// <summary>The actor goes on with another message: whom it has told something need not wait for that.</summary>
    internal static void GoOn()
    {
        if (_here is { _hasTold: true } here)
            here.HandOver();
    }

    private static NextRuns OfThisThread() => All[Environment.CurrentManagedThreadId % All.Length];

    private static bool MayLend() =>
        _here is null && ActorCell.Current is null && Thread.CurrentThread.IsThreadPoolThread && SynchronizationContext.Current is null
        && ReferenceEquals(ExecutionContext.Capture(), _ownContext);

    // Not for ever, for others wait for the thread.
    private static void RunNext()
    {
        var here = _here;
        for (var run = 1; run < MostInARow && here.Take() is { } cell; run++)
        {
            here._hasTold = false;
            cell.Run();
        }
        _here = null;
        here.HandOver();
    }

    private ActorCell Take()
    {
        ActorCell newest = null;
        for (var at = Most - 1; at >= 0 && newest is null; at--)
            newest = _cells[at] is null ? null : Interlocked.Exchange(ref _cells[at], null);
        return newest;
    }

    private void HandOver()
    {
        _hasTold = false;
        while (Take() is { } cell)
            ThreadPool.UnsafeQueueUserWorkItem(cell, preferLocal: false);
    }

    // Whoever finds this set has added its cell before, by an interlocked operation: the look to come sees it.
    private static void WatchOnce()
    {
        if (Volatile.Read(ref _watched) == 0 && Interlocked.Exchange(ref _watched, 1) == 0)
            Watch.Change(LookAfter_ms, Timeout.Infinite);
    }

    private static void Look()
    {
        Interlocked.Exchange(ref _watched, 0);
        foreach (var runs in All)
        {
            var oldest = Volatile.Read(ref runs._cells[0]);
            if (oldest is not null && ReferenceEquals(oldest, runs._seen))
                runs.HandOver();
            if ((runs._seen = oldest) is not null)
                WatchOnce();
        }
    }
}

using System.Collections.Concurrent;

namespace Akka.Actor;

/// <summary>
/// The cells that run next on one thread of the pool: those that were idle until they were told something there, by an
/// actor or by who asks. To wake another thread for each would take longer than most runs do. They are handed to the pool
/// after all when there are many, when the actor that told them goes on with another message, and when they have waited
/// for a while, as behind a message that blocks.
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

    private readonly ConcurrentQueue<ActorCell> _cells = new();
    private ActorCell _seen;
    private bool _hasTold;
    private int _lent;

    /// <summary>Has a cell run soon: here, or on the pool.</summary>
    internal static void Add(ActorCell cell)
    {
        if (_here is not { } here || here._cells.Count >= Most)
        {
            ThreadPool.UnsafeQueueUserWorkItem(cell, preferLocal: false);
            return;
        }
        here._cells.Enqueue(cell);
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
        var lends = MayLend() && OfThisThread()._lent++ < MostLent;
        if (lends)
            _here = OfThisThread();
        try
        {
            asked.Tell(message, asker);
        }
        finally
        {
            if (lends)
                RunNext();
        }
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
        for (var run = 1; run < MostInARow && here._cells.TryDequeue(out var cell); run++)
        {
            here._hasTold = false;
            cell.Run();
        }
        _here = null;
        here.HandOver();
    }

    private void HandOver()
    {
        _hasTold = false;
        while (_cells.TryDequeue(out var cell))
            ThreadPool.UnsafeQueueUserWorkItem(cell, preferLocal: false);
    }

    // Whoever adds a cell and finds this set is seen by the look to come: a queue moves its end by an interlocked operation.
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
            if (runs._cells.TryPeek(out var first) && ReferenceEquals(first, runs._seen))
                runs.HandOver();
            if ((runs._seen = first) is not null)
                WatchOnce();
        }
    }
}

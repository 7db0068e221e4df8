using System.Runtime.CompilerServices;

namespace Akka.Actor;

/// <summary>
/// The cells that run next on one thread of the pool: those that were idle until an actor told them something there. To
/// wake another thread for each would take longer than most runs do. The newest is first, as it goes on with what is under
/// way. They are handed to the pool after all when there are many, when the actor that told them goes on with another
/// message, and when they have waited for a while, as behind a message that blocks.
/// </summary>
internal sealed class NextRuns
{
    private const int Most = 4;
    private const int MostInARow = 32;
    private const int LookAfter_ms = 10;

    // Each thread has its own, which is gone with it.
    private static readonly ConditionalWeakTable<Thread, NextRuns> All = [];
    private static readonly Timer Watch = new(_ => Look(), null, Timeout.Infinite, Timeout.Infinite);
    private static int _watched;

    [ThreadStatic]
    private static NextRuns _own;

    [ThreadStatic]
    private static NextRuns _here; // null: the pool runs no cell on this thread

    private readonly ActorCell[] _cells = new ActorCell[Most];
    private readonly ActorCell[] _seen = new ActorCell[Most]; // at the last look
    private bool _hasTold;

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

    /// <summary>Runs a cell for the pool, then the cells that it told something, and so on; not for ever, for others wait for the thread.</summary>
    internal static void Run(ActorCell cell)
    {
        var (here, context) = (_own ??= All.GetOrCreateValue(Thread.CurrentThread), ExecutionContext.Capture());
        _here = here;
        try
        {
            for (var run = 0; cell is not null; cell = ++run < MostInARow ? here.Take() : null)
            {
                here._hasTold = false;
                cell.Run();
                // What an actor leaves in the thread's context is not the next one's.
                ExecutionContext.Restore(context);
            }
        }
        finally
        {
            _here = null;
            here.HandOver();
        }
    }

    /// <summary>The actor goes on with another message: whom it has told something need not wait for that.</summary>
    internal static void GoOn()
    {
        if (_here is { _hasTold: true } here)
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

    // Hands over whoever waits where it waited at the last look.
    private static void Look()
    {
        Interlocked.Exchange(ref _watched, 0);
        foreach (var (_, runs) in All)
        {
            for (var at = 0; at < Most; at++)
            {
                var cell = Volatile.Read(ref runs._cells[at]);
                var hasWaited = cell is not null && cell == runs._seen[at];
                if (hasWaited && Interlocked.CompareExchange(ref runs._cells[at], null, cell) == cell)
                    ThreadPool.UnsafeQueueUserWorkItem(cell, preferLocal: false);
                if ((runs._seen[at] = hasWaited ? null : cell) is not null)
                    WatchOnce();
            }
        }
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;

namespace Akka.Actor;

/// <summary>
/// A thread while it runs cells. A cell that is told from there waits for this very thread, which runs it when it is done
/// with the present one: waking another thread costs more than most messages do. So a message that passes from actor to
/// actor does it on one thread, without recursion.
/// <para>
/// That is kept from costing parallelism by time: a thread that has run for longer than <see cref="FreshFor"/> hands what
/// waits to the pool and takes nothing more, and when one message takes very long, <see cref="WorkerWatch"/> hands it over.
/// </para>
/// </summary>
internal sealed class Worker
{
    private const int MostWaiting = 8;
    private static readonly long FreshFor = Stopwatch.Frequency / 4_000; // 250 µs

    [ThreadStatic]
    private static Worker _ofThread;

    private readonly ConcurrentQueue<ActorCell> _waiting = new();
    private bool _isRunning;
    private long _began;
    private long _turns;
    private long _turnsSeen;

    private Worker() => WorkerWatch.Add(this);

    private bool HasWaiting => !_waiting.IsEmpty;

    private bool IsFresh => Stopwatch.GetTimestamp() - _began < FreshFor;

    /// <summary>Sees to it that the cell is run: next on this thread if it runs cells, by the pool otherwise.</summary>
    internal static void Schedule(ActorCell cell)
    {
        if (_ofThread is not { _isRunning: true } worker || !worker.TryKeep(cell))
            ThreadPool.UnsafeQueueUserWorkItem(cell, preferLocal: false);
    }

    /// <summary>Runs a cell that the pool brought, and what it tells.</summary>
    internal static void Run(ActorCell cell)
    {
        var worker = _ofThread ??= new Worker();
        worker.Begin();
        try
        {
            worker.Turn(cell);
            worker.RunWaiting();
        }
        finally
        {
            worker.End();
        }
    }

    /// <summary>
    /// Tells a message as the last thing that is done on a thread of the pool: the thread runs the receiver then. On any
    /// other thread, and where a caller has a context of its own, it is a plain tell.
    /// </summary>
    internal static void TellAndRun(ICanTell receiver, object message, IActorRef sender)
    {
        if (_ofThread is { _isRunning: true } || !IsFreeThread)
        {
            receiver.Tell(message, sender);
            return;
        }
        var worker = _ofThread ??= new Worker();
        worker.Begin();
        try
        {
            receiver.Tell(message, sender);
            if (worker.HasWaiting)
                worker.RunWaitingWithoutContext();
        }
        finally
        {
            worker.End();
        }
    }

    /// <summary>For the watch: whether the thread has run since the last look or keeps cells waiting; not for a second look.</summary>
    internal bool Look()
    {
        var (turns, hasWaiting) = (Volatile.Read(ref _turns), HasWaiting);
        var hasTurned = turns != _turnsSeen;
        _turnsSeen = turns;
        if (hasWaiting && !hasTurned)
            HandOver();
        return hasTurned || hasWaiting;
    }

    private void HandOver()
    {
        while (_waiting.TryDequeue(out var cell))
            ThreadPool.UnsafeQueueUserWorkItem(cell, preferLocal: false);
    }

    /// <summary>Called between messages of a cell: what waits does so no longer than the thread is fresh.</summary>
    internal static void BetweenMessages()
    {
        if (_ofThread is { _isRunning: true, HasWaiting: true, IsFresh: false } worker)
            worker.HandOver();
    }

    private static bool IsFreeThread => ActorCell.Current is null && Thread.CurrentThread.IsThreadPoolThread
        && !ExecutionContext.IsFlowSuppressed() && SynchronizationContext.Current is null && TaskScheduler.Current == TaskScheduler.Default;

    private bool TryKeep(ActorCell cell)
    {
        if (_waiting.Count >= MostWaiting || !IsFresh)
            return false;
        _waiting.Enqueue(cell);
        WorkerWatch.Wake();
        return true;
    }

    private void Begin()
    {
        _isRunning = true;
        _began = Stopwatch.GetTimestamp();
    }

    private void End()
    {
        _isRunning = false;
        HandOver();
    }

    private void Turn(ActorCell cell)
    {
        Volatile.Write(ref _turns, _turns + 1);
        cell.Run();
    }

    // A cell may give the pool something to do, such as what waited for its answer. This thread would be the first to come
    // to that; then rather the other cells go to another.
    private void RunWaiting()
    {
        while (IsFresh && _waiting.TryDequeue(out var cell))
        {
            var isPoolIdle = HasWaiting && ThreadPool.PendingWorkItemCount == 0;
            Turn(cell);
            if (isPoolIdle && ThreadPool.PendingWorkItemCount > 0)
                return;
        }
    }

    // What actors begin belongs to them, not to the caller whose thread they are on.
    private void RunWaitingWithoutContext()
    {
        using (ExecutionContext.SuppressFlow())
            RunWaiting();
    }
}

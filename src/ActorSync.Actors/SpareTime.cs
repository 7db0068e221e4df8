using System.Collections.Concurrent;
using System.Diagnostics;
using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

/// <summary>
/// What nobody waits for is done when the threads of the pool have nothing else to do: an actor asks, and is told
/// <see cref="Now"/>. On a machine that is busy what is more urgent gets through first, for <see cref="WaitMost"/>; on one
/// that is not, nothing is done later than it would be else.
/// </summary>
internal sealed class SpareTime : IThreadPoolWorkItem
{
    /// <summary>The longest wait, unless the pool takes longer to come to it.</summary>
    public static readonly TimeSpan WaitMost = TimeSpan.FromMilliseconds(5);

    // What the pool counts may be another thread's own: to stand aside for ever would keep this one from helping with it.
    private const int StandAsideMost = 256;

    private static readonly SpareTime Instance = new();

    private readonly ConcurrentQueue<Waiting> _waiting = new();
    private int _isScheduled;
    private int _stoodAside;

    /// <summary>To an actor that asked for it: now is the time.</summary>
    public sealed record Now : ILocalMessage, IDeadLetterSuppression
    {
        public static readonly Now Instance = new();
    }

    /// <summary>Has an actor told <see cref="Now"/>, once.</summary>
    public static void Ask(IActorRef actor)
    {
        Instance._waiting.Enqueue(new Waiting(actor, Stopwatch.GetTimestamp()));
        Instance.Schedule();
    }

    // Each time it is its turn it goes behind all that the pool has to do at that moment, or tells one of them: which is
    // something to do for the pool.
    void IThreadPoolWorkItem.Execute()
    {
        if (IsTime() && _waiting.TryDequeue(out var first))
        {
            _stoodAside = 0;
            first.Actor.Tell(Now.Instance, ActorRefs.NoSender);
        }
        Interlocked.Exchange(ref _isScheduled, 0);
        if (!_waiting.IsEmpty)
            Schedule();
    }

    private bool IsTime() => ThreadPool.PendingWorkItemCount == 0 || ++_stoodAside >= StandAsideMost
        || _waiting.TryPeek(out var first) && Stopwatch.GetElapsedTime(first.Since) >= WaitMost;

    private void Schedule()
    {
        if (Interlocked.Exchange(ref _isScheduled, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private readonly record struct Waiting(IActorRef Actor, long Since);
}

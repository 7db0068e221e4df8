using Akka.Actor;

namespace ActorSync.Actors;

/// <summary>
/// Those outside of the actors who wait for an action of theirs. All wait equally long, so that they run out in the order in
/// which they came, and one timer is for all of them: nearly all are answered before it looks. An ask each would take a
/// timer each, and as much time as the rest of the way to the graph. Safe from any thread.
/// </summary>
/// <param name="patience">How long each waits at most.</param>
/// <param name="time">The clock, and the timer.</param>
internal sealed class ActCallers(TimeSpan patience, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<ActCaller> _waiting = [];
    private ITimer? _timer;
    private bool _isTimerSet;

    /// <summary>Has the graph's actor carry the action out. No answer in time is <see cref="SyncErrorKind.Busy"/>.</summary>
    public async Task<Result<GraphActor.Acted>> AskAsync(IActorRef graph, GraphActor.Act act, CancellationToken cancellation)
    {
        var place = Enter(new ActCaller(time.GetTimestamp()));
        try
        {
            graph.Tell(act with { Caller = place.Value }, ActorRefs.NoSender);
            return await place.Value.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            Leave(place);
        }
    }

    private LinkedListNode<ActCaller> Enter(ActCaller caller)
    {
        lock (_gate)
        {
            if (!_isTimerSet)
                SetTimer(patience);
            return _waiting.AddLast(caller);
        }
    }

    private void Leave(LinkedListNode<ActCaller> place)
    {
        lock (_gate)
            place.List?.Remove(place);
    }

    private void SetTimer(TimeSpan after)
    {
        _timer ??= time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _isTimerSet = _timer.Change(after, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            _isTimerSet = false;
            while (_waiting.First is { } first)
            {
                var left = patience - time.GetElapsedTime(first.Value.Since);
                if (left > TimeSpan.Zero)
                {
                    SetTimer(left);
                    return;
                }
                _waiting.RemoveFirst();
                first.Value.TrySetResult(new SyncError(SyncErrorKind.Busy, $"no answer came in {patience.TotalSeconds} s; try again later"));
            }
        }
    }
}

/// <summary>One of them: its task is the answer.</summary>
/// <param name="since">When it began to wait, as the clock's time stamp.</param>
internal sealed class ActCaller(long since) : TaskCompletionSource<Result<GraphActor.Acted>>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public long Since => since;
}

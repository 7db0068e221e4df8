namespace Akka.Actor;

/// <summary>Request and response: a message whose answer is a task.</summary>
public static class Futures
{
    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout = null) =>
        self.Ask<T>(message, timeout, CancellationToken.None);

    /// <summary>
    /// Tells the message and completes with the first answer of type <typeparamref name="T"/>. Without a timeout
    /// <c>akka.actor.ask-timeout</c> holds (infinite unless configured); its end is an <see cref="AskTimeoutException"/>.
    /// A <see cref="Status.Failure"/> fails the task with its cause, any other answer with <see cref="ArgumentException"/>.
    /// </summary>
    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var system = (self as ActorSelection)?.System ?? (self as IInternalActorRef)?.System ?? ActorCell.Current?.SystemImpl
            ?? throw new ArgumentException("Unable to resolve the target's actor system", nameof(self));
        var future = new FutureActorRef<T>(system);
        future.CancelBy(cancellationToken);
        self.Tell(message, future);
        // Who has answered by now needs no timer.
        if (!future.Task.IsCompleted)
            future.LimitTo(timeout ?? system.Settings.AskTimeout);
        return future.Task;
    }
}

/// <summary>The reference that stands for an asker until the answer has come.</summary>
internal sealed class FutureActorRef<T>(ActorSystemImpl system) : MinimalActorRef
{
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ActorPath _path;

    internal Task<T> Task => _result.Task;

    public override ActorPath Path
    {
        get
        {
            if (_path is null)
                Interlocked.CompareExchange(ref _path, system.NextTempPath(), null);
            return _path;
        }
    }

    private protected override ActorSystemImpl OwnSystem => system;

    internal void LimitTo(TimeSpan timeout)
    {
        if (timeout <= TimeSpan.Zero)
            return;
        var timer = new Timer(
            _ => _result.TrySetException(new AskTimeoutException($"Timeout after {timeout.TotalSeconds:F2} seconds")), null, timeout, Timeout.InfiniteTimeSpan);
        _result.Task.ContinueWith(static (_, timer) => ((Timer)timer).Dispose(), timer, TaskContinuationOptions.ExecuteSynchronously);
    }

    internal void CancelBy(CancellationToken cancellation)
    {
        if (!cancellation.CanBeCanceled)
            return;
        var registration = cancellation.Register(() => _result.TrySetCanceled(cancellation));
        _result.Task.ContinueWith(
            static (_, registration) => ((CancellationTokenRegistration)registration).Unregister(), registration, TaskContinuationOptions.ExecuteSynchronously);
    }

    protected override void TellInternal(object message, IActorRef sender)
    {
        var taken = message switch
        {
            null => throw new InvalidMessageException("Message is null"),
            T answer => _result.TrySetResult(answer),
            Status.Failure failure => _result.TrySetException(failure.Cause ?? new TaskCanceledException("Task cancelled by actor via Failure message.")),
            _ => _result.TrySetException(new ArgumentException($"Received message of type [{message.GetType()}] - Ask expected message of type [{typeof(T)}]")),
        };
        if (!taken && !_result.Task.IsCanceled)
            system.DeadLetters.Tell(message, this);
    }
}

/// <summary>Sends the outcome of a task to an actor.</summary>
public static class PipeToSupport
{
    /// <summary>Tells the result, or <paramref name="success"/> of it; a failure as <see cref="Status.Failure"/>, or <paramref name="failure"/> of it.</summary>
    public static async Task PipeTo<T>(
        this Task<T> taskToPipe, ICanTell recipient, IActorRef sender = null, Func<T, object> success = null, Func<Exception, object> failure = null)
    {
        try
        {
            var result = await taskToPipe.ConfigureAwait(false);
            recipient.Tell(success is null ? result : success(result), sender);
        }
        catch (Exception cause)
        {
            recipient.Tell(failure is null ? new Status.Failure(cause) : failure(cause), sender);
        }
    }

    /// <summary>Tells <paramref name="success"/> if given; a failure as <see cref="Status.Failure"/>, or <paramref name="failure"/> of it.</summary>
    public static async Task PipeTo(
        this Task taskToPipe, ICanTell recipient, IActorRef sender = null, Func<object> success = null, Func<Exception, object> failure = null)
    {
        try
        {
            await taskToPipe.ConfigureAwait(false);
            if (success is not null)
                recipient.Tell(success(), sender);
        }
        catch (Exception cause)
        {
            recipient.Tell(failure is null ? new Status.Failure(cause) : failure(cause), sender);
        }
    }

    public static Task PipeTo<T>(
        this ValueTask<T> taskToPipe, ICanTell recipient, IActorRef sender = null, Func<T, object> success = null, Func<Exception, object> failure = null) =>
        taskToPipe.AsTask().PipeTo(recipient, sender, success, failure);
}

/// <summary>Stops an actor and waits for its death.</summary>
public static class GracefulStopSupport
{
    public static Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout) => target.GracefulStop(timeout, PoisonPill.Instance);

    /// <summary>True when the actor died in time.</summary>
    public static async Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout, object stopMessage)
    {
        var death = DeathWatcherRef.Watch((IInternalActorRef)target);
        target.Tell(stopMessage, ActorRefs.NoSender);
        try
        {
            await death.WaitAsync(timeout).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}

namespace Akka.Actor;

// Asynchronous handlers. The handler runs on a task scheduler of its own, which sends every continuation back to the
// cell as a system message, so that awaits keep the context and system messages still come through. User messages wait.
internal sealed partial class ActorCell
{
    private ActorTaskScheduler _runningTask;

    internal void StartTask(Func<Task> action)
    {
        var scheduler = new ActorTaskScheduler(this, CurrentMessage, Sender);
        var task = Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.None, scheduler).Unwrap();
        if (task.IsCompleted)
        {
            task.GetAwaiter().GetResult();
            return;
        }
        _runningTask = scheduler.After(_runningTask);
        CancelReceiveTimeout();
        task.ContinueWith(ended => Post(new TaskEnded(scheduler, ended)), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void ContinueTask(RunTask step)
    {
        if (!IsRunning(step.Scheduler))
            return; // of an incarnation that is gone
        (CurrentMessage, Sender) = (step.Scheduler.Message, step.Scheduler.Sender);
        step.Scheduler.Run(step.Task);
    }

    private void EndTask(TaskEnded ended)
    {
        if (!IsRunning(ended.Scheduler))
            return;
        (CurrentMessage, Sender) = (ended.Scheduler.Message, ended.Scheduler.Sender);
        _runningTask = _runningTask.Without(ended.Scheduler);
        if (_receiveTimeout is not null)
            RestartReceiveTimeout();
        ended.Task.GetAwaiter().GetResult(); // a failure is this actor's failure
        if (_runningTask is null)
            CurrentMessage = null;
    }

    /// <summary>On restart and stop: what is left of a running handler never touches the actor again.</summary>
    private void AbandonTask() => _runningTask = null;

    private bool IsRunning(ActorTaskScheduler scheduler)
    {
        for (var running = _runningTask; running is not null; running = running.Before)
        {
            if (ReferenceEquals(running, scheduler))
                return true;
        }
        return false;
    }
}

/// <summary>Runs the pieces of one asynchronous handler on its actor, with the message and sender that it began with.</summary>
internal sealed class ActorTaskScheduler(ActorCell cell, object message, IActorRef sender) : TaskScheduler
{
    internal object Message { get; } = message;
    internal IActorRef Sender { get; } = sender;

    /// <summary>The handler that was running when this one began (several RunTask in one handler); null as a rule.</summary>
    internal ActorTaskScheduler Before { get; private set; }

    internal ActorTaskScheduler After(ActorTaskScheduler before)
    {
        Before = before;
        return this;
    }

    internal ActorTaskScheduler Without(ActorTaskScheduler ended)
    {
        if (ReferenceEquals(this, ended))
            return Before;
        Before = Before?.Without(ended);
        return this;
    }

    internal void Run(Task task) => TryExecuteTask(task);

    protected override void QueueTask(Task task)
    {
        if (ReferenceEquals(ActorCell.Current, cell))
            TryExecuteTask(task);
        else
            cell.Post(new RunTask(this, task));
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => [];
}

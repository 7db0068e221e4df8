namespace Akka.Actor;

/// <summary>A watcher that is no actor: a task that completes with the watched actor's death.</summary>
internal sealed class DeathWatcherRef : MinimalActorRef
{
    private readonly TaskCompletionSource _death = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private DeathWatcherRef(ActorPath path) => Path = path;

    public override ActorPath Path { get; }

    internal static Task Watch(IInternalActorRef watchee)
    {
        var watcher = new DeathWatcherRef(watchee.System.NextTempPath());
        watchee.SendSystemMessage(new Watch(watchee, watcher));
        return watcher._death.Task;
    }

    private protected override void OnSystemMessage(SystemMessage message)
    {
        if (message is DeathWatchNotification)
            _death.TrySetResult();
    }
}

using Akka;
using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

/// <summary>
/// The actor system is somebody else's, who may have other actors in it, and other nodes. All actors of the node are below
/// one, and end with it; when the actor system is shut down before, the node ends in the phases that it would have of its own.
/// </summary>
internal sealed class UserSystem(ActorSystem system, string name) : NodePlace(system)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Step> _steps = [];
    private IActorRef _root = ActorRefs.Nobody;
    private volatile bool _isEnding;

    public override Task Ended => _ended.Task;

    public override bool IsEnding => _isEnding || _ended.Task.IsCompleted || base.IsEnding;

    // Waits, as does whoever makes an actor system of its own, until its actors are made.
    public override Result<T> Build<T>(Func<IActorRefFactory, T> build)
    {
        var built = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _root = System.ActorOf(NodeActor.Props(place => Complete(built, build, place), _ended), name);
            return built.Task.WaitAsync(Patience).GetAwaiter().GetResult();
        }
        catch (InvalidActorNameException taken)
        {
            return new SyncError(SyncErrorKind.InvalidRequest, $"the actor system {System.Name} takes no node as /user/{name}: {taken.Message}");
        }
        catch (Exception refused)
        {
            System.Stop(_root);
            return new SyncError(SyncErrorKind.InvalidRequest, $"the node does not start in the actor system {System.Name}: {refused.Message}");
        }
    }

    public override async Task<IActorRef?> BeginAsync(Props props)
    {
        if (IsEnding)
            return null;
        try
        {
            return (await _root.Ask<NodeActor.Begun>(new NodeActor.Begin(props), Patience)).Actor;
        }
        catch (AskTimeoutException) when (IsEnding)
        {
            return null;
        }
    }

    // A step is done once, whoever ends the node. The actor system keeps what it is told here for as long as it lives: so it
    // has the step alone, which lets go of the node when that has ended.
    public override void AtEnd(string phase, string name, Func<Task<Done>> step)
    {
        var once = new Step(step);
        _steps.Add(once);
        base.AtEnd(phase, name, () =>
        {
            _isEnding = true;
            return once.DoAsync();
        });
    }

    public override async Task EndAsync()
    {
        _isEnding = true;
        foreach (var step in _steps)
        {
            try
            {
                await step.DoAsync();
            }
            catch (Exception failed)
            {
                // As in a shutdown of the whole system, the next is done all the same.
                System.Log.Warning("The node {0} ends: {1}", name, failed.Message);
            }
        }
        System.Stop(_root);
        await Ended;
        _steps.ForEach(step => step.LetGo());
    }

    private static void Complete<T>(TaskCompletionSource<T> built, Func<IActorRefFactory, T> build, IActorRefFactory place)
    {
        try
        {
            built.SetResult(build(place));
        }
        catch (Exception failed)
        {
            built.SetException(failed);
        }
    }
}

/// <summary>What is done once at the node's end.</summary>
internal sealed class Step(Func<Task<Done>> work)
{
    private Lazy<Task<Done>> _work = new(work);

    public Task<Done> DoAsync() => Volatile.Read(ref _work).Value;

    public void LetGo() => Volatile.Write(ref _work, new Lazy<Task<Done>>(Task.FromResult(Done.Instance)));
}

/// <summary>Above all actors of a node that is in somebody else's actor system.</summary>
internal sealed class NodeActor : ReceiveActor
{
    /// <summary>Makes one more actor of the node. Answered by <see cref="Begun"/>.</summary>
    public sealed record Begin(Props Props) : ILocalMessage;

    public sealed record Begun(IActorRef Actor) : ILocalMessage;

    private readonly Action<IActorRefFactory> _build;
    private readonly TaskCompletionSource _ended;

    public NodeActor(Action<IActorRefFactory> build, TaskCompletionSource ended)
    {
        _build = build;
        _ended = ended;
        Receive<Begin>(begin => Sender.Tell(new Begun(Context.ActorOf(begin.Props))));
    }

    public static Props Props(Action<IActorRefFactory> build, TaskCompletionSource ended) => Akka.Actor.Props.Create(() => new NodeActor(build, ended));

    protected override void PreStart() => _build(Context);

    // The node knows its actors as they were made: it cannot begin anew with others.
    protected override void PostRestart(Exception reason) => Context.Stop(Self);

    protected override void PreRestart(Exception reason, object message)
    {
    }

    protected override void PostStop() => _ended.TrySetResult();
}

using System.Reflection;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Actor;

/// <summary>
/// The tree: <c>/</c> above <c>/user</c> (the user's actors) and <c>/system</c> (loggers and the like). It ends from the
/// users' side: when /user is dead, /system is stopped, then the root.
/// </summary>
internal sealed class ActorSystemImpl : ExtendedActorSystem
{
    private readonly TaskCompletionSource _terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StandardOutLogger _standardOut = new();
    private readonly IDisposable _ownScheduler;
    private long _lastUid;
    private long _lastTemp;

    internal ActorSystemImpl(string name, Config config)
    {
        if (string.IsNullOrEmpty(name) || name[0] == '-' || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            throw new ArgumentException($"Invalid ActorSystem name [{name}]: use ASCII letters, digits and hyphens, the first not a hyphen.", nameof(name));
        Name = name;
        Settings = new Settings(config);
        Throughput = Math.Max(1, Settings.Throughput);
        RootPath = new RootActorPath(name);
        EventStream = new EventStream(Settings.LogLevel);
        Log = new BusLogging(EventStream, $"ActorSystem({name})", typeof(ActorSystem));
        DeadLetterRef = new DeadLetterActorRef(this, RootPath / "deadLetters");
        SubscribeFrom(_standardOut, Settings.StdoutLogLevel);
        Scheduler = MakeScheduler();
        _ownScheduler = Scheduler as IDisposable;
        RootGuardian = new LocalActorRef(this, Props.Create(() => new GuardianActor()), new BubbleWalker(this), RootPath);
        RootGuardian.Cell.Start();
        SystemGuardian = (LocalActorRef)RootGuardian.Cell.ActorOf(Props.Create(() => new GuardianActor()), "system");
        Guardian = (LocalActorRef)RootGuardian.Cell.ActorOf(Props.Create(() => new GuardianActor()), "user");
        _ = EndAfterUsers();
        try
        {
            StartLoggers();
        }
        catch
        {
            Guardian.SendSystemMessage(new Terminate());
            throw;
        }
        CoordinatedShutdown = new CoordinatedShutdown(this);
    }

    public override string Name { get; }
    public override Settings Settings { get; }
    public override EventStream EventStream { get; }
    public override IScheduler Scheduler { get; }
    public override ILoggingAdapter Log { get; }
    public override IActorRef DeadLetters => DeadLetterRef;
    public override Task WhenTerminated => _terminated.Task;

    internal int Throughput { get; }
    internal RootActorPath RootPath { get; }
    internal LocalActorRef RootGuardian { get; }
    internal LocalActorRef SystemGuardian { get; }
    internal LocalActorRef Guardian { get; }
    internal DeadLetterActorRef DeadLetterRef { get; }
    internal CoordinatedShutdown CoordinatedShutdown { get; }
    internal bool IsTerminating { get; private set; }

    internal long NextUid() => Interlocked.Increment(ref _lastUid);

    internal ActorPath NextTempPath() => new ChildActorPath(RootPath / "temp", "$" + Interlocked.Increment(ref _lastTemp), NextUid());

    public override IActorRef ActorOf(Props props, string name = null) => Guardian.Cell.ActorOf(props, name);

    internal IActorRef SystemActorOf(Props props, string name) => SystemGuardian.Cell.ActorOf(props, name);

    public override ActorSelection ActorSelection(string actorPath) => new(RootGuardian, actorPath);

    public override void Stop(IActorRef actor) => ((IInternalActorRef)actor).SendSystemMessage(new Terminate());

    public override Task Terminate()
    {
        if (Settings.CoordinatedShutdownRunByActorSystemTerminate)
            _ = CoordinatedShutdown.Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance);
        else
            FinalTerminate();
        return WhenTerminated;
    }

    internal Task FinalTerminate()
    {
        IsTerminating = true;
        Guardian.SendSystemMessage(new Terminate());
        return WhenTerminated;
    }

    private async Task EndAfterUsers()
    {
        await DeathWatcherRef.Watch(Guardian).ConfigureAwait(false);
        IsTerminating = true;
        SubscribeFrom(_standardOut, Settings.StdoutLogLevel);
        await Stop(SystemGuardian).ConfigureAwait(false);
        await Stop(RootGuardian).ConfigureAwait(false);
        _ownScheduler?.Dispose();
        _terminated.TrySetResult();
    }

    private static Task Stop(LocalActorRef guardian)
    {
        var death = DeathWatcherRef.Watch(guardian);
        guardian.SendSystemMessage(new Terminate());
        return death;
    }

    private IScheduler MakeScheduler()
    {
        var name = Settings.SchedulerClass;
        if (name.StartsWith("Akka.Actor.HashedWheelTimerScheduler", StringComparison.Ordinal))
            return new ThreadScheduler(Log);
        return (IScheduler)Activator.CreateInstance(FindType("akka.scheduler.implementation", name), Settings.Config, Log);
    }

    private void StartLoggers()
    {
        var number = 0;
        foreach (var name in Settings.Loggers)
        {
            var type = FindType("akka.loggers", name);
            var logger = SystemActorOf(Props.Create(type), $"log{++number}-{type.Name}");
            var answer = logger.Ask<object>(new InitializeLogger(), Settings.LoggerStartTimeout).GetAwaiter().GetResult();
            if (answer is not LoggerInitialized)
                throw new ConfigurationException($"akka.loggers: {name} did not answer with LoggerInitialized but with {answer}");
            SubscribeFrom(logger, Settings.LogLevel);
        }
        EventStream.Unsubscribe(_standardOut);
        if (Settings.LogDeadLetters > 0)
            SystemActorOf(Props.Create(() => new DeadLetterListener()), "deadLetterListener");
    }

    private void SubscribeFrom(IActorRef logger, LogLevel level)
    {
        foreach (var type in Logging.EventsFrom(level))
            EventStream.Subscribe(logger, type);
    }

    /// <summary>A configuration names Akka.NET's assemblies, so that it serves both engines; what of them is here is found here.</summary>
    private static Type FindType(string key, string name)
    {
        try
        {
            return Type.GetType(name, FindAssembly, null, throwOnError: true);
        }
        catch (Exception missing) when (missing is TypeLoadException or IOException or ArgumentException)
        {
            throw new ConfigurationException($"{key}: there is no type {name}; name it with its namespace and, after a comma, its assembly.", missing);
        }
    }

    private static Assembly FindAssembly(AssemblyName name) => name.Name switch
    {
        "Akka" => typeof(ActorSystemImpl).Assembly,
        "Akka.TestKit" => Assembly.Load("ActorSync.Embedded.TestKit"),
        _ => Assembly.Load(name),
    };

    /// <summary>A top of the tree: supervises, understands nothing.</summary>
    private sealed class GuardianActor : UntypedActor
    {
        protected override void OnReceive(object message) => Context.System.DeadLetters.Tell(message, Sender);
    }

    /// <summary>Above the root: a failure that nobody decided about ends the system.</summary>
    private sealed class BubbleWalker(ActorSystemImpl system) : MinimalActorRef
    {
        public override ActorPath Path { get; } = system.RootPath / "bubble-walker";
        private protected override ActorSystemImpl OwnSystem => system;

        private protected override void OnSystemMessage(SystemMessage message)
        {
            if (message is not Failed failed)
                return;
            system.Log.Error(failed.Cause, "A guardian failed; the actor system shuts down");
            failed.Child.SendSystemMessage(new Terminate());
        }
    }
}

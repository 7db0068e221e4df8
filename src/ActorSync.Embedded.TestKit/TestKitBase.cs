using System.Threading.Channels;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

/// <summary>
/// A test with an actor system and a test actor. What the test actor receives waits in a queue for the expectations;
/// what the test tells has the test actor as its sender.
/// </summary>
public abstract partial class TestKitBase : IActorRefFactory
{
    private static int _testActors;

    private readonly Channel<MessageEnvelope> _queue = Channel.CreateUnbounded<MessageEnvelope>();
    private MessageEnvelope _last = ReceivedEnvelope.None;
    private TimeSpan? _end; // of the innermost Within block
    private bool _lastWasNoMsg; // a silence that was expected does not make its Within block late

    private protected TestKitBase(ActorSystem system, Config config, string actorSystemName, string testActorName)
    {
        Sys = system ?? ActorSystem.Create(actorSystemName ?? "test", config is null || config == DefaultConfig ? DefaultConfig : config.WithFallback(DefaultConfig));
        TestKitSettings = new TestKitSettings(Sys.Settings.Config);
        Log = Logging.GetLogger(Sys, GetType());
        EventFilter = new EventFilterFactory(this);
        if (string.IsNullOrEmpty(testActorName))
            testActorName = $"testActor{Interlocked.Increment(ref _testActors)}";
        TestActor = ((ActorSystemImpl)Sys).SystemActorOf(Props.Create(() => new InternalTestActor(_queue.Writer)), testActorName);
        if (this is not INoImplicitSender)
            AmbientActor.Use(((LocalActorRef)TestActor).Cell);
        else if (this is not TestProbe)
            AmbientActor.Use(null);
    }

    /// <summary>What every test's configuration falls back to.</summary>
    public static Config DefaultConfig { get; } = ConfigurationFactory.ParseString(
        """
        akka.loggers = ["Akka.TestKit.TestEventListener, Akka.TestKit"]
        akka.test {
          timefactor = 1.0
          filter-leeway = 3s
          single-expect-default = 3s
          default-timeout = 5s
        }
        """);

    /// <summary>Wall time as a span, for differences only.</summary>
    public static TimeSpan Now => TimeSpan.FromTicks(DateTime.UtcNow.Ticks);

    public ActorSystem Sys { get; }
    public TestKitSettings TestKitSettings { get; }
    public ILoggingAdapter Log { get; }
    public IActorRef TestActor { get; }
    public EventFilterFactory EventFilter { get; }

    /// <summary>Who sent what was received last.</summary>
    public IActorRef LastSender => _last.Sender;

    public object LastMessage => _last.Message;

    /// <summary>Whether something waits in the queue.</summary>
    public bool HasMessages => _queue.Reader.Count > 0;

    /// <summary>What is left of the innermost Within block.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public TimeSpan Remaining => _end is { } end
        ? Durations.AtLeastZero(end - Now)
        : throw new InvalidOperationException("Remaining may not be called outside of \"within\"");

    /// <summary>What is left of the innermost Within block, else the dilated default of one expectation.</summary>
    public TimeSpan RemainingOrDefault => RemainingOr(Dilated(TestKitSettings.SingleExpectDefault));

    protected TimeSpan RemainingOr(TimeSpan duration) => _end is null ? duration : Remaining;

    /// <summary>The dilated duration, else what remains.</summary>
    public TimeSpan RemainingOrDilated(TimeSpan? duration) => duration is { } given ? Dilated(given) : RemainingOrDefault;

    /// <summary>The duration times <c>akka.test.timefactor</c>.</summary>
    public TimeSpan Dilated(TimeSpan duration)
    {
        if (duration < TimeSpan.Zero)
            throw new ArgumentException("Must not be negative", nameof(duration));
        return duration * TestKitSettings.TestTimeFactor;
    }

    public TimeSpan GetTimeoutOrDefault(TimeSpan? timeout) => timeout ?? TestKitSettings.SingleExpectDefault;

    /// <summary>From now on, messages that match do not reach the queue.</summary>
    public void IgnoreMessages(Func<object, bool> shouldIgnoreMessage) =>
        TestActor.Tell(new InternalTestActor.SetIgnore(shouldIgnoreMessage));

    public void IgnoreMessages<TMsg>(Func<TMsg, bool> shouldIgnoreMessage) =>
        IgnoreMessages(message => message is TMsg typed && shouldIgnoreMessage(typed));

    public void IgnoreMessages<TMsg>() => IgnoreMessages<TMsg>(_ => true);

    public void IgnoreNoMessages() => TestActor.Tell(new InternalTestActor.SetIgnore(null));

    /// <summary>The test actor watches from now on: <see cref="Terminated"/> comes into the queue.</summary>
    public IActorRef Watch(IActorRef actorToWatch) => SetWatch(actorToWatch, true);

    public IActorRef Unwatch(IActorRef actorToUnwatch) => SetWatch(actorToUnwatch, false);

    private IActorRef SetWatch(IActorRef target, bool on)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        TestActor.Tell(new InternalTestActor.SetWatch(target, on, done));
        if (!done.Task.Wait(RemainingOrDefault))
            throw new TimeoutException($"{TestActor} did not get to watching {target}.");
        return target;
    }

    public virtual TestProbe CreateTestProbe(string name = null) => CreateTestProbe(Sys, name);

    public virtual TestProbe CreateTestProbe(ActorSystem system, string name = null) => new(system, name);

    /// <summary>Another event filter, for another system.</summary>
    public EventFilterFactory CreateEventFilter(ActorSystem system) => new(this, system);

    /// <summary>Ends the system and waits for that, 5 seconds unless said otherwise.</summary>
    public virtual void Shutdown(TimeSpan? duration = null, bool verifySystemShutdown = false) => Shutdown(Sys, duration, verifySystemShutdown);

    protected virtual void Shutdown(ActorSystem system, TimeSpan? duration = null, bool verifySystemShutdown = false)
    {
        system ??= Sys;
        var limit = duration ?? Durations.Min(Dilated(TimeSpan.FromSeconds(5)), TimeSpan.FromSeconds(10));
        if (system.Terminate().Wait(limit))
            return;
        if (verifySystemShutdown)
            throw new TimeoutException($"Failed to stop [{system.Name}] within [{limit}].");
        system.Log.Warning("Failed to stop [{0}] within [{1}].", system.Name, limit);
    }
}

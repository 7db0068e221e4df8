using Akka.Actor;
using Akka.Event;

namespace ActorSync.Engine.Tests.TestKit;

/// <summary>Answers with what it was told.</summary>
internal sealed class Echo : UntypedActor
{
    protected override void OnReceive(object message) => Sender.Tell(message, Self);
}

/// <summary>Writes what it is told to the log; fails when told an exception.</summary>
internal sealed class Scribe : ReceiveActor
{
    public Scribe()
    {
        var log = Context.GetLogger();
        Receive<Exception>(e => throw e);
        Receive<(LogLevel Level, string Text)>(line =>
        {
            switch (line.Level)
            {
                case LogLevel.DebugLevel: log.Debug(line.Text); break;
                case LogLevel.InfoLevel: log.Info(line.Text); break;
                case LogLevel.WarningLevel: log.Warning(line.Text); break;
                default: log.Error(line.Text); break;
            }
        });
    }
}

/// <summary>Tells its parent's test about each tick of a timer.</summary>
internal sealed class Ticking : ReceiveActor, IWithTimers
{
    private readonly TimeSpan _interval;

    public Ticking(IActorRef listener, TimeSpan interval)
    {
        _interval = interval;
        ReceiveAny(listener.Tell);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer("tick", "tick", _interval);
        Timers.StartSingleTimer("once", "once", _interval * 2);
    }
}

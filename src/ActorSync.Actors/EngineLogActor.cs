using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

/// <summary>Hands the lines of the engine's log to whoever runs the node, so that all of its log has one form.</summary>
internal sealed class EngineLogActor : ReceiveActor
{
    public EngineLogActor(Action<EngineLogLevel, string> write)
    {
        Receive<LogEvent>(line => write(LevelOf(line.LogLevel()), line.Cause is null ? $"{line.Message}" : $"{line.Message}: {line.Cause}"));
    }

    public static Props Props(Action<EngineLogLevel, string> write) => Akka.Actor.Props.Create(() => new EngineLogActor(write));

    protected override void PreStart()
    {
        foreach (var type in (Type[])[typeof(Debug), typeof(Info), typeof(Warning), typeof(Error)])
            Context.System.EventStream.Subscribe(Self, type);
    }

    private static EngineLogLevel LevelOf(LogLevel level) => level switch
    {
        LogLevel.DebugLevel => EngineLogLevel.Debug,
        LogLevel.InfoLevel => EngineLogLevel.Info,
        LogLevel.WarningLevel => EngineLogLevel.Warning,
        _ => EngineLogLevel.Error,
    };
}

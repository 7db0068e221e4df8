using Akka.Actor;

namespace Akka.Event;

/// <summary>Writes to the log of an actor system.</summary>
public interface ILoggingAdapter
{
    bool IsEnabled(LogLevel logLevel);
    void Log(LogLevel logLevel, Exception cause, string format);
}

/// <summary>Makes loggers.</summary>
public static class Logging
{
    internal const LogLevel Off = (LogLevel)int.MaxValue;

    /// <summary>The logger of an actor, under its path.</summary>
    public static ILoggingAdapter GetLogger(this IActorContext context) =>
        new BusLogging(context.System.EventStream, context.Self.Path.ToString(), ((ActorCell)context).Props.Type);

    /// <summary>A logger of the system, under a name or an object's type.</summary>
    public static ILoggingAdapter GetLogger(ActorSystem system, object logSourceObj)
    {
        var type = logSourceObj as Type ?? logSourceObj.GetType();
        return new BusLogging(system.EventStream, $"{logSourceObj as string ?? type.Name}({system.Name})", type);
    }

    /// <summary>The level of a configured name: debug, info, warning, error or off.</summary>
    public static LogLevel LogLevelFor(string logLevel) => logLevel?.ToUpperInvariant() switch
    {
        "DEBUG" => LogLevel.DebugLevel,
        "INFO" => LogLevel.InfoLevel,
        "WARNING" => LogLevel.WarningLevel,
        "ERROR" => LogLevel.ErrorLevel,
        "OFF" => Off,
        _ => throw new ArgumentException($"Unknown LogLevel: \"{logLevel}\". Use DEBUG, INFO, WARNING, ERROR or OFF."),
    };

    /// <summary>The types of log events from a level up.</summary>
    internal static IEnumerable<Type> EventsFrom(LogLevel level) =>
        new[] { typeof(Debug), typeof(Info), typeof(Warning), typeof(Error) }.Skip((int)level);
}

/// <summary>The adapter that publishes on the event stream.</summary>
internal sealed class BusLogging(EventStream bus, string logSource, Type logClass) : ILoggingAdapter
{
    public bool IsEnabled(LogLevel logLevel) => logLevel >= bus.LogLevel;

    public void Log(LogLevel logLevel, Exception cause, string format)
    {
        if (!IsEnabled(logLevel))
            return;
        bus.Publish(logLevel switch
        {
            LogLevel.DebugLevel => new Debug(cause, logSource, logClass, format),
            LogLevel.InfoLevel => new Info(cause, logSource, logClass, format),
            LogLevel.WarningLevel => new Warning(cause, logSource, logClass, format),
            _ => (LogEvent)new Error(cause, logSource, logClass, format),
        });
    }
}

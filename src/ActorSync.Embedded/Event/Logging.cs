using Akka.Actor;

namespace Akka.Event;

/// <summary>Writes to the log of an actor system. The message is put together only when somebody prints it.</summary>
public interface ILoggingAdapter
{
    bool IsDebugEnabled { get; }
    bool IsInfoEnabled { get; }
    bool IsWarningEnabled { get; }
    bool IsErrorEnabled { get; }
    bool IsEnabled(LogLevel logLevel);
    void Log(LogLevel logLevel, Exception cause, string format);
    void Log(LogLevel logLevel, Exception cause, LogMessage message);
}

/// <summary>Makes loggers.</summary>
public static class Logging
{
    internal const LogLevel Off = (LogLevel)int.MaxValue;

    /// <summary>The logger of an actor, under its path.</summary>
    public static ILoggingAdapter GetLogger(this IActorContext context) =>
        new BusLogging(context.System.EventStream, context.Self.Path.ToString(), context.Props.Type);

    /// <summary>A logger of the system, under a name, a type or an object's type.</summary>
    public static ILoggingAdapter GetLogger(ActorSystem system, object logSourceObj)
    {
        var (source, type) = logSourceObj switch
        {
            string name => ($"{name}({system.Name})", typeof(string)),
            Type named => ($"{named.Name}({system.Name})", named),
            IActorRef actor => (actor.Path.ToString(), actor.GetType()),
            ActorBase actor => (actor.Cell.Self.Path.ToString(), actor.GetType()),
            _ => ($"{logSourceObj.GetType().Name}({system.Name})", logSourceObj.GetType()),
        };
        return new BusLogging(system.EventStream, source, type);
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
public sealed class BusLogging : ILoggingAdapter
{
    private readonly EventStream _bus;

    internal BusLogging(EventStream bus, string logSource, Type logClass) => (_bus, LogSource, LogClass) = (bus, logSource, logClass);

    public string LogSource { get; }
    public Type LogClass { get; }
    public bool IsDebugEnabled => IsEnabled(LogLevel.DebugLevel);
    public bool IsInfoEnabled => IsEnabled(LogLevel.InfoLevel);
    public bool IsWarningEnabled => IsEnabled(LogLevel.WarningLevel);
    public bool IsErrorEnabled => IsEnabled(LogLevel.ErrorLevel);

    public bool IsEnabled(LogLevel logLevel) => logLevel >= _bus.LogLevel;

    public void Log(LogLevel logLevel, Exception cause, string format) => Publish(logLevel, cause, format);

    public void Log(LogLevel logLevel, Exception cause, LogMessage message) => Publish(logLevel, cause, message);

    private void Publish(LogLevel level, Exception cause, object message)
    {
        if (!IsEnabled(level))
            return;
        _bus.Publish(level switch
        {
            LogLevel.DebugLevel => new Debug(cause, LogSource, LogClass, message),
            LogLevel.InfoLevel => new Info(cause, LogSource, LogClass, message),
            LogLevel.WarningLevel => new Warning(cause, LogSource, LogClass, message),
            _ => (LogEvent)new Error(cause, LogSource, LogClass, message),
        });
    }
}

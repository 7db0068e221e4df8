namespace Akka.Event;

/// <summary>How grave a log event is.</summary>
public enum LogLevel
{
    DebugLevel,
    InfoLevel,
    WarningLevel,
    ErrorLevel,
}

/// <summary>A line of the log as it is published on the event stream.</summary>
public abstract class LogEvent
{
    private readonly DateTime _timestamp = DateTime.UtcNow;
    private readonly int _thread = Environment.CurrentManagedThreadId;

    private protected LogEvent(Exception cause, string logSource, Type logClass, object message) =>
        (Cause, LogSource, LogClass, Message) = (cause, logSource, logClass, message);

    public Exception Cause { get; }
    public string LogSource { get; }
    public Type LogClass { get; }
    public object Message { get; }

    public abstract LogLevel LogLevel();

    public override string ToString()
    {
        var level = LogLevel().ToString().Replace("Level", string.Empty, StringComparison.Ordinal).ToUpperInvariant();
        var line = $"[{level}][{_timestamp:MM/dd/yyyy HH:mm:ss.fffK}][Thread {_thread:0000}][{LogSource}] {Message}";
        return Cause is null ? line : $"{line}{Environment.NewLine}Cause: {Cause}";
    }
}

public class Debug : LogEvent
{
    public Debug(Exception cause, string logSource, Type logClass, object message) : base(cause, logSource, logClass, message) { }

    public override LogLevel LogLevel() => Event.LogLevel.DebugLevel;
}

public class Info : LogEvent
{
    public Info(Exception cause, string logSource, Type logClass, object message) : base(cause, logSource, logClass, message) { }

    public override LogLevel LogLevel() => Event.LogLevel.InfoLevel;
}

public class Warning : LogEvent
{
    public Warning(Exception cause, string logSource, Type logClass, object message) : base(cause, logSource, logClass, message) { }

    public override LogLevel LogLevel() => Event.LogLevel.WarningLevel;
}

public class Error : LogEvent
{
    public Error(Exception cause, string logSource, Type logClass, object message) : base(cause, logSource, logClass, message) { }

    public override LogLevel LogLevel() => Event.LogLevel.ErrorLevel;
}

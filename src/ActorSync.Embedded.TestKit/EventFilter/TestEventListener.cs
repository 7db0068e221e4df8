using Akka.Event;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

/// <summary>The logger of tests: prints what no filter matches, and shows dead letters to the filters as warnings.</summary>
public class TestEventListener : DefaultLogger
{
    private readonly List<LogFilter> _filters = [];

    /// <summary>Adds a filter.</summary>
    internal sealed record Mute(LogFilter Filter);

    /// <summary>Takes a filter away.</summary>
    internal sealed record Unmute(LogFilter Filter);

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Context.System.EventStream.Subscribe(Self, typeof(Mute));
                Context.System.EventStream.Subscribe(Self, typeof(Unmute));
                Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));
                return base.Receive(message);
            case Mute mute:
                _filters.Add(mute.Filter);
                return true;
            case Unmute unmute:
                _filters.Remove(unmute.Filter);
                return true;
            case DeadLetter letter:
                return base.Receive(new Warning(null, letter.Recipient.Path.ToString(), letter.Recipient.GetType(), letter));
            default:
                return base.Receive(message);
        }
    }

    protected override void Print(LogEvent logEvent)
    {
        if (!_filters.Exists(filter => filter.Takes(logEvent)))
            base.Print(logEvent);
    }
}

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

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case InitializeLogger initialize:
                Context.System.EventStream.Subscribe(Self, typeof(Mute));
                Context.System.EventStream.Subscribe(Self, typeof(Unmute));
                Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));
                base.OnReceive(initialize);
                break;
            case Mute mute:
                _filters.Add(mute.Filter);
                break;
            case Unmute unmute:
                _filters.Remove(unmute.Filter);
                break;
            case DeadLetter letter:
                Show(new Warning(letter.Recipient.Path.ToString(), letter.Recipient.GetType(), letter));
                break;
            case LogEvent logEvent:
                Show(logEvent);
                break;
            default:
                base.OnReceive(message);
                break;
        }
    }

    private void Show(LogEvent logEvent)
    {
        if (!_filters.Exists(filter => filter.Takes(logEvent)))
            base.OnReceive(logEvent);
    }
}

using System.Text.RegularExpressions;
using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

/// <summary>
/// Filters of the log. Of message, start and contains the first that is given must match the event's text; source is its
/// log source, an actor's path with or without the address.
/// </summary>
public class EventFilterFactory
{
    private readonly TestKitBase _test;
    private readonly ActorSystem _system;

    internal EventFilterFactory(TestKitBase test, ActorSystem system = null) => (_test, _system) = (test, system ?? test.Sys);

    /// <summary>Errors caused by an exception of this type; the text may also be the exception's own.</summary>
    public IEventFilterApplier Exception<TException>(string message = null, string start = null, string contains = null, string source = null)
        where TException : Exception => Exception(typeof(TException), message, start, contains, source);

    public IEventFilterApplier Exception<TException>(Regex pattern, string source = null)
        where TException : Exception => Exception(typeof(TException), pattern, source);

    /// <param name="exceptionType">The type of the cause, or a base of it.</param>
    /// <param name="message">The whole text.</param>
    /// <param name="start">What the text begins with.</param>
    /// <param name="contains">What is somewhere in the text.</param>
    /// <param name="source">The log source.</param>
    /// <param name="checkInnerExceptions">Whether the exceptions within the cause count as well.</param>
    public IEventFilterApplier Exception(
        Type exceptionType, string message = null, string start = null, string contains = null, string source = null, bool checkInnerExceptions = false) =>
        Errors(exceptionType, TextMatcher.Of(message, start, contains), source, checkInnerExceptions);

    public IEventFilterApplier Exception(Type exceptionType, Regex pattern, string source = null, bool checkInnerExceptions = false) =>
        Errors(exceptionType, TextMatcher.Of(pattern), source, checkInnerExceptions);

    public IEventFilterApplier Error(string message = null, string start = null, string contains = null, string source = null) =>
        Errors(null, TextMatcher.Of(message, start, contains), source, false);

    public IEventFilterApplier Error(Regex pattern, string source = null) => Errors(null, TextMatcher.Of(pattern), source, false);

    public IEventFilterApplier Warning(string message = null, string start = null, string contains = null, string source = null) =>
        Events<Warning>(TextMatcher.Of(message, start, contains), source);

    public IEventFilterApplier Warning(Regex pattern, string source = null) => Events<Warning>(TextMatcher.Of(pattern), source);

    public IEventFilterApplier Info(string message = null, string start = null, string contains = null, string source = null) =>
        Events<Info>(TextMatcher.Of(message, start, contains), source);

    public IEventFilterApplier Info(Regex pattern, string source = null) => Events<Info>(TextMatcher.Of(pattern), source);

    public IEventFilterApplier Debug(string message = null, string start = null, string contains = null, string source = null) =>
        Events<Debug>(TextMatcher.Of(message, start, contains), source);

    public IEventFilterApplier Debug(Regex pattern, string source = null) => Events<Debug>(TextMatcher.Of(pattern), source);

    /// <summary>Any dead letter.</summary>
    public IEventFilterApplier DeadLetter() => DeadLetters(_ => true, null, "any message");

    /// <param name="source">The path of who should have received it.</param>
    public IEventFilterApplier DeadLetter<TMessage>(string source = null) => DeadLetters(m => m is TMessage, source, typeof(TMessage).Name);

    public IEventFilterApplier DeadLetter<TMessage>(Func<TMessage, bool> isMatch, string source = null) =>
        DeadLetters(m => m is TMessage typed && isMatch(typed), source, typeof(TMessage).Name);

    public IEventFilterApplier DeadLetter(Type type, string source = null) => DeadLetters(type.IsInstanceOfType, source, type.Name);

    public IEventFilterApplier DeadLetter(Type type, Func<object, bool> isMatch, string source = null) =>
        DeadLetters(m => type.IsInstanceOfType(m) && isMatch(m), source, type.Name);

    private EventFilterApplier Errors(Type cause, TextMatcher text, string source, bool inner)
    {
        bool Matches(LogEvent e, Exception at) =>
            cause is null && at is null
                ? text.Matches(e.Message)
                : at is not null
                    && (((cause is null || cause.IsInstanceOfType(at)) && (text.Matches(e.Message) || text.Matches(at.Message)))
                        || (inner && Matches(e, at.InnerException)));
        return Applier($"{cause?.Name ?? "Error"} {text}", source, e => e is Error && Matches(e, e.Cause));
    }

    private EventFilterApplier Events<TEvent>(TextMatcher text, string source)
        where TEvent : LogEvent => Applier($"{typeof(TEvent).Name} {text}", source, e => e is TEvent && text.Matches(e.Message));

    private EventFilterApplier DeadLetters(Func<object, bool> isMatch, string source, string what) =>
        Applier($"DeadLetter with {what}", source, e => e is Warning { Message: DeadLetter letter } && isMatch(letter.Message));

    private EventFilterApplier Applier(string description, string source, Func<LogEvent, bool> matches) =>
        new(_test, _system, new LogFilter(source is null ? description : $"{description} of {source}", e => TextMatcher.IsSource(source, e) && matches(e)));
}

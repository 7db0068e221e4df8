namespace Akka.TestKit;

/// <summary>What to do with the log events that a filter matches: count them while an action runs, or hide them.</summary>
public interface IEventFilterApplier
{
    /// <summary>Exactly one event while the action runs and for the leeway after it.</summary>
    void ExpectOne(Action action, CancellationToken cancellationToken = default);

    void ExpectOne(TimeSpan timeout, Action action, CancellationToken cancellationToken = default);
    T ExpectOne<T>(Func<T> func, CancellationToken cancellationToken = default);
    Task ExpectOneAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default);
    Task ExpectOneAsync(TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default);

    /// <summary>Exactly so many events; none are waited for through the whole leeway.</summary>
    void Expect(int expectedCount, Action action, CancellationToken cancellationToken = default);

    void Expect(int expectedCount, TimeSpan timeout, Action action, CancellationToken cancellationToken = default);
    Task ExpectAsync(int expectedCount, Func<Task> actionAsync, CancellationToken cancellationToken = default);
    Task ExpectAsync(int expectedCount, TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default);

    /// <summary>Hides the events while the action runs.</summary>
    void Mute(Action action, CancellationToken cancellationToken = default);

    Task MuteAsync(Func<Task> action, CancellationToken cancellationToken = default);

    /// <summary>Hides the events until the result is disposed of.</summary>
    IUnmutableFilter Mute();
}

/// <summary>A filter that hides events until it is unmuted or disposed of.</summary>
public interface IUnmutableFilter : IDisposable
{
    void Unmute();
}

using Akka.Actor;
using Xunit;

namespace Akka.TestKit.Internal;

/// <summary>Puts a filter before the log of a system, for one action or until it is unmuted.</summary>
internal sealed class EventFilterApplier(TestKitBase test, ActorSystem system, LogFilter filter) : IEventFilterApplier
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    public void ExpectOne(Action action, CancellationToken cancellationToken = default) => Expect(1, action, cancellationToken);

    public void ExpectOne(TimeSpan timeout, Action action, CancellationToken cancellationToken = default) => Expect(1, timeout, action, cancellationToken);

    public T ExpectOne<T>(Func<T> func, CancellationToken cancellationToken = default)
    {
        T result = default;
        ExpectOne(() => { result = func(); }, cancellationToken);
        return result;
    }

    public Task ExpectOneAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default) => ExpectAsync(1, actionAsync, cancellationToken);

    public Task ExpectOneAsync(TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default) =>
        ExpectAsync(1, timeout, action, cancellationToken);

    public void Expect(int expectedCount, Action action, CancellationToken cancellationToken = default) =>
        Expect(expectedCount, test.TestKitSettings.TestEventFilterLeeway, action, cancellationToken);

    public void Expect(int expectedCount, TimeSpan timeout, Action action, CancellationToken cancellationToken = default)
    {
        using var applied = new Applied(system, filter.Fresh());
        action();
        var stop = TestKitBase.Now + test.Dilated(timeout);
        while (applied.Waits(expectedCount) && TestKitBase.Now < stop)
        {
            cancellationToken.WaitHandle.WaitOne(PollInterval);
            cancellationToken.ThrowIfCancellationRequested();
        }

        applied.Check(expectedCount);
    }

    public Task ExpectAsync(int expectedCount, Func<Task> actionAsync, CancellationToken cancellationToken = default) =>
        ExpectAsync(expectedCount, test.TestKitSettings.TestEventFilterLeeway, actionAsync, cancellationToken);

    public async Task ExpectAsync(int expectedCount, TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default)
    {
        using var applied = new Applied(system, filter.Fresh());
        await action();
        var stop = TestKitBase.Now + test.Dilated(timeout);
        while (applied.Waits(expectedCount) && TestKitBase.Now < stop)
            await Task.Delay(PollInterval, cancellationToken);
        applied.Check(expectedCount);
    }

    public void Mute(Action action, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var applied = Mute();
        action();
    }

    public async Task MuteAsync(Func<Task> action, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var applied = Mute();
        await action();
    }

    public IUnmutableFilter Mute() => new Applied(system, filter.Fresh());

    /// <summary>A filter in its place before the log.</summary>
    private sealed class Applied : IUnmutableFilter
    {
        private readonly ActorSystem _system;
        private readonly LogFilter _filter;
        private bool _unmuted;

        internal Applied(ActorSystem system, LogFilter filter)
        {
            (_system, _filter) = (system, filter);
            system.EventStream.Publish(new TestEventListener.Mute(filter));
        }

        /// <summary>Whether another event may come: those that are missing, or one where none is expected.</summary>
        internal bool Waits(int expected) => expected == 0 ? _filter.Count == 0 : _filter.Count < expected;

        internal void Check(int expected)
        {
            if (_filter.Count != expected)
                Assert.Fail($"Received {_filter.Count} of {expected} expected log events that match [{_filter}].");
        }

        public void Unmute()
        {
            if (_unmuted)
                return;
            _unmuted = true;
            _system.EventStream.Publish(new TestEventListener.Unmute(_filter));
        }

        public void Dispose() => Unmute();
    }
}

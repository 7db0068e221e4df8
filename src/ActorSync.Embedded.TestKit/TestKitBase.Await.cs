using Akka.TestKit.Internal;
using Xunit;

namespace Akka.TestKit;

// Waiting for something other than a message, and blocks of code with a time limit.
public abstract partial class TestKitBase
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Repeats the assertion until it passes; its last failure is the test's.</summary>
    public void AwaitAssert(Action assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default)
    {
        var attempts = new Attempts(RemainingOrDilated(duration), interval);
        while (true)
        {
            try
            {
                assertion();
                return;
            }
            catch (Exception) when (attempts.AreLeft)
            {
                cancellationToken.WaitHandle.WaitOne(attempts.UntilNext());
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    public Task AwaitAssertAsync(Action assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        AwaitAssertAsync(AsTask(assertion), duration, interval, cancellationToken);

    public async Task AwaitAssertAsync(Func<Task> assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default)
    {
        var attempts = new Attempts(RemainingOrDilated(duration), interval);
        while (true)
        {
            try
            {
                await assertion();
                return;
            }
            catch (Exception) when (attempts.AreLeft)
            {
                await Task.Delay(attempts.UntilNext(), cancellationToken);
            }
        }
    }

    /// <summary>Waits until the condition holds.</summary>
    public void AwaitCondition(Func<bool> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitCondition(conditionIsFulfilled, RemainingOrDefault, null, null, cancellationToken);

    public void AwaitCondition(Func<bool> conditionIsFulfilled, TimeSpan? max, CancellationToken cancellationToken = default) =>
        AwaitCondition(conditionIsFulfilled, max, null, null, cancellationToken);

    public void AwaitCondition(Func<bool> conditionIsFulfilled, TimeSpan? max, string message, CancellationToken cancellationToken = default) =>
        AwaitCondition(conditionIsFulfilled, max, null, message, cancellationToken);

    public void AwaitCondition(Func<bool> conditionIsFulfilled, TimeSpan? max, TimeSpan? interval, string message = null, CancellationToken cancellationToken = default)
    {
        var limit = RemainingOrDilated(max);
        var attempts = new Attempts(limit, interval ?? limit / 10);
        while (!conditionIsFulfilled())
        {
            CheckTime(attempts, limit, message);
            cancellationToken.WaitHandle.WaitOne(attempts.UntilNext());
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public Task AwaitConditionAsync(Func<bool> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(() => Task.FromResult(conditionIsFulfilled()), cancellationToken);

    public Task AwaitConditionAsync(Func<Task<bool>> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, RemainingOrDefault, cancellationToken);

    public Task AwaitConditionAsync(Func<Task<bool>> conditionIsFulfilled, TimeSpan? max, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, max, null, null, cancellationToken);

    public Task AwaitConditionAsync(Func<bool> conditionIsFulfilled, TimeSpan? max, string message, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, max, null, message, cancellationToken);

    public Task AwaitConditionAsync(
        Func<bool> conditionIsFulfilled, TimeSpan? max, TimeSpan? interval, string message = null, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(() => Task.FromResult(conditionIsFulfilled()), max, interval, message, cancellationToken);

    public async Task AwaitConditionAsync(
        Func<Task<bool>> conditionIsFulfilled, TimeSpan? max, TimeSpan? interval, string message = null, CancellationToken cancellationToken = default)
    {
        var limit = RemainingOrDilated(max);
        var attempts = new Attempts(limit, interval ?? limit / 10);
        while (!await conditionIsFulfilled())
        {
            CheckTime(attempts, limit, message);
            await Task.Delay(attempts.UntilNext(), cancellationToken);
        }
    }

    /// <summary>The action must end within this time; every expectation in it waits no longer than what remains.</summary>
    public void Within(TimeSpan max, Action action, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within(TimeSpan.Zero, max, action, null, epsilonValue, cancellationToken);

    public void Within(TimeSpan min, TimeSpan max, Action action, string hint = null, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within<object>(min, max, () =>
        {
            action();
            return null;
        }, hint, epsilonValue, cancellationToken);

    public T Within<T>(TimeSpan max, Func<T> function, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within(TimeSpan.Zero, max, function, null, epsilonValue, cancellationToken);

    public T Within<T>(
        TimeSpan min, TimeSpan max, Func<T> function, string hint = null, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var block = new TimedBlock(this, min, max, hint);
        var result = function();
        block.Check(epsilonValue);
        return result;
    }

    public Task WithinAsync(TimeSpan max, Func<Task> actionAsync, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        WithinAsync(TimeSpan.Zero, max, actionAsync, null, epsilonValue, cancellationToken);

    public async Task WithinAsync(
        TimeSpan min, TimeSpan max, Func<Task> actionAsync, string hint = null, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default)
    {
        using var block = new TimedBlock(this, min, max, hint);
        // The timer may fire a little early: what ends within the margin is judged by its own time.
        var action = actionAsync();
        if (await Task.WhenAny(action, Task.Delay(block.Limit + TimeSpan.FromMilliseconds(200), cancellationToken)) == action)
            await action;
        cancellationToken.ThrowIfCancellationRequested();
        block.Check(epsilonValue);
    }

    private static Func<Task> AsTask(Action action) => () =>
    {
        action();
        return Task.CompletedTask;
    };

    private static void CheckTime(Attempts attempts, TimeSpan limit, string message)
    {
        if (!attempts.AreLeft)
            Assert.Fail($"Timeout {limit} expired while waiting for condition.{message}");
    }

    /// <summary>When to try again, and until when.</summary>
    private sealed class Attempts(TimeSpan limit, TimeSpan? interval)
    {
        private readonly TimeSpan _stop = Now + limit;

        internal bool AreLeft => Now < _stop;

        internal TimeSpan UntilNext() => Durations.AtLeastZero(Durations.Min(_stop - Now, interval ?? DefaultInterval));
    }

    /// <summary>One Within block: sets the end of the test's waits and puts the outer one back.</summary>
    private sealed class TimedBlock : IDisposable
    {
        private readonly TestKitBase _test;
        private readonly TimeSpan _min;
        private readonly string _hint;
        private readonly TimeSpan _start = Now;
        private readonly TimeSpan? _outerEnd;

        internal TimedBlock(TestKitBase test, TimeSpan min, TimeSpan max, string hint)
        {
            Durations.CheckPositive(min, nameof(min));
            Durations.CheckPositive(max, nameof(max));
            (_test, _min, _hint, _outerEnd) = (test, min, hint, test._end);
            var left = _outerEnd is { } end ? end - _start : Timeout.InfiniteTimeSpan;
            if (_outerEnd is not null && left < min)
                Assert.Fail($"Required min time {min} not possible, only {left} left. {hint}");
            Limit = Durations.Min(test.Dilated(max), left);
            test._end = _start + Limit;
            test._lastWasNoMsg = false;
        }

        internal TimeSpan Limit { get; }

        internal void Check(TimeSpan? epsilon)
        {
            var elapsed = Now - _start;
            if (elapsed < _min)
                Assert.Fail($"Failed: Block took {elapsed}, should have at least been {_min}. {_hint}");
            if (!_test._lastWasNoMsg && elapsed > Limit + (epsilon ?? TimeSpan.Zero))
                Assert.Fail($"Failed: Block took {elapsed}, exceeding {Limit}. {_hint}");
        }

        public void Dispose() => _test._end = _outerEnd;
    }
}

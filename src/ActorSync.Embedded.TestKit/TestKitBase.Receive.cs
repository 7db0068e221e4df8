using System.Collections;
using Akka.TestKit.Internal;
using Xunit;

namespace Akka.TestKit;

// Taking messages out of the queue. The waits of the plain methods block; those of the Async ones do not.
public abstract partial class TestKitBase
{
    /// <summary>The next message, or null if none came in time.</summary>
    public object ReceiveOne(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        TryReceiveOne(out var envelope, max, cancellationToken) ? envelope.Message : null;

    public async ValueTask<object> ReceiveOneAsync(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        (await TryReceiveOneAsync(max, cancellationToken)).envelope.Message;

    public bool TryReceiveOne(out MessageEnvelope envelope, TimeSpan? max = null, CancellationToken cancellationToken = default)
    {
        var (success, received) = TakeOrWait(max, cancellationToken) ?? Received(WaitAsync(GetTimeoutOrDefault(max), cancellationToken).GetAwaiter().GetResult());
        envelope = received;
        return success;
    }

    public async ValueTask<(bool success, MessageEnvelope envelope)> TryReceiveOneAsync(TimeSpan? max, CancellationToken cancellationToken = default) =>
        TakeOrWait(max, cancellationToken) ?? Received(await WaitAsync(GetTimeoutOrDefault(max), cancellationToken));

    /// <summary>So many messages, whatever they are.</summary>
    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, CancellationToken cancellationToken = default) =>
        ReceiveUntil(numberOfMessages, Now + RemainingOrDefault, cancellationToken);

    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, TimeSpan max, CancellationToken cancellationToken = default)
    {
        Durations.CheckPositive(max, nameof(max));
        return ReceiveUntil(numberOfMessages, Now + Dilated(max), cancellationToken);
    }

    /// <summary>Messages as long as the filter maps them to something; the first that it maps to null stays in the queue.</summary>
    /// <param name="filter">What to return for a message, or null to end.</param>
    /// <param name="max">How long in all.</param>
    /// <param name="idle">How long to wait for each.</param>
    /// <param name="msgs">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public IReadOnlyList<T> ReceiveWhile<T>(
        Func<object, T> filter, TimeSpan? max = null, TimeSpan? idle = null, int msgs = int.MaxValue, CancellationToken cancellationToken = default)
    {
        var stop = Now + RemainingOrDilated(max);
        var taken = new List<T>();
        while (taken.Count < msgs && Peek(Durations.Min(stop - Now, idle ?? Timeout.InfiniteTimeSpan), cancellationToken) is { } envelope
            && filter(envelope.Message) is { } mapped)
        {
            taken.Add(mapped);
            _queue.Reader.TryRead(out _);
            _last = envelope;
        }

        _lastWasNoMsg = true;
        return taken;
    }

    public IReadOnlyList<T> ReceiveWhile<T>(TimeSpan? max, Func<object, T> filter, int msgs = int.MaxValue, CancellationToken cancellationToken = default) =>
        ReceiveWhile(filter, max, null, msgs, cancellationToken);

    /// <summary>The first message that matches; those before it are dropped.</summary>
    public object FishForMessage(Predicate<object> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        FishForMessage<object>(isMessage, max, hint, cancellationToken);

    public T FishForMessage<T>(Predicate<T> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        FishForMessage(isMessage, null, max, hint, cancellationToken);

    /// <param name="isMessage">What to wait for.</param>
    /// <param name="allMessages">Filled with the messages that were dropped.</param>
    /// <param name="max">How long in all.</param>
    /// <param name="hint">Said when it fails.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public T FishForMessage<T>(
        Predicate<T> isMessage, ArrayList allMessages, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default)
    {
        var limit = RemainingOrDilated(max);
        var end = Now + limit;
        allMessages?.Clear();
        while (true)
        {
            if (Fished(ReceiveOne(Durations.AtLeastZero(end - Now), cancellationToken), isMessage, allMessages, limit, hint) is [var caught])
                return caught;
        }
    }

    public async ValueTask<T> FishForMessageAsync<T>(
        Predicate<T> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default)
    {
        var limit = RemainingOrDilated(max);
        var end = Now + limit;
        while (true)
        {
            if (Fished(await ReceiveOneAsync(Durations.AtLeastZero(end - Now), cancellationToken), isMessage, null, limit, hint) is [var caught])
                return caught;
        }
    }

    private static T[] Fished<T>(object message, Predicate<T> isMessage, ArrayList allMessages, TimeSpan limit, string hint)
    {
        if (message is null)
            Assert.Fail($"Timeout ({limit}) during fishForMessage{(string.IsNullOrEmpty(hint) ? "" : ", hint: " + hint)}");
        if (message is T typed && isMessage(typed))
            return [typed];
        allMessages?.Add(message);
        return [];
    }

    private List<object> ReceiveUntil(int count, TimeSpan stop, CancellationToken cancellationToken)
    {
        var taken = new List<object>(count);
        while (taken.Count < count)
        {
            if (!TryReceiveOne(out var envelope, Durations.AtLeastZero(stop - Now), cancellationToken))
                Assert.Fail($"Timeout while expecting {count} messages. Only got {taken.Count}.");
            taken.Add(envelope.Message);
        }

        return taken;
    }

    private MessageEnvelope Peek(TimeSpan max, CancellationToken cancellationToken)
    {
        if (!_queue.Reader.TryPeek(out var envelope) && max > TimeSpan.Zero && WaitAsync(max, cancellationToken).GetAwaiter().GetResult())
            _queue.Reader.TryPeek(out envelope);
        return envelope;
    }

    /// <summary>What needs no wait, or null when one is needed.</summary>
    private (bool Success, MessageEnvelope Envelope)? TakeOrWait(TimeSpan? max, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var limit = GetTimeoutOrDefault(max);
        var waits = limit > TimeSpan.Zero || limit == Timeout.InfiniteTimeSpan;
        return waits && !HasMessages ? null : Received(waits || limit == TimeSpan.Zero);
    }

    private (bool Success, MessageEnvelope Envelope) Received(bool inTime)
    {
        _lastWasNoMsg = false;
        _last = inTime && _queue.Reader.TryRead(out var envelope) ? envelope : ReceivedEnvelope.None;
        return (_last != ReceivedEnvelope.None, _last);
    }

    /// <summary>Whether a message came in time.</summary>
    private async Task<bool> WaitAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ends.CancelAfter(limit);
        try
        {
            return await _queue.Reader.WaitToReadAsync(ends.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}

using Akka.Actor;
using Akka.TestKit.Internal;
using Xunit;

namespace Akka.TestKit;

// Expectations of the next message. Each takes it out of the queue and fails the test if it is not as expected.
public abstract partial class TestKitBase
{
    public T ExpectMsg<T>(TimeSpan? duration = null, string hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(duration, hint, (_, _) => { }, cancellationToken);

    public ValueTask<T> ExpectMsgAsync<T>(TimeSpan? duration = null, string hint = null, CancellationToken cancellationToken = default) =>
        ExpectAsync<T>(duration, hint, (_, _) => { }, cancellationToken);

    public T ExpectMsg<T>(T message, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, hint, (m, _) => Assert.Equal(message, m), cancellationToken);

    public ValueTask<T> ExpectMsgAsync<T>(T message, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        ExpectAsync<T>(timeout, hint, (m, _) => Assert.Equal(message, m), cancellationToken);

    public T ExpectMsg<T>(Predicate<T> isMessage, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, hint, (m, _) => CheckMatch(isMessage(m), m, hint), cancellationToken);

    public ValueTask<T> ExpectMsgAsync<T>(Predicate<T> isMessage, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        ExpectAsync<T>(timeout, hint, (m, _) => CheckMatch(isMessage(m), m, hint), cancellationToken);

    public T ExpectMsg<T>(Action<T> assert, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, hint, (m, _) => assert(m), cancellationToken);

    public ValueTask<T> ExpectMsgAsync<T>(Action<T> assert, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        ExpectAsync<T>(timeout, hint, (m, _) => assert(m), cancellationToken);

    public T ExpectMsg<T>(Func<T, IActorRef, bool> isMessageAndSender, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, hint, (m, sender) => CheckMatch(isMessageAndSender(m, sender), m, hint), cancellationToken);

    public T ExpectMsg<T>(Action<T, IActorRef> assertMessageAndSender, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Expect(timeout, hint, assertMessageAndSender, cancellationToken);

    public T ExpectMsgFrom<T>(IActorRef sender, TimeSpan? duration = null, string hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(duration, hint, (_, from) => CheckSender(sender, from, hint), cancellationToken);

    public T ExpectMsgFrom<T>(IActorRef sender, T message, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, hint, (m, from) =>
        {
            CheckSender(sender, from, hint);
            Assert.Equal(message, m);
        }, cancellationToken);

    /// <summary>The death of a watched actor.</summary>
    public Terminated ExpectTerminated(IActorRef target, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Expect<Terminated>(timeout, hint, (t, _) => CheckMatch(t.ActorRef.Equals(target), t, $"Terminated {target}. {hint}"), cancellationToken);

    public ValueTask<Terminated> ExpectTerminatedAsync(IActorRef target, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        ExpectAsync<Terminated>(timeout, hint, (t, _) => CheckMatch(t.ActorRef.Equals(target), t, $"Terminated {target}. {hint}"), cancellationToken);

    /// <summary>Silence for what remains, or for the default of one expectation.</summary>
    public void ExpectNoMsg(CancellationToken cancellationToken = default) =>
        CheckSilence(TryReceiveOne(out var envelope, RemainingOrDefault, cancellationToken), envelope);

    public void ExpectNoMsg(TimeSpan duration, CancellationToken cancellationToken = default) =>
        CheckSilence(TryReceiveOne(out var envelope, Dilated(duration), cancellationToken), envelope);

    public void ExpectNoMsg(int milliseconds, CancellationToken cancellationToken = default) =>
        CheckSilence(TryReceiveOne(out var envelope, TimeSpan.FromMilliseconds(milliseconds), cancellationToken), envelope);

    public async ValueTask ExpectNoMsgAsync(CancellationToken cancellationToken = default) =>
        CheckSilence(await TryReceiveOneAsync(RemainingOrDefault, cancellationToken));

    public async ValueTask ExpectNoMsgAsync(TimeSpan duration, CancellationToken cancellationToken = default) =>
        CheckSilence(await TryReceiveOneAsync(Dilated(duration), cancellationToken));

    public async ValueTask ExpectNoMsgAsync(int milliseconds, CancellationToken cancellationToken = default) =>
        CheckSilence(await TryReceiveOneAsync(TimeSpan.FromMilliseconds(milliseconds), cancellationToken));

    /// <summary>One of these.</summary>
    public T ExpectMsgAnyOf<T>(IEnumerable<T> messages, CancellationToken cancellationToken = default) =>
        Expect<T>(null, null, (m, _) => Assert.Contains(m, messages), cancellationToken);

    /// <summary>These, in any order, and nothing between them.</summary>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(params T[] messages) => AllOf(messages, RemainingOrDefault, default);

    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        AllOf(messages, RemainingOrDefault, cancellationToken);

    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(TimeSpan max, params T[] messages) => ExpectMsgAllOf(max, messages, default(CancellationToken));

    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(TimeSpan max, IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default)
    {
        Durations.CheckPositive(max, nameof(max));
        return AllOf(messages, Dilated(max), cancellationToken);
    }

    private List<T> AllOf<T>(IReadOnlyCollection<T> messages, TimeSpan max, CancellationToken cancellationToken)
    {
        var missing = messages.ToList();
        var received = ReceiveUntil(messages.Count, Now + max, cancellationToken);
        var unexpected = received.Where(m => m is not T typed || !missing.Remove(typed)).ToList();
        if (missing.Count > 0 || unexpected.Count > 0)
            Assert.Fail($"not found [{string.Join(", ", missing)}] found unexpected [{string.Join(", ", unexpected)}]");
        return received.Cast<T>().ToList();
    }

    private T Expect<T>(TimeSpan? timeout, string hint, Action<T, IActorRef> check, CancellationToken cancellationToken)
    {
        var limit = RemainingOrDilated(timeout);
        return Checked((TryReceiveOne(out var envelope, limit, cancellationToken), envelope), limit, hint, check);
    }

    private async ValueTask<T> ExpectAsync<T>(TimeSpan? timeout, string hint, Action<T, IActorRef> check, CancellationToken cancellationToken)
    {
        var limit = RemainingOrDilated(timeout);
        return Checked(await TryReceiveOneAsync(limit, cancellationToken), limit, hint, check);
    }

    private static T Checked<T>((bool Success, MessageEnvelope Envelope) received, TimeSpan limit, string hint, Action<T, IActorRef> check)
    {
        if (!received.Success)
            Assert.Fail($"Failed: Timeout {limit} while waiting for a message of type {typeof(T)} {hint}");
        var (message, sender) = (received.Envelope.Message, received.Envelope.Sender);
        if (message is not T typed)
            throw Xunit.Sdk.FailException.ForFailure(
                $"Failed: Expected a message of type {typeof(T)}, but received {{{message}}} (type {message.GetType()}) instead {hint} from {sender}");
        check(typed, sender);
        return typed;
    }

    private static void CheckMatch<T>(bool matches, T message, string hint)
    {
        if (!matches)
            Assert.Fail($"Got a message of the expected type <{typeof(T).FullName}>. Also expected {hint ?? "the predicate to return true"} but the message {{{message}}} did not match");
    }

    private static void CheckSender(IActorRef expected, IActorRef actual, string hint)
    {
        if (!Equals(expected, actual))
            Assert.Fail($"Sender does not match. Got a message from sender {actual}. But expected {expected} {hint}");
    }

    private void CheckSilence((bool Success, MessageEnvelope Envelope) received) => CheckSilence(received.Success, received.Envelope);

    private void CheckSilence(bool received, MessageEnvelope envelope)
    {
        if (received)
            Assert.Fail($"Failed: Expected no messages, instead we received {{{envelope.Message}}} from {envelope.Sender}");
        _lastWasNoMsg = true;
    }
}

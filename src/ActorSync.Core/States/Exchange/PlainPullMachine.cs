using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.States.Exchange;

/// <summary>
/// One pull of a plain peer, such as one that is spoken to over HTTP: it is asked for all it holds, unless that is what is
/// held here, and then handed what it was seen to lack, so that a peer which never asks comes level, too. What it
/// refuses is set aside (<see cref="RefusedEntries"/>), and the rest handed over.
/// <code>
/// Asking ──the same──> Ended
/// Asking ──all it holds──> Storing, a part at a time ──> Handing, a push at a time ──> Ended
/// </code>
/// </summary>
internal sealed class PlainPullMachine(StateName name, ExchangeId id, StateTable table, StateSettings settings, RefusedEntries refused, StatePeer peer) : IPull
{
    private enum State
    {
        Idle,
        Asking,
        Storing,
        Handing,
        Ended,
    }

    // Small enough to find room beside other writes that wait for the store.
    private const int EntriesPerStore = 4096;

    private readonly List<string> _lacking = [];
    private readonly Narrowing _narrowing = new();
    private IReadOnlyList<StateEntry> _handed = [];
    private int _settled;
    private int _failures;
    private int _upTo;
    private State _state;
    private IReadOnlyList<StateEntry> _answer = [];
    private int _stored;
    private uint _round;
    private StateVersion _asked;
    private PullReport _report = new(null, 0, 0, 0);

    public ExchangeId Id => id;

    public int MaxPayloadBytes => peer.MaxPayloadBytes;

    public MonotonicTime Deadline { get; private set; } = MonotonicTime.Never;

    public void Handle(PullInput input, MonotonicTime now, IOutbox<PullOutput> outbox)
    {
        switch (input)
        {
            case PullInput.Start when _state == State.Idle:
                _state = State.Asking;
                Await(now);
                _asked = table.Version;
                outbox.Put(new PullOutput.Ask(_asked));
                break;
            case PullInput.Whole whole when _state == State.Asking:
                OnWhole(whole.Answer, now, outbox);
                break;
            case PullInput.Stored stored when _state == State.Storing:
                OnStored(stored.Result, now, outbox);
                break;
            case PullInput.Message { Value: StatePushed pushed } when _state == State.Handing && pushed.Round == _round:
                OnTaken(now, outbox);
                break;
            case PullInput.Message { Value: SyncFailure failure } when _state == State.Handing:
                OnRefused(failure.ToError(), now, outbox);
                break;
            case PullInput.Unlinked when _state != State.Ended:
                End(new SyncError(SyncErrorKind.Unreachable, "the peer is no peer any more"), outbox);
                break;
            case PullInput.Tick when now >= Deadline:
                End(new SyncError(SyncErrorKind.Unreachable, $"the peer did not answer within {settings.PlainAnswerWithin.TotalSeconds} s; the next pull goes on"), outbox);
                break;
        }
    }

    private void Await(MonotonicTime now)
    {
        _report = _report with { Requests = _report.Requests + 1 };
        Deadline = now + settings.PlainAnswerWithin;
    }

    private void OnWhole(Result<IReadOnlyList<StateEntry>?> answer, MonotonicTime now, IOutbox<PullOutput> outbox)
    {
        Deadline = MonotonicTime.Never;
        if (!answer.TryGet(out var entries, out var error))
            End(error, outbox);
        else if (entries is null)
            End(_report with { Level = _asked }, outbox);
        else
        {
            (_answer, _state) = (entries, State.Storing);
            _report = _report with { Received = entries.Count };
            Store(now, outbox);
        }
    }

    private void Store(MonotonicTime now, IOutbox<PullOutput> outbox)
    {
        if (_stored == _answer.Count)
        {
            FindLacking();
            _state = State.Handing;
            Hand(now, outbox);
            return;
        }
        var part = _answer.Skip(_stored).Take(EntriesPerStore).ToArray();
        _stored += part.Length;
        outbox.Put(new PullOutput.Store(part));
    }

    private void OnStored(Result<StateReceiveResult> result, MonotonicTime now, IOutbox<PullOutput> outbox)
    {
        if (result.Error is { } error)
            End(error, outbox);
        else
            Store(now, outbox);
    }

    // Only what is newer here, or not there at all: what both purged is in neither.
    private void FindLacking()
    {
        var theirs = new Dictionary<string, StateEntry>(_answer.Count);
        foreach (var entry in _answer)
            theirs[entry.Key] = entry;
        foreach (var entry in table.Entries.Where(entry => !theirs.TryGetValue(entry.Key, out var held) || entry.IsNewerThan(held)))
            _lacking.Add(entry.Key);
        _answer = [];
    }

    private void Hand(MonotonicTime now, IOutbox<PullOutput> outbox)
    {
        var page = new EntryPage(peer.MaxPayloadBytes, settings.MessageBytes, _narrowing.Most);
        for (_upTo = _settled; _upTo < _lacking.Count; _upTo++)
        {
            if (table.TryGet(_lacking[_upTo], out var entry) && !page.IsTooLarge(entry) && !refused.Has(peer.Node, entry, now) && !page.TryAdd(entry))
                break;
        }
        _handed = page.Entries;
        if (_handed.Count == 0)
        {
            End(_report with { Refused = _lacking.Count(key => table.TryGet(key, out var entry) && refused.Has(peer.Node, entry, now)) }, outbox);
            return;
        }
        Await(now);
        outbox.Put(new PullOutput.Hand(new StatePush(name, id, ++_round, true, table.Version, _handed)));
    }

    private void OnTaken(MonotonicTime now, IOutbox<PullOutput> outbox)
    {
        (_settled, _failures) = (_upTo, 0);
        _narrowing.Took(_handed.Count);
        _report = _report with { Sent = _report.Sent + _handed.Count };
        Hand(now, outbox);
    }

    private void OnRefused(SyncError error, MonotonicTime now, IOutbox<PullOutput> outbox)
    {
        // A peer that is slow takes less at once.
        if (error.Kind == SyncErrorKind.Unreachable && _handed.Count > 1 && ++_failures <= settings.PushRetries)
        {
            _narrowing.Failed(_handed.Count);
            Hand(now, outbox);
            return;
        }
        if (Narrowing.IsRefusal(error) && _narrowing.Refused(_handed.Count))
        {
            if (refused.Add(peer.Node, _handed[0], error, now) is { } told)
                outbox.Put(new PullOutput.SetAside(told));
            _settled = _upTo;
        }
        if (!Narrowing.IsRefusal(error) || _narrowing.IsInVain)
            End(error, outbox);
        else
            Hand(now, outbox);
    }

    private void End(Result<PullReport> result, IOutbox<PullOutput> outbox)
    {
        _state = State.Ended;
        Deadline = MonotonicTime.Never;
        outbox.Put(new PullOutput.Ended(result));
    }
}

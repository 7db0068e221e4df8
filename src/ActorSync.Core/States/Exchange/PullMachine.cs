using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.States.Exchange;

/// <summary>
/// One pull: makes this node and a peer hold the same. Digests first: the peer answers the version with the digests of
/// the ranges of the key space; only of ranges that differ are the entries compared, one fingerprint each; only entries
/// that are missing travel, and both ways. Nearly equal states are level after two round trips and a push.
/// <code>
/// Asking ──StateLevel──> Ended
/// Asking ──StateDigests──> Comparing ──StateEntries──> Storing ──durable──> Pushing ──> Comparing ... Ended
/// Asking, Comparing, Pushing ──silence──> the same request again ──too often──> Ended
/// a range with more entries than one request can name ──> Asking
/// </code>
/// </summary>
public sealed class PullMachine : IPull
{
    private enum State
    {
        Idle,
        Asking,
        Comparing,
        Storing,
        Pushing,
        Ended,
    }

    private readonly StateName _name;
    private readonly StateTable _table;
    private readonly StateSettings _settings;
    private readonly PullRanges _ranges;
    private readonly Queue<string> _lacking = new();

    private State _state;
    private uint _round;
    private int _attempts;
    private ReadOnlyMemory<byte> _request;
    private StateRange _asked;
    private UInt128 _digest;
    private StateEntries? _answer;
    private PullReport _report = new(null, 0, 0, 0);

    /// <param name="name">The state.</param>
    /// <param name="id">The pull's number, drawn at random.</param>
    /// <param name="table">What is held here; it may change between inputs.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="maxPayloadBytes">The largest payload that the link to the peer takes.</param>
    public PullMachine(StateName name, ExchangeId id, StateTable table, StateSettings settings, int maxPayloadBytes)
    {
        _name = name;
        Id = id;
        _table = table;
        _settings = settings;
        MaxPayloadBytes = maxPayloadBytes;
        _ranges = new PullRanges(table, Math.Min(maxPayloadBytes, settings.MessageBytes));
    }

    /// <summary>The pull's number.</summary>
    public ExchangeId Id { get; }

    /// <summary>The largest payload that the link to the peer takes.</summary>
    public int MaxPayloadBytes { get; }

    /// <summary>When it wants a <see cref="PullInput.Tick"/>.</summary>
    public MonotonicTime Deadline { get; private set; } = MonotonicTime.Never;

    public void Handle(PullInput input, MonotonicTime now, IOutbox<PullOutput> outbox)
    {
        switch (input)
        {
            case PullInput.Start when _state == State.Idle:
                Ask(StateRange.All, now, outbox);
                break;
            case PullInput.Message message when _state != State.Ended:
                OnMessage(message.Value, now, outbox);
                break;
            case PullInput.Stored stored when _state == State.Storing:
                OnStored(stored.Result, now, outbox);
                break;
            case PullInput.Unlinked when _state != State.Ended:
                End(new SyncError(SyncErrorKind.Unreachable, "the link is gone; the next pull goes on"), outbox);
                break;
            case PullInput.Tick when now >= Deadline:
                OnSilence(now, outbox);
                break;
        }
    }

    private void OnMessage(SyncMessage message, MonotonicTime now, IOutbox<PullOutput> outbox)
    {
        switch (message)
        {
            case SyncFailure failure when failure.Reference == Id.Value:
                End(failure.ToError(), outbox);
                break;
            case StateMessage answer when answer.Exchange != Id || answer.Round != _round:
                break;
            case StateLevel when _state == State.Asking:
                _report = _report with { Level = _asked == StateRange.All ? new StateVersion(_digest) : null };
                Next(now, outbox);
                break;
            case StateDigests digests when _state == State.Asking:
                OnDigests(digests, now, outbox);
                break;
            case StateEntries entries when _state == State.Comparing:
                OnEntries(entries, now, outbox);
                break;
            case StatePushed when _state == State.Pushing:
                PushOrNext(now, outbox);
                break;
        }
    }

    private void Ask(StateRange range, MonotonicTime now, IOutbox<PullOutput> outbox)
    {
        (_state, _asked, _digest) = (State.Asking, range, _table.DigestOf(range));
        Request(new StatePull(_name, Id, ++_round, range, _digest, _table.CountIn(range)), now, outbox);
    }

    private void OnDigests(StateDigests digests, MonotonicTime now, IOutbox<PullOutput> outbox)
    {
        var parts = digests.Depth - _asked.Depth;
        if (parts is < 0 or > 30 || digests.Digests.Count != 1 << parts)
        {
            End(Fault($"{digests.Digests.Count} digests of depth {digests.Depth} do not make up a range of depth {_asked.Depth}"), outbox);
            return;
        }
        _ranges.AddDiffering(_asked, digests);
        Next(now, outbox);
    }

    // Ranges whose own entries are too many to be named in one request are asked for first, to be cut smaller.
    private void Next(MonotonicTime now, IOutbox<PullOutput> outbox)
    {
        Deadline = MonotonicTime.Never;
        if (_ranges.IsEmpty)
            End(_report, outbox);
        else if (_round >= _settings.RoundsMost)
            End(new SyncError(SyncErrorKind.LimitExceeded, $"the pull is not done after {_round} requests; the next one goes on"), outbox);
        else if (_ranges.TakeTooWide() is { } wide)
            Ask(wide, now, outbox);
        else
        {
            _state = State.Comparing;
            Request(_ranges.Compare(_name, Id, ++_round), now, outbox);
        }
    }

    private void OnEntries(StateEntries entries, MonotonicTime now, IOutbox<PullOutput> outbox)
    {
        if (_ranges.Answered(entries) is { } fault)
        {
            End(Fault(fault), outbox);
            return;
        }
        Deadline = MonotonicTime.Never;
        _answer = entries;
        _report = _report with { Received = _report.Received + entries.Entries.Count };
        _state = State.Storing;
        if (entries.Entries.Count > 0)
            outbox.Put(new PullOutput.Store(entries.Entries));
        else
            OnStored(new StateReceiveResult(0, 0, []), now, outbox);
    }

    private void OnStored(Result<StateReceiveResult> result, MonotonicTime now, IOutbox<PullOutput> outbox)
    {
        if (!result.TryGet(out _, out var error))
        {
            End(error, outbox);
            return;
        }
        foreach (var key in _ranges.LackedByPeer(_answer!))
            _lacking.Enqueue(key);
        _answer = null;
        PushOrNext(now, outbox);
    }

    // The last push is not waited for: should it be lost, the next pull finds it missing. Where a peer that is known to be
    // level is not asked again its answer is wanted all the same, as it tells that.
    private void PushOrNext(MonotonicTime now, IOutbox<PullOutput> outbox)
    {
        var page = new EntryPage(MaxPayloadBytes, _settings.MessageBytes);
        while (_lacking.TryPeek(out var key) && (!_table.TryGet(key, out var entry) || page.IsTooLarge(entry) || page.TryAdd(entry)))
            _lacking.Dequeue();
        if (page.Entries.Count == 0)
        {
            Next(now, outbox);
            return;
        }
        _report = _report with { Sent = _report.Sent + page.Entries.Count };
        _state = State.Pushing;
        var isLast = _lacking.Count == 0 && _ranges.IsEmpty;
        Request(new StatePush(_name, Id, ++_round, !isLast || _settings.PullsOnlyUnlevel, _table.Version, page.Entries), now, outbox);
        if (isLast)
            Next(now, outbox);
    }

    private void Request(StateMessage message, MonotonicTime now, IOutbox<PullOutput> outbox)
    {
        _request = SyncCodec.Encode(message);
        _attempts = 0;
        Send(now, outbox);
    }

    private void Send(MonotonicTime now, IOutbox<PullOutput> outbox)
    {
        _attempts++;
        _report = _report with { Requests = _report.Requests + 1 };
        outbox.Put(new PullOutput.Send(_request));
        Deadline = now + _settings.AnswerWithin * _attempts;
    }

    private void OnSilence(MonotonicTime now, IOutbox<PullOutput> outbox)
    {
        if (_attempts < _settings.Attempts)
            Send(now, outbox);
        else
            End(new SyncError(SyncErrorKind.Unreachable, $"the peer did not answer {_attempts} requests; the next pull goes on"), outbox);
    }

    private void End(Result<PullReport> result, IOutbox<PullOutput> outbox)
    {
        _state = State.Ended;
        Deadline = MonotonicTime.Never;
        outbox.Put(new PullOutput.Ended(result));
    }

    private static SyncError Fault(string why) => new(SyncErrorKind.MalformedPayload, why);
}

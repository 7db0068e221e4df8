using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.Graphs.Polls;

/// <summary>
/// Makes one poll: asks, tells more of what it holds while the responder needs that, hands the parts of the answer to
/// the graph in their order, and grants credit as they become durable. What is lost is asked for again.
/// <code>
/// Asking ──Narrow──> Asking (next round)
///   │ Level ──> Done
///   └ PollResponse, PollEnd ──> Receiving ──all parts durable──> Done
/// silence: Asking asks again, Receiving asks for missing parts or resumes; too often in vain: Done(Unreachable)
/// </code>
/// </summary>
public sealed class PollRequester : IMachine<RequesterInput, RequesterOutput>
{
    private enum State
    {
        Asking,
        Receiving,
        Done,
    }

    private const int MostDoublings = 3;

    private readonly SessionId _session;
    private readonly GraphId _graph;
    private readonly ulong _maxBytes;
    private readonly HeadSet _heads;
    private readonly Sampler? _sampler;
    private readonly PollSettings _settings;
    private readonly SortedDictionary<int, CommandBlock> _early = [];

    private State _state;
    private SyncMessage? _request;
    private int _round;
    private int _handed;
    private int _durable;
    private int _credited;
    private int? _count;
    private bool _remaining;
    private long _left;
    private long _received;
    private long _added;
    private int _inVain;
    private SyncError? _refused;
    private int _rejectedFrom = int.MaxValue;
    private readonly HashSet<CommandId> _rejected = [];

    /// <param name="session">The session's number, drawn at random.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="snapshot">What is held of it; null when nothing is.</param>
    /// <param name="maxBytes">The most bytes of payloads the answer may take; 0 for no limit.</param>
    /// <param name="settings">The settings.</param>
    public PollRequester(SessionId session, GraphId graph, GraphSnapshot? snapshot, ulong maxBytes, PollSettings settings)
    {
        _session = session;
        _graph = graph;
        _maxBytes = maxBytes;
        _settings = settings;
        _heads = snapshot?.Heads ?? HeadSet.Empty;
        if (snapshot is null)
            return;
        _sampler = new Sampler(snapshot);
    }

    // Parts came out of order or the end came before them: what is between may still be under way.
    private bool SeesGap => _early.Count > 0 || _handed < _count;

    private int UpTo => _durable + _settings.Window;

    // Of a part with something that is not let in, and what comes after it, it is not said that it is held.
    private int Held => Math.Min(_durable, _rejectedFrom);

    public void Handle(RequesterInput input, MonotonicTime now, IOutbox<RequesterOutput> outbox)
    {
        if (_state == State.Done)
            return;
        switch (input)
        {
            case RequesterInput.Start:
                Ask(outbox);
                break;
            case RequesterInput.Message message:
                OnMessage(message.Value, outbox);
                break;
            case RequesterInput.Stored stored:
                OnStored(stored, outbox);
                break;
            case RequesterInput.Relinked:
                AskAgain(outbox);
                break;
            case RequesterInput.Tick:
                OnSilence(outbox);
                break;
        }
        if (_state != State.Done)
            outbox.Put(new RequesterOutput.StartTimer(now + (SeesGap ? _settings.GapAfter : _settings.RetryAfter) * (1 << Math.Min(_inVain, MostDoublings))));
    }

    private void OnMessage(SyncMessage message, IOutbox<RequesterOutput> outbox)
    {
        switch (message)
        {
            case Level when _state == State.Asking:
                Finish(new PollOutcome(true, 0, 0, false, _round + 1), outbox);
                break;
            case Narrow narrow when _state == State.Asking && narrow.Round == _round && _sampler is not null && _round < Sampler.LastRound:
                _inVain = 0;
                _sampler.Learn(narrow.Known);
                _round++;
                _request = null;
                Ask(outbox);
                break;
            case PollResponse response:
                OnResponse(response, outbox);
                break;
            case PollEnd end:
                OnEnd(end, outbox);
                break;
            case SyncFailure failure:
                Finish(failure.ToError(), outbox);
                break;
        }
    }

    private void OnResponse(PollResponse response, IOutbox<RequesterOutput> outbox)
    {
        if (response.Index >= UpTo)
        {
            outbox.Put(new RequesterOutput.Fault(new SyncError(
                SyncErrorKind.LimitExceeded, $"part {response.Index} of a poll's answer came with credit up to {UpTo}")));
            return;
        }
        _state = State.Receiving;
        _inVain = 0;
        if (response.Index < _handed || !_early.TryAdd(response.Index, response.Commands))
            return;
        _left = response.Left;
        while (_early.Remove(_handed, out var block))
            outbox.Put(new RequesterOutput.Store(_handed++, block));
    }

    private void OnEnd(PollEnd end, IOutbox<RequesterOutput> outbox)
    {
        var parts = Math.Max(_handed, _early.Count == 0 ? 0 : _early.Keys.Last() + 1);
        if (end.Count < parts)
        {
            var error = new SyncError(SyncErrorKind.MalformedPayload, $"the end of a poll's answer counts {end.Count} parts, and there was a part {parts - 1}");
            outbox.Put(new RequesterOutput.Fault(error));
            Send(new EndSession(_session), outbox);
            Finish(error, outbox);
            return;
        }
        _state = State.Receiving;
        _inVain = 0;
        _count = end.Count;
        _remaining = end.Remaining;
        FinishIfComplete(outbox);
    }

    private void OnStored(RequesterInput.Stored stored, IOutbox<RequesterOutput> outbox)
    {
        if (!stored.Result.TryGet(out var result, out var error))
        {
            Send(new EndSession(_session), outbox);
            Finish(error, outbox);
            return;
        }
        // Who passes a finalize command on that is parallel to another's breaks no rule.
        foreach (var refused in result.Refused.Where(refused => refused.Kind != SyncErrorKind.ParallelFinalize))
            outbox.Put(new RequesterOutput.Fault(refused));
        if (result.Refused.Count > 0)
            _refused ??= result.Refused[0];
        TellRejected(stored.Index, result.Rejected, outbox);
        if (_refused is not null && (result.HasGap || _refused.Kind == SyncErrorKind.ParallelFinalize))
        {
            // What follows a refused command cannot be kept, however often it is polled.
            Send(new EndSession(_session), outbox);
            Finish(_refused, outbox);
            return;
        }
        if (result.HasGap)
        {
            var gap = new SyncError(SyncErrorKind.MissingPrior, $"the answer to the poll builds on {result.MissingPriors[0]}, which is not here");
            Send(new SyncFailure(gap.Kind, _session.Value, _graph, gap.Message), outbox);
            Finish(gap, outbox);
            return;
        }
        _inVain = 0;
        _durable = stored.Index + 1;
        _received += result.Added + result.Known + result.LeftOut;
        _added += result.Added;
        outbox.Put(new RequesterOutput.Progress(_received, _left));
        if (_durable - _credited >= Math.Max(1, _settings.Window / 4) && _durable != _count)
            Grant(outbox);
        FinishIfComplete(outbox);
    }

    // The responder leaves out of what is left whatever follows them.
    private void TellRejected(int part, IReadOnlyList<RejectedCommand> rejected, IOutbox<RequesterOutput> outbox)
    {
        if (rejected.Count == 0)
            return;
        _rejectedFrom = Math.Min(_rejectedFrom, part);
        foreach (var (command, _) in rejected)
        {
            if (_rejected.Count < _settings.Rejected && _rejected.Add(command.Id))
                Send(new Rejected(_graph, command.Id), outbox);
        }
    }

    private void FinishIfComplete(IOutbox<RequesterOutput> outbox)
    {
        if (_count is not { } count || _durable < count)
            return;
        // All is durable, and no more is wanted: credit up to what was received.
        Send(count == 0 || _rejected.Count > 0 ? new EndSession(_session) : new Credit(_session, _durable, _durable), outbox);
        Finish(new PollOutcome(false, _received, _added, _remaining, _round + 1) { Rejected = _rejected.Count }, outbox);
    }

    private void OnSilence(IOutbox<RequesterOutput> outbox)
    {
        if (_handed > _durable)
            return;
        if (_inVain++ == _settings.Retries)
            Finish(new SyncError(SyncErrorKind.Unreachable, $"no answer to the poll of the graph {_graph.ToShortString()} after {_inVain} requests"), outbox);
        else
            AskAgain(outbox);
    }

    private void AskAgain(IOutbox<RequesterOutput> outbox)
    {
        if (_state == State.Asking)
            Ask(outbox);
        else if (SeesGap)
            AskMissing(outbox);
        else
            Send(new SyncResume(_session, _handed, UpTo), outbox);
    }

    private void AskMissing(IOutbox<RequesterOutput> outbox)
    {
        var end = _count ?? _early.Keys.Last();
        var missing = Enumerable.Range(_handed, Math.Max(0, Math.Min(end, UpTo) - _handed)).Where(index => !_early.ContainsKey(index)).Take(WireLimits.MissingIndexes).ToArray();
        if (missing.Length > 0)
            Send(new RequestMissing(_session, missing), outbox);
    }

    private void Ask(IOutbox<RequesterOutput> outbox) => Send(_request ??= Request(), outbox);

    private SyncMessage Request()
    {
        if (_sampler is not null && _round == Sampler.LastRound)
            return new Narrowed(_session, _sampler.Narrow(_session));
        var sample = _sampler is null ? Sample.Empty with { AllHeads = true } : _round == 0 ? _sampler.First() : _sampler.Spread();
        return new Poll(_session, _graph, _round, _maxBytes, UpTo, _heads.Digest, sample);
    }

    private void Grant(IOutbox<RequesterOutput> outbox)
    {
        _credited = _durable;
        Send(new Credit(_session, Held, UpTo), outbox);
    }

    private static void Send(SyncMessage message, IOutbox<RequesterOutput> outbox) =>
        outbox.Put(new RequesterOutput.Send(SyncCodec.Encode(message)));

    private void Finish(Result<PollOutcome> result, IOutbox<RequesterOutput> outbox)
    {
        _state = State.Done;
        outbox.Put(new RequesterOutput.Done(result));
    }
}

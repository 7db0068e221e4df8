using ActorSync.Graphs.Index;
using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.Graphs.Polls;

/// <summary>
/// Answers one poll, over one committed version of the graph, on credit that the requester grants. Every message of the
/// requester may be lost, repeated or reordered: a poll asked again is answered again, and any part of the answer can be
/// made again, because a part is a place in a list of ranges and a count.
/// <code>
///            digest equal                     ──> Level ─────────────> Ended
/// Poll ──>   much is open, rounds are left    ──> Narrow ──> Poll(round + 1), in the last round Narrowed
///            else                             ──> Streaming: PollResponse* on credit, PollEnd ──> Finished
/// Finished ──> RequestMissing, SyncResume: parts again │ EndSession, Credit for nothing more, silence: Ended
/// </code>
/// </summary>
public sealed class PollResponder : IMachine<ResponderInput, ResponderOutput>
{
    private enum State
    {
        Narrowing,
        Streaming,
        Finished,
        Ended,
    }

    private readonly SessionId _session;
    private readonly GraphSnapshot _snapshot;
    private readonly KnownHeads _remembered;
    private readonly PollSettings _settings;
    private readonly AnswerParts _answer;

    private State _state;
    private readonly SortedSet<int> _again = [];
    private readonly List<CommandId> _told = [];
    private readonly List<CommandId> _rejected = [];
    private IReadOnlyList<CommandId> _known = [];
    private ReadOnlyMemory<byte> _lastNarrow;
    private IReadOnlyList<OrdinalRange> _missing = [];
    private ulong _maxBytes;
    private int _round = -1;
    private int _next;
    private int _arrived;
    private int _upTo;
    private int _inLink;
    private bool _toldOfAll;

    /// <param name="session">The session.</param>
    /// <param name="snapshot">What it answers from.</param>
    /// <param name="remembered">What the requester was known to hold before.</param>
    /// <param name="maxPayloadBytes">The largest payload of the link.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="limits">The limits of a message.</param>
    public PollResponder(SessionId session, GraphSnapshot snapshot, KnownHeads remembered, int maxPayloadBytes, PollSettings settings, WireLimits limits)
    {
        _session = session;
        _snapshot = snapshot;
        _remembered = remembered;
        _settings = settings;
        _answer = new AnswerParts(session, snapshot, maxPayloadBytes, settings, limits);
    }

    public void Handle(ResponderInput input, MonotonicTime now, IOutbox<ResponderOutput> outbox)
    {
        if (_state == State.Ended)
            return;
        switch (input)
        {
            case ResponderInput.Message message:
                OnMessage(message.Value, outbox);
                break;
            case ResponderInput.Taken:
                _inLink = Math.Max(0, _inLink - 1);
                break;
            case ResponderInput.Relinked:
                _inLink = 0;
                break;
            case ResponderInput.Tick:
                End(outbox);
                return;
        }
        Stream(outbox);
        if (_state != State.Ended)
            outbox.Put(new ResponderOutput.StartTimer(now + _settings.IdleSession));
    }

    private void OnMessage(SyncMessage message, IOutbox<ResponderOutput> outbox)
    {
        switch (message)
        {
            case Poll poll:
                OnPoll(poll, outbox);
                break;
            case Narrowed narrowed:
                OnNarrowed(narrowed, outbox);
                break;
            case Credit credit:
                _upTo = Math.Max(_upTo, credit.UpTo);
                // What was never made cannot have arrived.
                _arrived = Math.Max(_arrived, Math.Min(credit.Received, _answer.Made));
                OnReceived(credit, outbox);
                break;
            case SyncResume resume when _state is State.Streaming or State.Finished && resume.Next <= _answer.Made:
                _upTo = Math.Max(_upTo, resume.UpTo);
                GoOnFrom(resume.Next);
                break;
            case RequestMissing missing:
                _again.UnionWith(missing.Indexes.Where(index => index >= _arrived && index < Math.Min(_answer.Made, _upTo)));
                break;
            case Rejected rejected when _rejected.Count < _settings.Rejected && !_rejected.Contains(rejected.Command):
                OnRejected(rejected.Command);
                break;
            case SyncFailure { Kind: SyncErrorKind.MissingPrior }:
                // The requester lacks priors that it was taken to hold: its own next poll must be answered from its sample.
                outbox.Put(new ResponderOutput.ForgetPeer());
                End(outbox, isFinished: true);
                break;
            case EndSession or SyncFailure:
                End(outbox, allIsHeld: message is EndSession && _state == State.Finished && _answer.Made == 0, isFinished: true);
                break;
        }
    }

    private void OnPoll(Poll poll, IOutbox<ResponderOutput> outbox)
    {
        if (poll.Round < _round)
            return;
        if (poll.Round == _round)
        {
            AnswerAgain(outbox);
            return;
        }
        if (_state != State.Narrowing)
            return;
        _round = poll.Round;
        _upTo = Math.Max(_upTo, poll.UpTo);
        if (poll.Digest == _snapshot.Heads.Digest)
        {
            outbox.Put(new ResponderOutput.PeerHolds(_snapshot, [.. _snapshot.Heads.Select(head => head.Id)]));
            // Nothing is kept of a level poll: asked again, it is answered by a new session.
            Send(SyncCodec.Encode(new Level(_session)), outbox);
            End(outbox);
            return;
        }
        var known = poll.Sample.Addresses.Select(_snapshot.Contains).ToArray();
        _maxBytes = poll.MaxBytes;
        _known = [.. KnownBy(poll, known, out var settled)];
        _missing = _snapshot.MissingFrom(_known, _rejected);
        if (!settled && poll.Round < Sampler.LastRound && _missing.Sum(range => (long)range.Count) > _settings.WorthNarrowing)
        {
            _lastNarrow = SyncCodec.Encode(new Narrow(_session, poll.Round, known));
            Send(_lastNarrow, outbox);
            return;
        }
        _answer.Begin(_missing, _maxBytes);
        _state = State.Streaming;
    }

    private void OnNarrowed(Narrowed narrowed, IOutbox<ResponderOutput> outbox)
    {
        if (_state != State.Narrowing || _round < 0)
        {
            AnswerAgain(outbox);
            return;
        }
        _told.AddRange(Held(narrowed));
        _known = [.. _remembered.Ids, .. _told];
        _answer.Begin(_snapshot.MissingFrom(_known, _rejected), _maxBytes);
        _state = State.Streaming;
    }

    // Only what the requester was not known to hold can be news, the newest first.
    private IEnumerable<CommandId> Held(Narrowed narrowed)
    {
        var held = narrowed.Held.ToHashSet();
        var steps = _settings.MostCompared;
        foreach (var range in _missing.Reverse())
        {
            for (var ordinal = range.Last; ordinal >= range.First && steps-- > 0; ordinal--)
            {
                var id = _snapshot.AddressOf(ordinal).Id;
                if (held.Contains(ShortId.Of(_session, id)))
                    yield return id;
            }
        }
    }

    // The requester's own word comes first: beside a complete list of its heads nothing that was remembered counts, and
    // what follows one of its heads it cannot hold. The list is complete as well when it is short, but the digest is that
    // of what was remembered, or of an older version of this graph.
    private IEnumerable<CommandId> KnownBy(Poll poll, bool[] known, out bool settled)
    {
        var heads = poll.Sample.Addresses.Take(poll.Sample.HeadCount).ToArray();
        _told.AddRange(poll.Sample.Addresses.Where((_, i) => known[i]).Select(address => address.Id));
        settled = true;
        if (poll.Sample.AllHeads && known.AsSpan(0, heads.Length).IndexOf(false) < 0)
            return _told;
        if (new HeadSet(_remembered.Heads).Digest == poll.Digest)
            return _remembered.Ids;
        if (known.AsSpan(0, heads.Length).IndexOf(false) < 0 && Versions.Find(_snapshot, poll.Digest, heads) is { } version)
            return version.Select(head => head.Id);
        settled = false;
        _remembered.DropAfter(_snapshot, heads.Select(head => head.Id));
        return _remembered.Ids.Concat(_told);
    }

    // The requester does not let the command in, nor what follows it. What it holds when all is sent is not known then.
    private void OnRejected(CommandId command)
    {
        _rejected.Add(command);
        _toldOfAll = true;
        if (_state != State.Narrowing)
            _answer.Narrow(_snapshot.MissingFrom(_known, _rejected));
    }

    // The answer was lost, or only the request repeated: what follows does no harm in either case.
    private void AnswerAgain(IOutbox<ResponderOutput> outbox)
    {
        if (_round < 0)
            return;
        if (_state == State.Narrowing)
            Send(_lastNarrow, outbox);
        else
            GoOnFrom(0);
    }

    // A request that comes late asks for parts that have arrived since: those are not sent again.
    private void GoOnFrom(int next)
    {
        _arrived = Math.Max(_arrived, next);
        _next = _arrived;
        _state = State.Streaming;
    }

    private void Stream(IOutbox<ResponderOutput> outbox)
    {
        while (_state is State.Streaming or State.Finished && _inLink < _settings.LinkWindow)
        {
            if (_again.Count > 0)
            {
                Send(_answer.Again(_again.Min), outbox);
                _again.Remove(_again.Min);
            }
            else if (_state == State.Finished)
            {
                return;
            }
            else if (_next < _answer.Made && _next < _upTo)
            {
                Send(_answer.Again(_next++), outbox);
            }
            else if (_answer.IsComplete && _next == _answer.Made)
            {
                _state = State.Finished;
                Send(SyncCodec.Encode(new PollEnd(_session, _answer.Made, _answer.WasCut)), outbox);
            }
            else if (_next >= _upTo)
            {
                return;
            }
            else if (_answer.TooLarge is { } tooLarge)
            {
                Send(SyncCodec.Encode(new SyncFailure(tooLarge.Kind, _session.Value, _snapshot.Graph, tooLarge.Message)), outbox);
                End(outbox);
            }
            else if (_answer.TryMakeNext(out var payload))
            {
                _next++;
                Send(payload, outbox);
            }
        }
    }

    // All is durable there; but only credit for nothing more says that the requester knows it was all.
    private void OnReceived(Credit credit, IOutbox<ResponderOutput> outbox)
    {
        if (_state is State.Narrowing || !_answer.IsComplete || credit.Received < _answer.Made || _answer.Made == 0)
            return;
        if (!_toldOfAll)
            outbox.Put(new ResponderOutput.PeerHolds(_snapshot, _answer.WasCut ? HeldAfterCut() : [.. _snapshot.Heads.Select(head => head.Id)]));
        _toldOfAll = true;
        if (credit.UpTo <= credit.Received)
            End(outbox, allIsHeld: !_answer.WasCut, isFinished: true);
    }

    // Remembered, or a poll whose parts were all known already would be answered with the same parts for ever: its sample
    // may say nothing of them.
    private IReadOnlyList<CommandId> HeldAfterCut()
    {
        var held = new KnownHeads();
        held.AddAll(_snapshot, _known);
        held.AddAll(_snapshot, _answer.Heads);
        return [.. held.Ids];
    }

    private void Send(ReadOnlyMemory<byte> payload, IOutbox<ResponderOutput> outbox)
    {
        _inLink++;
        outbox.Put(new ResponderOutput.Send(payload));
    }

    private void End(IOutbox<ResponderOutput> outbox, bool allIsHeld = false, bool isFinished = false)
    {
        _state = State.Ended;
        outbox.Put(new ResponderOutput.Ended(allIsHeld, isFinished));
    }
}

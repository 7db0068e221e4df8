using System.Diagnostics;
using ActorSync.Graphs;
using ActorSync.Graphs.Polls;
using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.Bench.Negotiation;

/// <summary>What was chosen: samples. The machines themselves, through the encoding of the wire, over a link that loses nothing.</summary>
internal sealed class Samples(Pair pair)
{
    private const int Framing = 4;

    private readonly Queue<ReadOnlyMemory<byte>> _toThere = new();
    private readonly Queue<ReadOnlyMemory<byte>> _toHere = new();
    private readonly Outbox<RequesterOutput> _asks = new();
    private readonly Outbox<ResponderOutput> _answers = new();
    private readonly HashSet<CommandId> _sent = [];
    private readonly int _common = pair.CommonCount;
    private int _tripsToPayload;
    private int _trips;
    private long _overhead;
    private long _blocks;
    private long _count;
    private long _inVain;
    private long _knownInVain;
    private Result<PollOutcome>? _outcome;
    private TimeSpan _counting;

    public Measured Run()
    {
        var remembered = new KnownHeads();
        if (pair.Case.HasSpoken)
            remembered.AddAll(pair.There.Snapshot, pair.CommonHeads.Select(head => head.Id));
        var here = pair.Case.FromNothing ? null : pair.Here.Snapshot;
        var session = new SessionId(1);
        var began = Stopwatch.GetTimestamp();
        var requester = new PollRequester(session, History.Graph, here, 0, PollSettings.Default);
        var responder = new PollResponder(session, pair.There.Snapshot, remembered, WireLimits.Default.PayloadBytes, PollSettings.Default, WireLimits.Default);
        requester.Handle(new RequesterInput.Start(), MonotonicTime.Zero, _asks);
        while (_outcome is null)
            Step(requester, responder);
        // What the requester said last is still answered, or taken.
        while (_toThere.Count > 0 || _toHere.Count > 0 || _answers.Count > 0)
            Step(requester, responder);
        var took = Stopwatch.GetElapsedTime(began) - _counting;
        _ = _outcome.Value.Value;
        return new Measured
        {
            Method = "samples",
            Case = pair.Case.Name,
            Bar = pair.Case.Bar,
            TripsToPayload = _tripsToPayload == 0 ? _trips : _tripsToPayload,
            Trips = _trips,
            Overhead = _overhead,
            CommandBytes = _blocks,
            Sent = _count,
            InVain = _inVain,
            KnownInVain = _knownInVain,
            Milliseconds = took.TotalMilliseconds,
        };
    }

    private void Step(PollRequester requester, PollResponder responder)
    {
        if (_asks.TryTake(out var ask))
            Interpret(ask, requester);
        else if (_answers.TryTake(out var answer))
            Interpret(answer);
        else if (_toThere.TryDequeue(out var request))
            responder.Handle(new ResponderInput.Message(Decode(request)), MonotonicTime.Zero, _answers);
        else if (_toHere.TryDequeue(out var reply))
            Take(reply, requester, responder);
        else
            throw new InvalidOperationException($"the poll of '{pair.Case.Name}' stands still");
    }

    private void Interpret(RequesterOutput output, PollRequester requester)
    {
        switch (output)
        {
            case RequesterOutput.Send send:
                _overhead += send.Payload.Length + Framing;
                _toThere.Enqueue(send.Payload);
                _trips += SyncCodec.PeekType(send.Payload.Span).Value is SyncType.Poll or SyncType.Narrowed ? 1 : 0;
                break;
            case RequesterOutput.Store store:
                requester.Handle(new RequesterInput.Stored(store.Index, Commit(store.Commands)), MonotonicTime.Zero, _asks);
                break;
            case RequesterOutput.Fault fault:
                throw new InvalidOperationException($"'{pair.Case.Name}': {fault.Error}");
            case RequesterOutput.Done done:
                _outcome = done.Result;
                break;
        }
    }

    private void Interpret(ResponderOutput output)
    {
        if (output is ResponderOutput.Send send)
            _toHere.Enqueue(send.Payload);
    }

    private void Take(ReadOnlyMemory<byte> payload, PollRequester requester, PollResponder responder)
    {
        responder.Handle(new ResponderInput.Taken(), MonotonicTime.Zero, _answers);
        var message = Decode(payload);
        var block = message is PollResponse response ? response.Commands.Bytes.Length : 0;
        _blocks += block;
        _overhead += payload.Length + Framing - block;
        if (block > 0 && _tripsToPayload == 0)
            _tripsToPayload = _trips;
        requester.Handle(new RequesterInput.Message(message), MonotonicTime.Zero, _asks);
    }

    private Result<ReceiveResult> Commit(CommandBlock block)
    {
        var commands = block.Decode(WireLimits.Default).Value;
        var began = Stopwatch.GetTimestamp();
        foreach (var command in commands)
        {
            _count++;
            var inVain = !_sent.Add(command.Id) || pair.Here.Snapshot.Contains(command.Id);
            _inVain += inVain ? 1 : 0;
            _knownInVain += pair.There.Snapshot.Find(command.Id) < _common ? 1 : 0;
        }
        _counting += Stopwatch.GetElapsedTime(began);
        return pair.Here.Receive(commands);
    }

    private static SyncMessage Decode(ReadOnlyMemory<byte> payload) => SyncCodec.Decode(payload, WireLimits.Default).Value;
}

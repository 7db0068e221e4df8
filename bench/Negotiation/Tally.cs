using System.Diagnostics;
using ActorSync.Graphs;
using ActorSync.Wire;

namespace ActorSync.Bench.Negotiation;

/// <summary>
/// What a rejected method says and sends. Its messages are counted by the bytes they would take, with a header like
/// that of a poll; its commands go through the encoding of the wire and are committed, as those of the machines are.
/// </summary>
internal sealed class Tally(Pair pair, string method)
{
    /// <summary>Framing, version, type, session, graph, round, limits: what a request takes beside what the method says.</summary>
    public const int Request = 4 + 2 + 8 + 32 + 4;

    /// <summary>Framing, version, type, session, round.</summary>
    public const int Answer = 4 + 2 + 8 + 1;

    private const int Digest = 32;

    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly HashSet<CommandId> _sent = [];
    private int _trips;
    private int _tripsToPayload;
    private long _overhead;
    private long _blocks;
    private long _count;
    private long _inVain;

    public bool IsLevel => !pair.Case.FromNothing && pair.Here.Snapshot.Heads.Digest == pair.There.Snapshot.Heads.Digest;

    /// <summary>Both compare the digests of their heads, as any method begins.</summary>
    public void Begin() => Exchange(Digest, 0);

    /// <summary>A round trip, and the bytes of what is said in it.</summary>
    public void Exchange(long asked, long answered)
    {
        _trips++;
        _overhead += Request + asked + Answer + answered;
    }

    /// <summary>Commands come with the answer to the last exchange.</summary>
    public void CommandsFlow() => _tripsToPayload = _tripsToPayload == 0 ? _trips : _tripsToPayload;

    /// <summary>Commands that came with any of the answers, ascending ordinals of the responder.</summary>
    public void Send(IReadOnlyCollection<int> ordinals)
    {
        foreach (var part in ordinals.Chunk(WireLimits.Default.CommandsPerMessage))
        {
            var block = CommandBlock.Encode(part.Select(pair.There.Snapshot.Read));
            _blocks += block.Bytes.Length;
            _overhead += Answer;
            var commands = block.Decode(WireLimits.Default).Value;
            _count += commands.Count;
            _inVain += commands.Count(command => !_sent.Add(command.Id) || pair.Here.Snapshot.Contains(command.Id));
            _ = pair.Here.Receive(commands).Value;
        }
    }

    public Measured ToMeasured(TimeSpan notCounted) => new()
    {
        Method = method,
        Case = pair.Case.Name,
        Bar = pair.Case.Bar,
        TripsToPayload = _tripsToPayload == 0 ? _trips : _tripsToPayload,
        Trips = _trips,
        Overhead = _overhead,
        CommandBytes = _blocks,
        Sent = _count,
        InVain = _inVain,
        KnownInVain = 0,
        Milliseconds = (Stopwatch.GetElapsedTime(_began) - notCounted).TotalMilliseconds,
    };
}

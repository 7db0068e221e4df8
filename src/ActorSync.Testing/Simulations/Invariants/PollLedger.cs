using ActorSync.Graphs;
using ActorSync.Wire;

namespace ActorSync.Testing.Simulations.Invariants;

/// <summary>One poll session, kept from what both sides said.</summary>
internal sealed class PollLedger(SessionId session, GraphId graph)
{
    private readonly HashSet<int> _sent = [];
    private readonly Dictionary<int, CommandId[]> _received = [];
    private CommandSet _answered = new();
    private ulong _maxBytes;
    private long _bytes;
    private int _credited;

    public GraphId Graph => graph;

    /// <summary>The responder begins an answer: after it has forgotten the session, another one.</summary>
    public void OnAnswerBegins(ulong maxBytes)
    {
        _sent.Clear();
        _answered = new CommandSet();
        (_maxBytes, _bytes) = (maxBytes, 0);
    }

    public void OnPart(SimPeer responder, PollResponse part, int bytes, IReadOnlyList<Command> commands, SimWatch watch)
    {
        if (_sent.Add(part.Index))
            _bytes += bytes;
        if (_maxBytes > 0 && (ulong)_bytes > _maxBytes)
            throw new InvariantBrokenException($"{responder.Node} answered the poll {session} with {_bytes} bytes, and {_maxBytes} were allowed");
        watch.RequireCausal(responder, graph, commands, _answered);
    }

    public void OnPartArrives(PollResponse part, IReadOnlyList<Command> commands) =>
        _received.TryAdd(part.Index, [.. BatchHeads.Of(commands)]);

    /// <summary>The requester says that it holds the first parts durably.</summary>
    public void OnCredit(Credit credit, StoreView requester)
    {
        for (; _credited < credit.Received; _credited++)
        {
            foreach (var head in _received.GetValueOrDefault(_credited, []))
                requester.Promise(head, $"credit for the part {_credited} of the poll {session}");
        }
    }
}

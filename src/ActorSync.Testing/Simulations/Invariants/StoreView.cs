using ActorSync.Graphs;
using ActorSync.Peers;

namespace ActorSync.Testing.Simulations.Invariants;

/// <summary>What one node's disk holds of one graph, what held its former incarnations, and what it has promised to keep.</summary>
internal sealed class StoreView(SimNode node, GraphId graph, GraphTruth truth)
{
    private readonly Dictionary<InstanceId, CommandSet> _former = [];
    private readonly List<ulong> _fingerprints = [0];
    private readonly CommandSet _promised = new();
    private CommandSet _held = new();
    private CommandSet _before = new();

    public GraphTruth Truth => truth;

    /// <summary>What is durable, as the disk's settings mean that.</summary>
    public CommandSet Held => _held;

    public int Count => _fingerprints.Count - 1;

    /// <summary>Stands for the first so many commands.</summary>
    public ulong FingerprintOf(int count) => _fingerprints[count];

    public void Add(IReadOnlyList<Command> commands)
    {
        foreach (var command in commands)
        {
            var number = truth.Note(command);
            foreach (var prior in GraphTruth.PriorsOf(command))
            {
                if (!_held.Has(truth.NumberOf(prior)))
                    throw new InvariantBrokenException($"{node} stored {command.Address} of {graph.ToShortString()} before its prior {prior}");
            }
            if (_held.Has(number))
                throw new InvariantBrokenException($"{node} stored {command.Address} of {graph.ToShortString()} twice");
            _held.Add(number);
            _fingerprints.Add(_fingerprints[^1] + GraphTruth.MarkOf(number));
        }
    }

    /// <summary>The disk holds these now, and nothing else.</summary>
    public void Replace(IReadOnlyList<Command> commands)
    {
        _held = new CommandSet();
        _fingerprints.RemoveRange(1, _fingerprints.Count - 1);
        Add(commands);
    }

    /// <summary>The command is durable here, and must stay so.</summary>
    public void Promise(CommandId id, string how)
    {
        var number = truth.NumberOf(id);
        if (!_held.Has(number))
            throw new InvariantBrokenException($"{node} acknowledged {id} of {graph.ToShortString()}, which is not durable: {how}");
        if (!_promised.Has(number))
            _promised.AddAll(truth.ClosureOf(number));
    }

    public void OnProcessEnds() => _before = new CommandSet(_held);

    public void OnIncarnationEnds(InstanceId instance) => _former[instance] = _before;

    /// <summary>The disk was read again after a crash.</summary>
    public void OnRecovered(bool keepsPromise)
    {
        if (!keepsPromise)
            _promised.Clear();
        else if (_promised.FirstNotIn(_held) is var lost and >= 0)
            throw new InvariantBrokenException($"{node} acknowledged {truth.IdOf(lost)} of {graph.ToShortString()} as durable, and lost it in a crash");
    }

    public void OnRestored() => _promised.Clear();

    /// <summary>What that incarnation holds, or held at its end.</summary>
    public CommandSet HeldBy(InstanceId instance) => node.Identity.Instance == instance ? _held : _former.GetValueOrDefault(instance, _before);
}

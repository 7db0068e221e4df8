using ActorSync.Graphs;

namespace ActorSync.Testing.Scenarios;

/// <summary>
/// Who is told of whose changes. After a rule, the subscribers of every client whose graph it changed are told, of every
/// so manieth change each; who got something tells its own subscribers, and so on until nothing moves.
/// </summary>
internal sealed class HelloSubscriptions(ScenarioWorld world)
{
    private const int MostRounds = 100;

    private readonly List<ScenarioHello> _hellos = [];
    private Dictionary<(ulong Client, ulong Graph), HeadSet> _before = [];

    public void Add(ulong client, ulong peer, ulong graph, ulong interval)
    {
        Remove(client, peer, graph);
        _hellos.Add(new ScenarioHello(world, client, peer, graph, interval));
        _before = Heads();
    }

    public void Remove(ulong client, ulong peer, ulong graph) =>
        _hellos.RemoveAll(hello => hello.Client == client && hello.Peer == peer && hello.Graph == graph);

    /// <summary>Tells what changed since the last time.</summary>
    public async Task TellAsync()
    {
        if (_hellos.Count == 0)
            return;
        for (var round = 0; round < MostRounds; round++)
        {
            var heads = Heads();
            var changed = heads.Where(pair => !_before.TryGetValue(pair.Key, out var before) || !before.Equals(pair.Value)).Select(pair => pair.Key).ToHashSet();
            _before = heads;
            if (changed.Count == 0)
                return;
            foreach (var hello in _hellos.ToArray())
            {
                if (changed.Contains((hello.Peer, hello.Graph)))
                    await hello.OnChangedAsync().ConfigureAwait(false);
            }
        }
    }

    private Dictionary<(ulong Client, ulong Graph), HeadSet> Heads() => _hellos
        .Select(hello => (hello.Peer, hello.Graph))
        .Distinct()
        .Select(pair => (Key: pair, Graph: world.Find(pair.Peer, pair.Graph)))
        .Where(pair => pair.Graph is not null)
        .ToDictionary(pair => pair.Key, pair => pair.Graph!.Heads);
}

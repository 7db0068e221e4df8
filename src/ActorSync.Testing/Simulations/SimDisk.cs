using ActorSync.Graphs;
using ActorSync.Peers;

namespace ActorSync.Testing.Simulations;

/// <summary>What of a node outlives its process: its name, the incarnation of its store, commands, and what it knows of peers.</summary>
internal sealed class SimDisk(SimNode node, NodeId name)
{
    private readonly List<Backup> _backups = [];
    private ulong _instances = 1;

    public PeerIdentity Identity { get; private set; } = new(name, new InstanceId(1));

    public Dictionary<GraphId, SimStore> Stores { get; } = [];

    public SimKnowledge Knowledge { get; } = new(node);

    /// <summary>The time that the next append takes.</summary>
    public Func<TimeSpan> CommitDelay { get; set; } = () => TimeSpan.FromMilliseconds(1);

    /// <summary>Whether the append that is due now fails.</summary>
    public Func<bool> Fails { get; set; } = () => false;

    /// <summary>Null when each commit is flushed before it is answered; else a crash may lose what is younger.</summary>
    public TimeSpan? FlushesEvery { get; set; }

    public SimStore Make(GraphId graph, IEnumerable<Command> commands) => Stores[graph] = new SimStore(node, graph, commands);

    /// <summary>The process ended without a word. A torn end, or one that may lack what was acknowledged, is another incarnation.</summary>
    public void Crash(bool losesTail)
    {
        var isTorn = false;
        foreach (var store in Stores.Values)
            isTorn |= store.Crash(losesTail);
        if (isTorn || FlushesEvery is not null)
            BeginIncarnation();
        foreach (var store in Stores.Values)
            store.View?.OnRecovered(keepsPromise: FlushesEvery is null);
        // What was being made, and has no init command yet, is nothing.
        foreach (var store in Stores.Values.Where(store => store.Commands.Count == 0).ToArray())
            Stores.Remove(store.Graph);
        Knowledge.Crash();
    }

    public bool HasBackup => _backups.Count > 0;

    public void BackUp()
    {
        _backups.Add(new Backup(Stores.Where(pair => pair.Value.Commands.Count > 0).ToDictionary(pair => pair.Key, pair => pair.Value.Commands.ToArray()), Knowledge.Copy()));
        if (_backups.Count > 4)
            _backups.RemoveAt(0);
    }

    /// <summary>Takes an older state for the present one: of another incarnation, as the commands between are gone.</summary>
    public void RestoreBackup()
    {
        if (_backups.Count == 0)
            return;
        var backup = _backups[node.Simulation.Random.Next(_backups.Count)];
        BeginIncarnation();
        foreach (var graph in Stores.Keys.Except(backup.Commands.Keys).ToArray())
        {
            Stores[graph].Restore([]);
            Stores.Remove(graph);
        }
        foreach (var (graph, commands) in backup.Commands)
        {
            if (!Stores.TryGetValue(graph, out var store))
                store = Make(graph, []);
            store.Restore(commands);
        }
        Knowledge.Replace(backup.Knowledge);
        node.Simulation.Watch?.OnRestored(node);
    }

    private void BeginIncarnation()
    {
        node.Simulation.Watch?.OnIncarnationEnds(Identity);
        Identity = Identity with { Instance = new InstanceId(++_instances) };
    }

    private sealed record Backup(Dictionary<GraphId, Command[]> Commands, Dictionary<(PeerIdentity, GraphId), IReadOnlyList<Address>> Knowledge);
}

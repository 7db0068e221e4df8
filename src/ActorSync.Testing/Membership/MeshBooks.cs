using ActorSync.Graphs;
using ActorSync.Machines;
using ActorSync.Membership;
using ActorSync.Placement;
using ActorSync.Testing.Simulations.Invariants;

namespace ActorSync.Testing.Membership;

/// <summary>What a mesh has promised, kept from what nodes say and what is on their disks, and not from their machines.</summary>
internal sealed class MeshBooks
{
    private static readonly TimeSpan Known = HoldingSettings.Default.ConfirmWithin + TimeSpan.FromSeconds(1);

    private readonly Dictionary<GraphId, HashSet<CommandId>> _replicated = [];
    private readonly Dictionary<string, string> _written = [];
    private readonly Dictionary<MeshNode, MonotonicTime> _died = [];

    /// <summary>The disks there are; one that is destroyed is none.</summary>
    public List<MeshNode> Disks { get; } = [];

    public required PlacementRule Rule { get; init; }

    /// <summary>Whether nothing is cut off, and no node ends: then nobody may be removed.</summary>
    public bool AllAreReached { get; init; }

    /// <summary>Commands that were answered as replicated.</summary>
    public int Replicated => _replicated.Values.Sum(commands => commands.Count);

    public int Dropped { get; private set; }

    /// <summary>
    /// A node is about to drop its copy: as many others as the factor must have all of it on their disks, or have had it
    /// when they were asked, which is not long ago.
    /// </summary>
    public void OnDrop(MeshNode node, MeshGraph graph, MonotonicTime now)
    {
        Dropped++;
        var others = Disks.Concat(_died.Where(died => now - died.Value <= Known).Select(died => died.Key)).Count(other => other != node && other.Find(graph.Id) is { } there && graph.Disk.All(command => there.Holds(command.Id)));
        if (others < Rule.Factor)
            throw new InvariantBrokenException($"node {node.Number} drops {graph.Id.ToShortString()}, and {others} others have all of it, not {Rule.Factor}");
    }

    /// <summary>A command was answered as replicated. A store that has it counts, though its node may have died since it said so.</summary>
    public void OnReplicated(GraphId graph, Address command)
    {
        var stores = Disks.Concat(_died.Keys).Count(node => node.Find(graph)?.Holds(command.Id) == true);
        if (stores < Rule.Stores)
            throw new InvariantBrokenException($"{command} of {graph.ToShortString()} is said to be replicated, and is durable in {stores} stores, not {Rule.Stores}");
        if (!_replicated.TryGetValue(graph, out var commands))
            _replicated.Add(graph, commands = []);
        commands.Add(command.Id);
    }

    /// <summary>A write of a key that is written once was answered as durable.</summary>
    public void OnWritten(string key, string json) => _written.Add(key, json);

    /// <summary>A node dies with its disk. A write is promised to be in one store: one that no other disk has by then is gone with it.</summary>
    public void OnDeath(MeshNode node, MonotonicTime now)
    {
        Disks.Remove(node);
        _died.Add(node, now);
        foreach (var (key, _) in _written.Where(written => !Disks.Any(other => other.State.Table.TryGet(written.Key, out _))).ToArray())
            _written.Remove(key);
    }

    public void OnHappened(MeshNode node, MembershipOutput what)
    {
        if (AllAreReached && what is MembershipOutput.Event { Kind: MemberEventKind.Removed or MemberEventKind.Expired } gone)
            throw new InvariantBrokenException($"node {node.Number} hears that {gone.Member} is removed ({gone.Kind}), though all run and are linked");
    }

    /// <summary>Why what was promised is not there on every node; null when it is.</summary>
    public string? Missing(MeshNode node)
    {
        foreach (var (key, json) in _written)
            if (!node.State.Table.TryGetLive(key, node.Wall, out var entry) || System.Text.Encoding.UTF8.GetString(entry.Value.Span) != json)
                return $"node {node.Number} does not have the write {key}, which was answered as durable";
        foreach (var (graph, commands) in _replicated)
        {
            if (!Rendezvous.Holders(node.View, graph, Rule).Contains(node.Id))
                continue;
            var lost = commands.Count(command => node.Find(graph)?.Holds(command) != true);
            if (lost > 0)
                return $"node {node.Number} holds {graph.ToShortString()} and lacks {lost} of {commands.Count} commands that were answered as replicated";
        }
        return null;
    }
}

namespace ActorSync.Node.Demo;

/// <summary>Who holds what in a mesh at one moment, put together from what its members say.</summary>
/// <param name="Hosts">The members.</param>
/// <param name="Graphs">The graphs.</param>
/// <param name="IsAtRest">All know the same members, and each graph is where it should be, nowhere else, and level.</param>
internal sealed record Census(IReadOnlyList<MeshHost> Hosts, IReadOnlyList<MeshGraph> Graphs, bool IsAtRest)
{
    /// <param name="hosts">What each live member says, with its number.</param>
    /// <param name="graphs">The graphs.</param>
    /// <param name="factor">Members that a graph is to be on.</param>
    public static Census Of(IReadOnlyList<(int Number, NodeStatus Status)> hosts, IReadOnlyList<string> graphs, int factor)
    {
        var holdings = graphs.Select(graph => Of(hosts, graph, factor)).ToArray();
        var digest = hosts[0].Status.Mesh?.Digest;
        var agree = hosts.All(host => host.Status.Mesh is { } mesh && mesh.Digest == digest && mesh.Members.Count == hosts.Count);
        return new Census(
            [.. hosts.Select(host => new MeshHost(host.Number, host.Status.Node, host.Status.Graphs.Count, host.Status.Graphs.Sum(graph => (long)graph.Commands)))],
            holdings,
            agree && holdings.All(graph => graph.Level));
    }

    /// <summary>Graphs that are on other members than they were.</summary>
    public int MovedSince(IReadOnlyList<MeshGraph> before) => Graphs.Zip(before).Count(pair => !pair.First.Holders.SequenceEqual(pair.Second.Holders));

    private static MeshGraph Of(IReadOnlyList<(int Number, NodeStatus Status)> hosts, string graph, int factor)
    {
        var having = hosts
            .Select(host => (host.Number, Graph: host.Status.Graphs.FirstOrDefault(one => one.Graph == graph), Holding: host.Status.Mesh?.Graphs.FirstOrDefault(one => one.Graph == graph)))
            .Where(host => host.Graph is not null)
            .ToArray();
        var isPlaced = having.Length == Math.Min(factor, hosts.Count) && having.All(host => host.Holding?.State == HoldingNames.Serving);
        var isSame = having.All(host => host.Graph!.Error is null && host.Graph.Digest == having[0].Graph!.Digest);
        return new MeshGraph(graph, [.. having.Select(host => host.Number)], having.Select(host => host.Graph!.Commands).DefaultIfEmpty().Max(), isPlaced && isSame);
    }
}

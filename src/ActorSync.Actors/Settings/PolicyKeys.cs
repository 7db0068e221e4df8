using ActorSync.Graphs;
using ActorSync.Graphs.Policies;
using ActorSync.Peers;
using Akka.Configuration;

namespace ActorSync.Actors;

/// <summary>Reads which policy each graph has, and which peers may finalize.</summary>
internal static class PolicyKeys
{
    public static GraphPolicies ReadPolicies(string others, IEnumerable<string> named)
    {
        var policies = new Dictionary<GraphId, IGraphPolicy>();
        foreach (var line in named)
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var digits, var policy] || !GraphId.TryParse(digits, out var graph))
                throw new ConfigurationException($"actorsync.sync.graph.policies = \"{line}\": each is the 64 digits of a graph, a space, and a policy");
            if (!policies.TryAdd(graph, Policy("policies", policy)))
                throw new ConfigurationException($"actorsync.sync.graph.policies names the graph {graph} twice");
        }
        return policies.Count == 0 && others == "opaque" ? GraphPolicies.Opaque : new GraphPolicies(Policy("policy", others), policies);
    }

    public static FinalizeRights ReadRights(string peers) => peers switch
    {
        "all" => FinalizeRights.All,
        "none" => FinalizeRights.None,
        _ => FinalizeRights.Of(peers.Split(',', StringSplitOptions.TrimEntries).Select(Peer)),
    };

    private static IGraphPolicy Policy(string key, string name) => GraphPolicies.Known.TryGetValue(name, out var policy)
        ? policy
        : throw new ConfigurationException($"actorsync.sync.graph.{key} = {name}: the policies are {string.Join(", ", GraphPolicies.Known.Keys)}");

    private static NodeId Peer(string digits) => NodeId.TryParse(digits, out var node)
        ? node
        : throw new ConfigurationException($"actorsync.sync.graph.peers-may-finalize = {digits}: it is all, none, or node ids of 32 digits, separated by commas");
}

using System.Globalization;
using System.Text;

namespace ActorSync.Node.Control;

/// <summary>A node's status in the text format of Prometheus. Counters count since the node started.</summary>
public static class MetricsText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Of(NodeStatus status)
    {
        var text = new StringBuilder();
        Family(text, "actorsync_info", "gauge", "The node, its version and its actor engine.", [([("node", status.Node), ("version", status.Version), ("engine", status.Engine)], 1)]);
        Family(text, "actorsync_uptime_seconds", "gauge", "Seconds since the node started.", [([], status.UptimeSeconds)]);
        Family(text, "actorsync_subscriptions_open", "gauge", "Peers that hold a subscription here.", [([], status.OpenSubscriptions)]);
        Family(text, "actorsync_subscriptions_maximum", "gauge", "Peers that may.", [([], status.MaximumSubscriptions)]);
        if (status.Store is { } store)
        {
            Family(text, "actorsync_store_torn_bytes", "gauge", "Bytes of no whole commit, cut off the ends of graphs when the store was opened.", [([], store.TornBytes)]);
            Family(text, "actorsync_store_lost_ends", "gauge", "Graphs and states that had lost something, when the store was opened, of which nobody knows that it is back.", [([], store.LostEnds)]);
            Family(text, "actorsync_store_missing", "gauge", "Graphs and states that were here, when the store was opened, and whose folders are gone.", [([], store.Missing.Count)]);
        }
        if (status.Mesh is { } mesh)
            Mesh(text, mesh);
        Graphs(text, status.Graphs);
        Peers(text, status.Peers);
        if (status.States is { Count: > 0 } states)
            StateMetrics.Write(states, (name, type, help, samples) => Family(text, name, type, help, samples));
        Sources(text, status.PeerSources ?? []);
        Http(text, status.Http ?? []);
        Family(text, "actorsync_errors_total", "counter", "Errors seen, by kind.", status.Errors.OrderBy(error => error.Key, StringComparer.Ordinal).Select(error => (Labels("kind", error.Key), (double)error.Value)));
        return text.ToString();
    }

    private static void Mesh(StringBuilder text, MeshStatus mesh)
    {
        Family(text, "actorsync_mesh_members", "gauge", "Members of the mesh, by how this node sees them.", mesh.Members.GroupBy(member => member.Reach).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => (Labels("reach", group.Key), (double)group.Count())));
        Family(text, "actorsync_mesh_joined", "gauge", "0 while the node has met no member of the mesh that it is to join.", [([], mesh.IsJoined ? 1 : 0)]);
        Family(text, "actorsync_mesh_members_placing_otherwise", "gauge", "Members that place graphs by another rule than this node.", [([], mesh.PlacingOtherwise().Count())]);
    }

    private static void Graphs(StringBuilder text, IReadOnlyList<GraphStatus> graphs)
    {
        Of("actorsync_graph_commands", "Commands in the graph.", graph => graph.Commands);
        Of("actorsync_graph_heads", "Heads of the graph.", graph => graph.Heads);

        Of("actorsync_graph_damaged", "1 while the graph, or a part of it, cannot be read.", graph => graph.Error is null ? 0 : 1);

        void Of(string name, string help, Func<GraphStatus, double> value) =>
            Family(text, name, "gauge", help, graphs.Select(graph => (Labels("graph", graph.Graph), value(graph))));
    }

    private static void Peers(StringBuilder text, IReadOnlyList<PeerStatus> peers)
    {
        Of("actorsync_peer_connected", "gauge", "1 while the link to the peer is up.", peer => peer.State == "connected" ? 1 : 0);
        Of("actorsync_peer_bytes_received_total", "counter", "Bytes received, framing included.", peer => peer.BytesIn);
        Of("actorsync_peer_bytes_sent_total", "counter", "Bytes sent, framing included.", peer => peer.BytesOut);
        Of("actorsync_peer_polls_answered_total", "counter", "Polls of the peer that were answered.", peer => peer.PollsIn);
        Of("actorsync_peer_polls_made_total", "counter", "Polls made of the peer.", peer => peer.PollsOut);
        Of("actorsync_peer_pushes_received_total", "counter", "Pushes received.", peer => peer.PushesIn);
        Of("actorsync_peer_pushes_sent_total", "counter", "Pushes sent.", peer => peer.PushesOut);
        Of("actorsync_peer_strikes", "gauge", "Faults held against the peer.", peer => peer.Strikes);
        Of("actorsync_peer_unacked_commands", "gauge", "Commands pushed to the peer and not acknowledged yet.", peer => peer.Subscriber?.UnackedPushes ?? 0);

        void Of(string name, string type, string help, Func<PeerStatus, double> value) =>
            Family(text, name, type, help, peers.Select(peer => ((IReadOnlyList<(string, string)>)[("node", peer.Node ?? ""), ("endpoint", PeerPolls.NameOf(peer))], value(peer))));
    }

    private static void Sources(StringBuilder text, IReadOnlyList<PeerSourceStatus> sources)
    {
        if (sources.Count == 0)
            return;
        Of("actorsync_provider_peers", "gauge", "Peers that the provider knows of.", source => source.Peers.Count);
        Of("actorsync_provider_failing", "gauge", "1 while the provider cannot find its peers anew.", source => source.Error is null ? 0 : 1);
        Of("actorsync_provider_changes_total", "counter", "Changes of the provider's peers.", source => source.Changes);
        Of("actorsync_provider_failures_total", "counter", "Failures of the provider; one that repeats itself counts once.", source => source.Failures);

        void Of(string name, string type, string help, Func<PeerSourceStatus, double> value) =>
            Family(text, name, type, help, sources.Select(source => ((IReadOnlyList<(string, string)>)[("purpose", source.Purpose), ("provider", source.Provider)], value(source))));
    }

    private static void Http(StringBuilder text, IReadOnlyList<HttpEndpointStatus> endpoints)
    {
        if (endpoints.Count == 0)
            return;
        Of("actorsync_http_connections", "gauge", "Connections that are open.", endpoint => endpoint.Connections);
        Of("actorsync_http_connections_maximum", "gauge", "Connections that may be.", endpoint => endpoint.MaximumConnections);
        Of("actorsync_http_connections_refused_total", "counter", "Connections that were turned away, as no more may be open.", endpoint => endpoint.Refused);

        void Of(string name, string type, string help, Func<HttpEndpointStatus, double> value) =>
            Family(text, name, type, help, endpoints.Select(endpoint => ((IReadOnlyList<(string, string)>)[("state", endpoint.State), ("serves", endpoint.Serves)], value(endpoint))));
    }

    private static IReadOnlyList<(string Name, string Value)> Labels(string name, string value) => [(name, value)];

    private static void Family(
        StringBuilder text, string name, string type, string help, IEnumerable<(IReadOnlyList<(string Name, string Value)> Labels, double Value)> samples)
    {
        text.Append($"# HELP {name} {help}\n# TYPE {name} {type}\n");
        foreach (var (labels, value) in samples)
        {
            text.Append(name);
            if (labels.Count > 0)
                text.Append('{').AppendJoin(',', labels.Select(label => $"{label.Name}=\"{Escape(label.Value)}\"")).Append('}');
            text.Append(CultureInfo.InvariantCulture, $" {value}\n");
        }
    }

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}

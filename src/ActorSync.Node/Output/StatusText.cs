using System.Globalization;
using ActorSync.Node.Control;
using ActorSync.Node.Demo;

namespace ActorSync.Node.Output;

/// <summary>A node's status for people: a line for the node, each graph and each peer, that fits 80 columns.</summary>
internal static class StatusText
{
    public static List<string> Lines(NodeStatus status, bool running, Func<string, string> shorten)
    {
        var lines = new List<string>
        {
            $"node {shorten(status.Node)}  {(running ? $"running for {Units.Seconds(status.UptimeSeconds)}" : "not running")}",
            $"  actorsync {status.Version}, engine {status.Engine}",
            $"  listening on {(status.Listen is { } listen ? Endpoint(listen) : "nothing")}, {status.OpenSubscriptions} of {status.MaximumSubscriptions} subscriptions",
        };
        if (status.Store?.Describe() is { } recovered)
            lines.Add($"  {recovered}");
        if (status.Store?.Risk is { } risk)
            lines.Add($"  {risk}");
        lines.AddRange(Of(status.Mesh, shorten));
        lines.AddRange(status.Graphs.SelectMany(graph => Of(graph, shorten)));
        lines.AddRange((status.States ?? []).Select(state => Of(state, shorten)));
        lines.AddRange((status.Http ?? []).Select(Of));
        lines.AddRange(status.Peers.SelectMany(peer => Of(peer, shorten)));
        lines.AddRange((status.PeerSources ?? []).SelectMany(Of));
        if (status.Errors.Count > 0)
            lines.Add($"errors  {string.Join(", ", status.Errors.OrderBy(error => error.Key, StringComparer.Ordinal).Select(error => $"{error.Key} {Units.Count(error.Value)}"))}");
        return lines;
    }

    /// <summary>So many of something: "1 graph", "2 graphs".</summary>
    public static string Count(long count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    private static IEnumerable<string> Of(MeshStatus? mesh, Func<string, string> shorten)
    {
        if (mesh is null)
            yield break;
        yield return $"  in a mesh of {Count(mesh.Members.Count, "member")}, {mesh.Members.Count(member => member.Reach == "reachable")} reachable, {mesh.Placement}";
        if (!mesh.IsJoined)
            yield return "  not joined yet";
        foreach (var seed in mesh.IsJoined ? [] : mesh.Join)
            yield return $"  tries {seed}";
        foreach (var other in mesh.PlacingOtherwise())
            yield return $"  the member {shorten(other.Node)} places graphs by {other.Placement}";
    }

    private static IEnumerable<string> Of(GraphStatus graph, Func<string, string> shorten)
    {
        if (graph.Error is null || graph.Commands > 0)
            yield return Figures(graph, shorten);
        if (graph.Error is { } error)
            yield return graph.Commands > 0 ? $"  {error}" : $"graph {shorten(graph.Graph)}  {error}";
    }

    private static string Figures(GraphStatus graph, Func<string, string> shorten) =>
        $"graph {shorten(graph.Graph)}  {Units.Count(graph.Commands)} {(graph.Commands == 1 ? "command" : "commands")}, {Count(graph.Heads, "head")}, digest {shorten(graph.Digest)}";

    private static string Of(StateStatus state, Func<string, string> shorten) => state.Error is { } error
        ? $"state {state.State}  {error}"
        : $"state {state.State}  {(state.Entries == 1 ? "1 entry" : $"{Units.Count(state.Entries)} entries")}, {(state.Version.Length == 0 ? "empty" : $"version {shorten(state.Version)}")}, level with {state.Peers.Count(peer => peer.IsLevel)} of {Count(state.Peers.Count, "peer")}";

    private static string Of(HttpEndpointStatus http) =>
        $"state {http.State}  {http.Serves} at {http.Address.Authority}, {http.Connections} of {http.MaximumConnections} connections{(http.Refused > 0 ? $", {Units.Count(http.Refused)} turned away" : "")}";

    private static IEnumerable<string> Of(PeerSourceStatus source)
    {
        yield return $"{source.Purpose} by {source.Provider}: {Count(source.Peers.Count, "peer")}";
        if (source.Error is { } error)
            yield return $"  last error: {error}";
    }

    private static IEnumerable<string> Of(PeerStatus peer, Func<string, string> shorten)
    {
        yield return $"peer {(peer.Node is { } node ? shorten(node) : "not met")}  {Endpoint(PeerPolls.NameOf(peer))} {peer.State}, in {Units.Bytes(peer.BytesIn)}, out {Units.Bytes(peer.BytesOut)}";
        if (peer.Subscription is { } there)
            yield return $"  subscribed there to {Of(there)}";
        if (peer.Subscriber is { } here)
            yield return $"  subscribes here to {Of(here)}";
        if (peer.Hello is { } told)
            yield return $"  tells this node of {Of(told)}";
        if (peer.HelloSubscriber is { } tells)
            yield return $"  is told from here of {Of(tells)}";
        if (peer.State != "connected" && peer.LastError is { } error)
            yield return $"  last error: {error}";
    }

    private static string Of(SubscriptionStatus subscription) =>
        $"{Count(subscription.Graphs.Count, "graph")}, {Units.Seconds(subscription.SecondsLeft)} and {Units.Bytes(subscription.BytesLeft)} left";

    private static string Of(HelloStatus hello) =>
        $"{Count(hello.Graphs.Count, "graph")}, {Units.Seconds(hello.SecondsLeft)} left, {Count(hello.Notifications, "notification")}";

    private static string Endpoint(string endpoint) => endpoint.StartsWith("tcp://", StringComparison.Ordinal) ? endpoint["tcp://".Length..] : endpoint;
}

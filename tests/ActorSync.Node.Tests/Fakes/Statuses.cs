namespace ActorSync.Node.Tests.Fakes;

/// <summary>Statuses to answer.</summary>
internal static class Statuses
{
    public const string Peer = "00000000000000000000000000000bee";

    /// <summary>A node without peers.</summary>
    public static NodeStatus Plain(IReadOnlyList<GraphStatus> graphs) => new(
        "00000000000000000123456789abcdef", "00000000000000aa", "0.1.0", "Embedded 0.1.0", "tcp://127.0.0.1:7400",
        12.5, 0, 128, graphs, [], new Dictionary<string, long>());

    /// <summary>A node that subscribes at one peer, which subscribes here.</summary>
    public static NodeStatus Busy(IReadOnlyList<GraphStatus> graphs) => Plain(graphs) with
    {
        OpenSubscriptions = 1,
        Peers = [PeerNamed(Peer, [.. graphs.Select(graph => graph.Graph)])],
        Errors = new Dictionary<string, long> { ["WrongId"] = 2, ["MissingPrior"] = 1 },
    };

    public static PeerStatus PeerNamed(string? node, IReadOnlyList<string> subscribed, string endpoint = "tcp://127.0.0.1:7401") => new(
        node, endpoint, [endpoint], "connected", null, 1000, 2000, 3, 4, 5, 6, 0,
        new SubscriptionStatus(subscribed, 590, 1 << 20, 7), new SubscriptionStatus(subscribed, 580, 1 << 20, 0), null, new HelloStatus(subscribed, 500, 12));
}

using ActorSync.States.Exchange;

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

    /// <summary>A state that is exchanged over a link and over HTTP.</summary>
    public static readonly StateStatus Shared = new(
        "shared", null, "0123456789abcdef0123456789abcdef", 7, 2, 900, 1, new StateTotals(1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12.5), 1.5, 0.25,
        [
            new StatePeerStatus(Peer, false, true, "0123456789abcdef0123456789abcdef", 0.5, 2, 4, 0, 9, 10, null, null, false, 0, []),
            new StatePeerStatus("http://10.0.0.2:4097", true, false, null, null, 3, 5, 8, 100, 200, "it did not answer in time", 4.5, true, 2, [new RefusedEntry("bad", "it is too long")]),
        ]);

    /// <summary>A mesh of which nobody was met, but for one member that was known before and places graphs otherwise.</summary>
    public static readonly MeshStatus Alone = new(
        new string('e', 32),
        [
            new MemberStatus("00000000000000000123456789abcdef", true, "reachable", ["tcp://127.0.0.1:7400"], [], 5, "replication=2,holders=any,stores=2"),
            new MemberStatus(Peer, false, "unreachable", ["tcp://127.0.0.1:7401"], ["sync"], 6, "replication=all,holders=any,stores=2"),
        ],
        [])
    {
        IsJoined = false,
        Placement = "replication=2,holders=any,stores=2",
        Join = [new SeedStatus("tcp://127.0.0.1:7401", "waiting", "nobody listens")],
    };

    /// <summary>Where peers come from.</summary>
    public static readonly PeerSourceStatus Source = new("links", "dns", ["10.0.0.1:7400", "10.0.0.2:7400"], "no server", 3, 4);

    public static readonly HttpEndpointStatus Http = new("fleet", "exchange", new Uri("http://127.0.0.1:7410"), 3, 64, 1200);

    public static PeerStatus PeerNamed(string? node, IReadOnlyList<string> subscribed, string endpoint = "tcp://127.0.0.1:7401") => new(
        node, endpoint, [endpoint], "connected", null, 1000, 2000, 3, 4, 5, 6, 0,
        new SubscriptionStatus(subscribed, 590, 1 << 20, 7), new SubscriptionStatus(subscribed, 580, 1 << 20, 0), null, new HelloStatus(subscribed, 500, 12));
}

using ActorSync.Graphs;

namespace ActorSync;

/// <summary>What a node holds and does at one moment.</summary>
/// <param name="Node">The node's name, 32 digits.</param>
/// <param name="Instance">The incarnation of its store.</param>
/// <param name="Version">The version of ActorSync.</param>
/// <param name="Engine">The actor engine that runs, with its version.</param>
/// <param name="Listen">Where it accepts links, or null.</param>
/// <param name="UptimeSeconds">Seconds since the node started.</param>
/// <param name="OpenSubscriptions">Peers that hold a subscription here.</param>
/// <param name="MaximumSubscriptions">How many may.</param>
/// <param name="Graphs">Its graphs, sorted by name.</param>
/// <param name="Peers">Its peers, sorted by name.</param>
/// <param name="Errors">How often each kind of error was seen since the start.</param>
/// <param name="Store">What opening its store found; null for a store that is not on a disk.</param>
/// <param name="States">The states that it shares, sorted by name.</param>
/// <param name="Mesh">The mesh that it is a member of, if any.</param>
/// <param name="PeerSources">Where its peers come from, beside those that are named one by one; null or empty when from nowhere else.</param>
/// <param name="Http">Where it speaks of its states over HTTP; null or empty for nowhere.</param>
public sealed record NodeStatus(
    string Node,
    string Instance,
    string Version,
    string Engine,
    string? Listen,
    double UptimeSeconds,
    int OpenSubscriptions,
    int MaximumSubscriptions,
    IReadOnlyList<GraphStatus> Graphs,
    IReadOnlyList<PeerStatus> Peers,
    IReadOnlyDictionary<string, long> Errors,
    StoreStatus? Store = null,
    IReadOnlyList<StateStatus>? States = null,
    MeshStatus? Mesh = null,
    IReadOnlyList<PeerSourceStatus>? PeerSources = null,
    IReadOnlyList<HttpEndpointStatus>? Http = null);

/// <summary>
/// One graph: its name, commands, heads, the greatest max cut, and the digest of its head set; or why it cannot be read,
/// and then no figures. With figures the error is damage that reading it has met: the rest can be read, and it takes commits.
/// </summary>
public sealed record GraphStatus(string Graph, int Commands, int Heads, int MaxCut, string Digest, string? Error = null)
{
    /// <summary>What the node is to it, and who holds it, in a mesh; null in none.</summary>
    public HoldingStatus? Holding { get; init; }

    /// <summary>A graph that cannot be opened or read.</summary>
    public static GraphStatus Of(GraphId graph, SyncError error) => new(graph.ToString(), 0, 0, 0, "", error.Message);

    public static GraphStatus Of(GraphSnapshot snapshot) =>
        new(snapshot.Graph.ToString(), snapshot.Count, snapshot.Heads.Count, snapshot.Heads.MaxCut, snapshot.Heads.Digest.ToString(), snapshot.Damage?.Message);
}

/// <summary>One peer. Bytes include framing and keep-alives, since the node started.</summary>
/// <param name="Node">The peer's name; null before the first handshake.</param>
/// <param name="Endpoint">The other end of the link, or where the node tries to reach it.</param>
/// <param name="Dialed">Where the node keeps a link to it, whichever side made the one that is used.</param>
/// <param name="State">connected, connecting or waiting.</param>
/// <param name="LastError">Why the last link or attempt failed, if one did.</param>
/// <param name="BytesIn">Bytes received.</param>
/// <param name="BytesOut">Bytes sent.</param>
/// <param name="PollsIn">Polls of this peer that were answered.</param>
/// <param name="PollsOut">Polls made of this peer.</param>
/// <param name="PushesIn">Pushes received.</param>
/// <param name="PushesOut">Pushes sent.</param>
/// <param name="Strikes">Faults held against the peer.</param>
/// <param name="Subscriber">The subscription that the peer holds here, if any.</param>
/// <param name="Subscription">The subscription that this node holds there, if any.</param>
/// <param name="HelloSubscriber">What the peer is told of from here, if anything.</param>
/// <param name="Hello">What the peer tells of, if anything.</param>
public sealed record PeerStatus(
    string? Node,
    string Endpoint,
    IReadOnlyList<string> Dialed,
    string State,
    string? LastError,
    long BytesIn,
    long BytesOut,
    long PollsIn,
    long PollsOut,
    long PushesIn,
    long PushesOut,
    int Strikes,
    SubscriptionStatus? Subscriber,
    SubscriptionStatus? Subscription,
    HelloStatus? HelloSubscriber = null,
    HelloStatus? Hello = null);

/// <summary>A subscription: graphs covered, whole seconds and bytes left, commands sent and not yet acknowledged in pushes.</summary>
public sealed record SubscriptionStatus(IReadOnlyList<string> Graphs, long SecondsLeft, long BytesLeft, int UnackedPushes);

/// <summary>Hello with a peer: graphs that are told of, whole seconds until the request ends unless it is renewed, notifications since the link was first made.</summary>
public sealed record HelloStatus(IReadOnlyList<string> Graphs, long SecondsLeft, long Notifications);

using ActorSync.Actors;
using ActorSync.Node.Hosting;
using ActorSync.Storage;
using ActorSync.Transport.Tcp;

namespace ActorSync.Node.Configuration;

/// <summary>What one node is told: the keys under <c>actorsync</c> of its configuration, and what the command line adds.</summary>
public sealed record NodeSettings
{
    /// <summary>Peers that a configuration may name.</summary>
    public const int MaximumPeers = 1024;

    /// <summary>The port that nodes listen on unless they are told otherwise.</summary>
    public const int DefaultPort = 7400;

    /// <summary>The folder of the store, as a full path.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Where links are accepted, on a loopback address or over TLS; null for nowhere.</summary>
    public TcpEndpoint? Listen { get; init; }

    /// <summary>The certificates of links over TLS; null where there are none.</summary>
    public TlsFiles? Tls { get; init; }

    /// <summary>An end of a link that has sent nothing for so long sends a keep-alive.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>A peer of which nothing was heard for so long is given up.</summary>
    public TimeSpan DeadAfter { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>The mesh that the node is a member of, if that is enabled.</summary>
    public MeshSettings Mesh { get; init; } = new();

    /// <summary>Into how many shards graphs are put, for a node in a cluster of its engine; null for any other.</summary>
    public int? ClusterShards { get; init; }

    /// <summary>The path of the control socket; null for the one that belongs to the data folder.</summary>
    public string? ControlPath { get; init; }

    /// <summary>When a commit counts as durable.</summary>
    public FsyncMode Fsync { get; init; } = FsyncMode.Always;

    /// <summary>Between two flushes, with <see cref="FsyncMode.Interval"/>.</summary>
    public TimeSpan FsyncInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The peers that the node keeps links to.</summary>
    public IReadOnlyList<PeerSettings> Peers { get; init; } = [];

    /// <summary>Peers that a provider finds; null for none beside <see cref="Peers"/>.</summary>
    public ProvidedPeerSettings? ProvidedPeers { get; init; }

    /// <summary>Limits and times of the sync actors: the keys under <c>actorsync.sync</c>.</summary>
    public SyncSettings Sync { get; init; } = new();

    /// <summary>The shared states, and what of them is spoken over HTTP.</summary>
    public StatesSettings States { get; init; } = new();

    public NodeLogLevel LogLevel { get; init; } = NodeLogLevel.Info;

    /// <summary>Where the lines of the engine's log go; null for where the engine itself puts them.</summary>
    public NodeLog? Log { get; init; }

    /// <summary>HOCON for the actor engine: the log's level, and the keys under <c>akka</c> as they were given.</summary>
    public string EngineConfiguration { get; init; } = "";

    /// <summary>
    /// The settings of a command that opens the store for itself: no links are accepted, none are kept, and the engine
    /// is silent, so that the standard output holds the command's answer alone.
    /// </summary>
    public NodeSettings ForOneCommand() => this with
    {
        Listen = null,
        Peers = [],
        Mesh = Mesh with { Enabled = false },
        ClusterShards = null,
        ProvidedPeers = null,
        Log = null,
        EngineConfiguration = $"{EngineConfiguration}\nakka.loglevel = OFF\nakka.stdout-loglevel = OFF",
    };
}

/// <summary>The least grave lines that the node's log shows.</summary>
public enum NodeLogLevel
{
    Debug,
    Info,
    Warning,
    Error,
}

/// <summary>One peer that a node keeps a link to.</summary>
public sealed record PeerSettings
{
    public required TcpEndpoint Endpoint { get; init; }

    public PeerMode Mode { get; init; } = PeerMode.Subscribe;

    /// <summary>The graphs kept in step with the peer: their names, or <c>*</c> for all that are here.</summary>
    public IReadOnlyList<string> Graphs { get; init; } = ["*"];

    /// <summary>Between two polls, with <see cref="PeerMode.Poll"/>.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether a provider found it: it may turn out to be this node, and is given up then.</summary>
    public bool IsProvided { get; init; }
}

/// <summary>How a node learns of a peer's commits.</summary>
public enum PeerMode
{
    /// <summary>It holds a subscription: the peer pushes.</summary>
    Subscribe,

    /// <summary>It polls at an interval.</summary>
    Poll,

    /// <summary>The peer tells that a graph changed; it polls then.</summary>
    Hello,
}

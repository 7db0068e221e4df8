using Akka.Configuration;

namespace ActorSync.Node.Configuration;

/// <summary>What one node is told: the keys under <c>actorsync</c> of its configuration, and what the command line adds.</summary>
public sealed record NodeSettings
{
    /// <summary>Peers that a configuration may name.</summary>
    public const int MaximumPeers = 1024;

    /// <summary>The folder of the store, as a full path.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Where links are accepted, on a loopback address; null for nowhere.</summary>
    public HostPort? Listen { get; init; }

    /// <summary>The path of the control socket; null for the one that belongs to the data folder.</summary>
    public string? ControlPath { get; init; }

    public FsyncMode Fsync { get; init; } = FsyncMode.Always;

    /// <summary>Between two flushes, with <see cref="FsyncMode.Interval"/>.</summary>
    public TimeSpan FsyncInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The peers that the node keeps links to.</summary>
    public IReadOnlyList<PeerSettings> Peers { get; init; } = [];

    public NodeLogLevel LogLevel { get; init; } = NodeLogLevel.Info;

    /// <summary>The whole configuration, defaults filled in: the other rooms and the actor engine read their parts.</summary>
    public Config Config { get; init; } = Config.Empty;

    /// <summary>The settings of a command that opens the store for itself: no links are accepted, none are kept.</summary>
    public NodeSettings ForOneCommand() => this with { Listen = null, Peers = [] };
}

/// <summary>When a commit counts as durable.</summary>
public enum FsyncMode
{
    /// <summary>After an fsync, which concurrent commits share.</summary>
    Always,

    /// <summary>At once; an fsync follows within the interval. A power failure loses at most that much.</summary>
    Interval,

    /// <summary>At once; the operating system writes when it likes.</summary>
    Never,
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
    public required HostPort Endpoint { get; init; }

    public PeerMode Mode { get; init; } = PeerMode.Subscribe;

    /// <summary>The graphs kept in step with the peer: their names, or <c>*</c> for all that are here.</summary>
    public IReadOnlyList<string> Graphs { get; init; } = ["*"];

    /// <summary>Between two polls, with <see cref="PeerMode.Poll"/>.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);
}

/// <summary>How a node learns of a peer's commits.</summary>
public enum PeerMode
{
    /// <summary>It holds a subscription: the peer pushes.</summary>
    Subscribe,

    /// <summary>It polls at an interval.</summary>
    Poll,
}

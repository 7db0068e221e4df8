using ActorSync.Peers.Providers;

namespace ActorSync.Node.Providers.Dns;

/// <summary>Which names stand for peers, and how often they are looked up.</summary>
public sealed record DnsPeerSettings
{
    /// <summary>Names that a configuration may give.</summary>
    public const int MaximumNames = 64;

    /// <summary>Names of hosts, each perhaps with a port; one that begins with "_" is a service, whose records (SRV) name hosts and ports.</summary>
    public required IReadOnlyList<PeerEndpoint> Names { get; init; }

    /// <summary>The longest time between two look-ups. Answers that hold for less are asked for again sooner.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The shortest time between two look-ups, however short answers hold.</summary>
    public TimeSpan IntervalAtLeast { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The first wait after a failure.</summary>
    public TimeSpan RetryFirst { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Which servers are asked; null for the system's own way to resolve addresses.</summary>
    public DnsServerSettings Servers { get; init; } = new();
}

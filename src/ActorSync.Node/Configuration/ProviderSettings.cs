using ActorSync.Node.Providers.Dns;
using ActorSync.Node.Providers.Kubernetes;
using ActorSync.Peers.Providers;

namespace ActorSync.Node.Configuration;

/// <summary>Where peers come from.</summary>
public enum ProviderKind
{
    /// <summary>A fixed list.</summary>
    Static,

    /// <summary>Names that DNS resolves.</summary>
    Dns,

    /// <summary>The ready addresses of a service of Kubernetes.</summary>
    Kubernetes,

    /// <summary>The other members of the node's mesh.</summary>
    Mesh,

    /// <summary>The other members of the node's Akka cluster that are nodes.</summary>
    Cluster,
}

/// <summary>A section that says where peers come from; what they are for, its user knows.</summary>
public sealed record ProviderSettings
{
    public ProviderKind Provider { get; init; } = ProviderKind.Static;

    /// <summary>With <see cref="ProviderKind.Static"/>: the peers.</summary>
    public PeerSet Endpoints { get; init; } = PeerSet.Empty;

    /// <summary>The port of peers that have none; null for the user's own.</summary>
    public int? TargetPort { get; init; }

    /// <summary>With <see cref="ProviderKind.Dns"/>.</summary>
    public DnsPeerSettings? Dns { get; init; }

    /// <summary>With <see cref="ProviderKind.Kubernetes"/>.</summary>
    public KubernetesSettings? Kubernetes { get; init; }

    /// <summary>Whether there can be any peers.</summary>
    public bool IsNone => Provider == ProviderKind.Static && Endpoints.Count == 0;
}

/// <summary>What carries the links to peers.</summary>
public enum LinkKind
{
    /// <summary>TCP in the clear, which stays on loopback.</summary>
    Tcp,

    /// <summary>TLS with certificates at both ends.</summary>
    Tls,
}

/// <summary>Peers that a provider finds, and how the node keeps in step with each of them.</summary>
public sealed record ProvidedPeerSettings
{
    public required ProviderSettings Provider { get; init; }

    /// <summary>Whether they are linked to over TLS.</summary>
    public bool IsTls { get; init; }

    public PeerMode Mode { get; init; } = PeerMode.Subscribe;

    /// <inheritdoc cref="PeerSettings.Graphs"/>
    public IReadOnlyList<string> Graphs { get; init; } = ["*"];

    /// <inheritdoc cref="PeerSettings.Interval"/>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);
}

using ActorSync.Membership;
using ActorSync.Node.Configuration;
using ActorSync.Node.Providers.Dns;
using ActorSync.Node.Providers.Kubernetes;
using ActorSync.Peers.Providers;

namespace ActorSync.Node.Providers;

/// <summary>Makes the provider that a configuration asks for.</summary>
public static class ProviderFactory
{
    /// <param name="settings">What is asked for.</param>
    /// <param name="time">The clock.</param>
    /// <param name="members">The members of the node's mesh or cluster, if it is in one: a provider of those has none without.</param>
    public static IPeerProvider Create(ProviderSettings settings, TimeProvider time, IMembership? members = null) => settings.Provider switch
    {
        ProviderKind.Mesh when members is not null => new MemberPeers(members, withPorts: false),
        ProviderKind.Cluster when members is not null => new MemberPeers(members, withPorts: false, "cluster"),
        ProviderKind.Dns => new DnsPeers(settings.Dns!, LookupOf(settings.Dns!.Servers, time), time, Random.Shared),
        ProviderKind.Kubernetes => new KubernetesPeers(settings.Kubernetes!, time, Random.Shared),
        _ => new StaticPeers(settings.Endpoints),
    };

    // Named servers are asked for everything; else the system resolves what it can.
    private static IDnsLookup LookupOf(DnsServerSettings settings, TimeProvider time)
    {
        var servers = new ServerLookup(settings, time);
        return settings.Servers.Count > 0 ? servers : new SystemLookup(servers);
    }
}

using System.Security.Cryptography.X509Certificates;
#if ACTOR_ENGINE_AKKA
using ActorSync.Cluster;
#endif

namespace ActorSync.Node.Hosting;

/// <summary>Puts the node into the cluster of its engine; the embedded engine has none, and refuses the configuration that asks for one.</summary>
internal static class EngineCluster
{
    public static SyncNodeOptions Join(SyncNodeOptions options, int shards, X509Certificate2? certificate) =>
#if ACTOR_ENGINE_AKKA
        options.InCluster(new ClusterSettings { Shards = shards, Certificate = certificate });
#else
        options;
#endif
}

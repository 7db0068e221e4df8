using System.Net;
using ActorSync.Actors;
using ActorSync.Membership;
using ActorSync.Peers;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Cluster.Sharding;
using Akka.Configuration;
using Akka.Remote.Transport.DotNetty;
using AkkaCluster = Akka.Cluster.Cluster;

namespace ActorSync.Cluster;

/// <summary>A node in an Akka cluster: its engine's configuration, and the actors that it has beside those of a mesh.</summary>
internal sealed class NodeCluster(ClusterSettings settings, string? holderRole, int payloadBytes) : INodeCluster
{
    /// <summary>The first Akka.NET whose remoting asks clients for a certificate.</summary>
    public static readonly Version MutualTls = new(1, 5, 53);

    private const string Shards = "actorsync-graphs";

    /// <summary>The engine was started.</summary>
    internal event Action<ActorSystem>? Started;

    public ActorSystem CreateSystem(string name, NodeId self, MeshOptions options, Config config)
    {
        var below = config.WithFallback(ConfigurationFactory.FromResource("ActorSync.Cluster.cluster.conf", typeof(NodeCluster).Assembly));
        if (!Setup(self, options, below).TryGet(out var setup, out var refusal))
            throw new ConfigurationException(refusal.Message);
        var system = ActorSystem.Create(name, setup);
        Started?.Invoke(system);
        return system;
    }

    /// <summary>How an actor system is set up that is a member of the cluster as this node; or why it may not be.</summary>
    public Result<ActorSystemSetup> Setup(NodeId self, MeshOptions options, Config below)
    {
        var whole = Configure(self, options, below);
        if (Refusal(whole.GetString("akka.remote.dot-netty.tcp.hostname"), settings.Certificate is not null, EngineVersion) is { } refusal)
            return new SyncError(SyncErrorKind.InvalidRequest, refusal);
        var setup = ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(whole));
        return settings.Certificate is { } certificate ? setup.And(new DotNettySslSetup(certificate, suppressValidation: false)) : setup;
    }

    // Who the node is stands among the roles of a member, which it has from its start: what Setup wrote is all there then.
    public SyncError? Check(ActorSystem system, NodeId self, MeshOptions options)
    {
        var config = system.Settings.Config;
        string[] missing = config.HasPath("akka.remote.dot-netty") && !config.HasPath("akka.actor.serializers.actorsync") ? ["akka.actor.serializers.actorsync"] : [];
        try
        {
            missing = [.. missing, .. ClusterNames.RolesOf(self, options.Endpoints, options.Placement).Except(AkkaCluster.Get(system).SelfRoles).Select(role => $"{role} in akka.cluster.roles")];
        }
        catch (ConfigurationException)
        {
            missing = ["akka.actor.provider = cluster"];
        }
        return missing.Length == 0 ? null : new SyncError(SyncErrorKind.InvalidRequest,
            $"the actor system {system.Name} is not set up to be this node in its cluster, as it lacks {string.Join(", ", missing)}: create it with the options' ClusterSetup");
    }

    public IActorRef Join(ActorSystem system, IActorRefFactory place, MeshContext mesh, IActorRef graphs, MembershipBoard board)
    {
        var region = StartRegion(system, mesh, graphs, board);
        place.ActorOf(ShardedActions.Props(mesh, graphs, region), "cluster-actions");
        return place.ActorOf(ClusterMembershipActor.Props(mesh, board, region), "cluster-membership");
    }

    /// <summary>Why a node may not remote like that; null when it may.</summary>
    public static string? Refusal(string? host, bool hasCertificate, Version engine)
    {
        if (IsLoopback(host))
            return null;
        if (engine < MutualTls)
            return $"a cluster off loopback (akka.remote.dot-netty.tcp.hostname = {host}) needs mutual TLS, which Akka.NET has since {MutualTls}, and this is {engine}: build with a newer one (AkkaVersion)";
        return hasCertificate ? null : $"a cluster off loopback (akka.remote.dot-netty.tcp.hostname = {host}) needs mutual TLS: set actorsync.tls.certificate and actorsync.tls.key";
    }

    // The embedded engine has none.
    internal static Version EngineVersion { get; } = Version.TryParse(EngineInfo.Name.Split(' ')[^1].Split('-')[0], out var version) ? version : new Version();

    private static bool IsLoopback(string? host) => host == "localhost" || IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address);

    // The node's own words first, but not about its name, and not about what a message between nodes may take. Where it has
    // a certificate, a part of the configuration that speaks of another, or of less than both ends' showing one, is void.
    private Config Configure(NodeId self, MeshOptions options, Config config)
    {
        var roles = config.GetStringList("akka.cluster.roles").Concat(options.Roles).Concat(ClusterNames.RolesOf(self, options.Endpoints, options.Placement)).Select(role => $"\"{role}\"");
        var frame = payloadBytes + ClusterSerializer.OverheadBytes;
        return ConfigurationFactory.ParseString(
            $$"""
            akka.actor {
              provider = cluster
              serializers.actorsync = "ActorSync.Cluster.ClusterSerializer, ActorSync.Cluster"
              serialization-bindings { "ActorSync.Cluster.Carried, ActorSync.Cluster" = actorsync }
            }
            akka.cluster.roles = [{{string.Join(", ", roles)}}]
            akka.remote.trusted-selection-paths = [{{string.Join(", ", config.GetStringList("akka.remote.trusted-selection-paths").Concat(SelectedActors()).Select(path => $"\"{path}\""))}}]
            akka.remote.dot-netty.tcp {
              maximum-frame-size = {{frame}}b
              send-buffer-size = {{frame}}b
              receive-buffer-size = {{frame}}b
              enable-ssl = {{(settings.Certificate is null ? "off" : "on")}}
              ssl {
                require-mutual-authentication = true
                suppress-validation = false
                certificate { path = "", use-thumbprint-over-file = false, use-thumprint-over-file = false }
              }
            }
            """).WithFallback(config);
    }

    // What members find by its path: the cluster's own actors, those of its shards, and ours.
    private string[] SelectedActors() =>
    [
        "/system/cluster/core/daemon",
        "/system/cluster/heartbeatReceiver",
        "/system/remote-watcher",
        $"/system/sharding/{(holderRole is null ? "replicator" : Uri.EscapeDataString(holderRole) + "Replicator")}",
        $"/system/sharding/{Shards}Coordinator",
        $"/system/sharding/{Shards}Coordinator/singleton/coordinator",
    ];

    private IActorRef StartRegion(ActorSystem system, MeshContext mesh, IActorRef graphs, MembershipBoard board)
    {
        var extractor = new GraphExtractor(settings.Shards);
        var cluster = AkkaCluster.Get(system);
        var sharding = ClusterSharding.Get(system);
        if (holderRole is { } role && !cluster.SelfRoles.Contains(role))
            return sharding.StartProxy(Shards, role, extractor);
        var patience = mesh.Sync.Settings.GraphTimeout;
        return sharding.Start(
            Shards, _ => GraphEntity.Props(graphs, patience), ClusterShardingSettings.Create(system).WithRole(holderRole).WithStateStoreMode(StateStoreMode.DData), extractor,
            new HolderAllocation(board, mesh.Options.Placement, cluster), PoisonPill.Instance);
    }
}

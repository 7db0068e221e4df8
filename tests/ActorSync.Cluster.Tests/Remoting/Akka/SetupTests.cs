using ActorSync.Actors;
using ActorSync.Cluster.Tests.Support;
using Akka.Actor;
using Akka.Configuration;

namespace ActorSync.Cluster.Tests.Remoting;

/// <summary>What an actor system of a cluster must have been created with.</summary>
public sealed class SetupTests
{
    [Fact]
    public async Task The_roles_of_a_node_are_not_enough_without_the_serializer_of_its_messages()
    {
        await using var cluster = new ClusterOfNodes();
        var options = cluster.OptionsOf(1, null);
        var roles = string.Join(", ", ClusterNames.RolesOf(options.Store.Node, options.Mesh!.Endpoints, options.Mesh.Placement).Select(role => $"\"{role}\""));
        var system = ActorSystem.Create("named", ConfigurationFactory.ParseString(
            $$"""akka { loglevel = ERROR, stdout-loglevel = ERROR, actor.provider = cluster, cluster.roles = [{{roles}}], remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 } }"""));

        Assert.Contains("lacks akka.actor.serializers.actorsync:", SyncNode.Start(options.InActorSystem(system)).Error!.Message, StringComparison.Ordinal);
        await system.Terminate();
    }
}

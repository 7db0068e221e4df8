using System.Collections.Concurrent;
using System.Runtime.Serialization;
using ActorSync.Actors.Tests.Support;
using ActorSync.Cluster.Tests.Support;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace ActorSync.Cluster.Tests.Remoting;

/// <summary>
/// All that crosses between the nodes of a cluster has a serializer of its own, Akka.NET's messages as well as ours: a
/// serializer for any object, such as Hyperion's, is needed for nothing.
/// </summary>
public sealed class ObjectSerializerTests : IAsyncDisposable
{
    private readonly ClusterOfNodes _cluster = new()
    {
        Engine = $"akka.actor.serializers.json = \"{typeof(CountingSerializer).AssemblyQualifiedName}\"",
    };

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task A_cluster_joins_shards_moves_loses_and_leaves_without_the_serializer_of_any_object()
    {
        await _cluster.StartAllAsync(3);
        var graphs = await _cluster.MakeGraphsAsync(6);
        var fourth = await _cluster.StartAsync(4, "proxy");
        foreach (var graph in graphs)
            await ClusterOfNodes.ActAsync(fourth, graph, "from afar");
        await fourth.WaitForStatusAsync(status => status.Mesh!.Members.Sum(member => member.Shards) > 0);
        await _cluster.CrashAsync(_cluster.Nodes[2]);
        await Task.WhenAll(_cluster.Nodes.Select(node => Nodes.WaitForMembersAsync(node, 3)));
        foreach (var graph in graphs)
            await ClusterOfNodes.ActAsync(fourth, graph, "from afar again");
        await _cluster.LeaveAsync(fourth);
        Assert.Empty(CountingSerializer.Reached);
    }

    /// <summary>Stands where the serializer of any object would, and notes what came to it.</summary>
    private sealed class CountingSerializer : Serializer
    {
        public static readonly ConcurrentDictionary<string, int> Reached = new();

        public CountingSerializer(ExtendedActorSystem system)
            : base(system)
        {
        }

        // The one whose place it takes has settings, which the engine hands over.
        public CountingSerializer(ExtendedActorSystem system, Config settings)
            : base(system) => _ = settings;

        public override int Identifier => 1;

        public override bool IncludeManifest => false;

        public override byte[] ToBinary(object obj) => throw Noted(obj.GetType().ToString());

        public override object FromBinary(byte[] bytes, Type type) => throw Noted($"bytes of {type}");

        private static SerializationException Noted(string what)
        {
            Reached.AddOrUpdate(what, 1, (_, count) => count + 1);
            return new SerializationException($"{what} crosses, and has no serializer of its own");
        }
    }
}

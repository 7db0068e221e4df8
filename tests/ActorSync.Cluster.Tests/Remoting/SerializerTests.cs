using System.Runtime.Serialization;
using ActorSync.Graphs;
using ActorSync.Placement;
using ActorSync.Wire;

namespace ActorSync.Cluster.Tests.Remoting;

/// <summary>The bytes of what crosses between the nodes of a cluster: nodes of other versions read and write them, too.</summary>
public sealed class SerializerTests
{
    private const string Graph = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    private readonly ClusterSerializer _serializer = new(null!);

    [Fact]
    public void An_action_and_its_result_have_the_bytes_that_they_always_had()
    {
        Assert.True(GraphId.TryParse(Graph, out var graph));
        Check("action-1", new ForwardAction(7, graph, Priority.Basic(3), AckMode.Replicated, 10_000, "an action"u8.ToArray()), Resource("action-1"));
        Check("result-1", new ForwardResult(7, new Graphs.Address(graph.Init, 12), null, ""), Resource("result-1"));
        Check("result-1", new ForwardResult(8, null, SyncErrorKind.NotHolder, "not here"), Resource("result-1-refused"));
    }

    [Fact]
    public void What_is_no_such_message_is_refused_with_a_sentence()
    {
        var action = Convert.FromHexString(Resource("action-1"));
        foreach (var (manifest, bytes) in new[] { ("action-2", action), ("result-1", action), ("action-1", action[..20]), ("action-1", Array.Empty<byte>()), ("", action) })
            Assert.NotEmpty(Assert.Throws<SerializationException>(() => _serializer.FromBinary(bytes, manifest)).Message);
        Assert.Throws<ArgumentException>(() => _serializer.Manifest("a text"));
        Assert.Throws<ArgumentException>(() => _serializer.Manifest(new Carried(new Hold(default, 1, default, []))));
    }

    [Fact]
    public void An_object_without_a_serializer_of_its_own_crosses_in_neither_direction()
    {
        var refusing = new RefusingSerializer(null!);
        Assert.Throws<SerializationException>(() => refusing.ToBinary(new object()));
        Assert.Throws<SerializationException>(() => refusing.FromBinary("{\"$type\":\"System.IO.FileInfo\"}"u8.ToArray(), typeof(object)));
    }

    private void Check(string manifest, SyncMessage message, string golden)
    {
        var carried = new Carried(message);
        Assert.Equal(manifest, _serializer.Manifest(carried));
        Assert.Equal(golden, Convert.ToHexStringLower(_serializer.ToBinary(carried)));
        var read = (Carried)_serializer.FromBinary(Convert.FromHexString(golden), manifest);
        Assert.Equal(golden, Convert.ToHexStringLower(_serializer.ToBinary(read)));
    }

    private static string Resource(string name) => File.ReadAllText(Repository.PathOf($"tests/ActorSync.Cluster.Tests/Remoting/golden/{name}.hex")).Trim();
}

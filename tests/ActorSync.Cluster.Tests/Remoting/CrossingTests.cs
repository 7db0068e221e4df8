namespace ActorSync.Cluster.Tests.Remoting;

/// <summary>What may cross between nodes is one message of ours; all others say that they are local.</summary>
public sealed class CrossingTests
{
    [Fact]
    public void All_messages_of_the_clusters_actors_are_local_but_the_one_with_a_serializer_of_its_own() =>
        Assert.Equal([typeof(Carried)], HandledMessages.Of(typeof(Carried).Assembly).Where(message => !HandledMessages.IsInOrder(message)));
}

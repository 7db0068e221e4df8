using Akka.Actor;

namespace ActorSync.Actors.Tests;

/// <summary>No message between actors of a node can be taken for one that crosses between nodes.</summary>
public sealed class LocalMessageTests
{
    [Fact]
    public void All_messages_of_the_actors_say_that_they_are_local()
    {
        var messages = HandledMessages.Of(typeof(SyncRouter).Assembly);
        Assert.Contains(typeof(StateActor.Applied), messages);
        Assert.Contains(typeof(SyncRouter.Close), messages);
        Assert.Contains(typeof(PeerActor.Deliver), messages);
        Assert.True(messages.Count > 100, $"only {messages.Count} were found");
        var others = messages.Where(message => !HandledMessages.IsInOrder(message)).ToList();
        Assert.True(others.Count == 0, $"neither {nameof(ILocalMessage)} nor the engine's own:\n{string.Join('\n', others)}");
    }

    [Fact]
    public void One_that_does_not_say_so_is_found() =>
        Assert.Equal([typeof(string)], HandledMessages.Of(typeof(LocalMessageTests).Assembly).Where(type => type == typeof(string) && !HandledMessages.IsInOrder(type)));

    private sealed class Unsaid : ReceiveActor
    {
        public Unsaid() => Receive<string>(_ => { });
    }
}

using Akka.Actor;
using Akka.Event;

namespace ActorSync.Engine.Tests.Contract;

public sealed class SelectionTests : EngineTest
{
    private async Task<(IActorRef Parent, Probe Log)> NewFamily()
    {
        var log = NewProbe();
        var parent = Sys.ActorOf(Props.Create(() => new Subject(log.Ref)), "parent");
        await log.Expect("parent PreStart");
        foreach (var name in new[] { "anna", "anton", "bert" })
        {
            Inside(parent, context => context.ActorOf(Props.Create(() => new Subject(log.Ref)), name));
            await log.Expect(name + " PreStart");
        }
        return (parent, log);
    }

    [Theory]
    [InlineData("/user/parent/bert")]
    [InlineData("akka://contract/user/parent/bert")]
    [InlineData("user/parent/bert")]
    public async Task A_path_finds_the_actor(string path)
    {
        var (_, log) = await NewFamily();
        Sys.ActorSelection(path).Tell(1);
        await log.Expect(1);
        Assert.Equal("bert", (await Sys.ActorSelection(path).Ask<ActorIdentity>(new Identify(null), Soon)).Subject.Path.Name);
        Assert.Equal("pong", await Sys.ActorSelection(path).Ask<string>("ping", Soon));
    }

    [Fact]
    public async Task A_relative_path_begins_at_the_actor()
    {
        var (parent, log) = await NewFamily();
        Inside(parent, context => context.ActorSelection("bert").Tell(1));
        await log.Expect(1);
        Inside(parent, context => context.Child("anna").Tell((Action<IActorContext>)(inner => inner.ActorSelection("../bert").Tell(2))));
        await log.Expect(2);
    }

    [Fact]
    public async Task What_finds_nobody_becomes_a_dead_letter()
    {
        var letters = NewProbe();
        Sys.EventStream.Subscribe(letters.Ref, typeof(DeadLetter));
        Sys.ActorSelection("/user/nobody").Tell("hello");
        Assert.Equal("hello", (await letters.Next<DeadLetter>()).Message);
        Assert.Null((await Sys.ActorSelection("/user/nobody").Ask<ActorIdentity>(new Identify(null), Soon)).Subject);
    }

    [Fact]
    public async Task An_actor_identifies_itself()
    {
        var (parent, _) = await NewFamily();
        var identity = await parent.Ask<ActorIdentity>(new Identify("id"), Soon);
        Assert.Equal(("id", parent), (identity.MessageId, identity.Subject));
    }
}

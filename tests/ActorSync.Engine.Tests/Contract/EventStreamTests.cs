using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace ActorSync.Engine.Tests.Contract;

public sealed class EventStreamTests : EngineTest
{
    private abstract record News;

    private sealed record Good : News;

    private sealed record Bad : News;

    [Fact]
    public async Task A_subscriber_gets_its_type_and_those_below()
    {
        var (all, good) = (NewProbe(), NewProbe());
        Assert.True(Sys.EventStream.Subscribe(all.Ref, typeof(News)));
        Assert.True(Sys.EventStream.Subscribe(good.Ref, typeof(Good)));
        Assert.False(Sys.EventStream.Subscribe(good.Ref, typeof(Good)));
        Sys.EventStream.Publish(new Good());
        Sys.EventStream.Publish(new Bad());
        Sys.EventStream.Publish("no news");
        await all.Expect(new Good(), new Bad());
        await good.Expect(new Good());
        await all.ExpectNothingYet();
        await good.ExpectNothingYet();
    }

    [Fact]
    public async Task After_unsubscribe_nothing_comes()
    {
        var probe = NewProbe();
        Sys.EventStream.Subscribe(probe.Ref, typeof(Good));
        Sys.EventStream.Subscribe(probe.Ref, typeof(Bad));
        Assert.True(Sys.EventStream.Unsubscribe(probe.Ref, typeof(Good)));
        Sys.EventStream.Publish(new Good());
        Sys.EventStream.Publish(new Bad());
        await probe.Expect(new Bad());
        Assert.True(Sys.EventStream.Unsubscribe(probe.Ref));
        Sys.EventStream.Publish(new Bad());
        await probe.ExpectNothingYet();
    }

    [Fact]
    public async Task A_subscriber_that_stops_does_not_hear_of_itself_forever()
    {
        var letters = NewProbe();
        var subject = Sys.ActorOf(Props.Create(() => new Subject(ActorRefs.Nobody)));
        Sys.EventStream.Subscribe(subject, typeof(DeadLetter));
        Assert.True(await subject.GracefulStop(Soon));
        Sys.EventStream.Subscribe(letters.Ref, typeof(DeadLetter));
        Sys.DeadLetters.Tell("lost", ActorRefs.NoSender);
        Assert.Equal("lost", (await letters.Next<DeadLetter>()).Message);
    }

    private static ActorSystem NewSystem(string level) => ActorSystem.Create("logging", ConfigurationFactory.ParseString(
        $"akka {{ loglevel = {level}, stdout-loglevel = OFF, loggers = [], log-dead-letters = off, coordinated-shutdown.run-by-clr-shutdown-hook = off }}"));

    [Fact]
    public async Task The_log_is_published_from_the_configured_level_up()
    {
        var system = NewSystem("WARNING");
        var probe = new Probe(system);
        system.EventStream.Subscribe(probe.Ref, typeof(LogEvent));
        var log = Logging.GetLogger(system, "here");
        Assert.False(log.IsEnabled(LogLevel.InfoLevel));
        Assert.True(log.IsEnabled(LogLevel.WarningLevel));
        log.Info("not this");
        log.Warning("{0} of {1}", 1, 2);
        log.Error(new InvalidOperationException("cause"), "an error");
        var warning = await probe.Next<Warning>();
        Assert.Equal("1 of 2", warning.Message.ToString());
        Assert.Contains("here", warning.LogSource, StringComparison.Ordinal);
        var error = await probe.Next<Error>();
        Assert.Equal(("an error", "cause"), (error.Message.ToString(), error.Cause.Message));
        await system.Terminate().WaitAsync(Soon);
    }

    [Fact]
    public async Task A_failure_is_logged_by_the_supervisor()
    {
        var system = NewSystem("ERROR");
        var probe = new Probe(system);
        system.EventStream.Subscribe(probe.Ref, typeof(Error));
        var subject = system.ActorOf(Props.Create(() => new Subject(ActorRefs.Nobody)), "failing");
        subject.Tell(new InvalidOperationException("why"));
        var error = await probe.Next<Error>();
        Assert.Equal(("why", "akka://logging/user/failing"), (error.Message.ToString(), error.LogSource));
        await system.Terminate().WaitAsync(Soon);
    }

    [Fact]
    public async Task An_actor_logs_under_its_path()
    {
        var system = NewSystem("DEBUG");
        var probe = new Probe(system);
        system.EventStream.Subscribe(probe.Ref, typeof(Info));
        var subject = system.ActorOf(Props.Create(() => new Subject(ActorRefs.Nobody)), "talker");
        Inside(subject, context => context.GetLogger().Info("hello {0}", "you"));
        Info info;
        do
            info = await probe.Next<Info>();
        while (info.Message.ToString() != "hello you");
        Assert.Contains("akka://logging/user/talker", info.LogSource, StringComparison.Ordinal);
        await system.Terminate().WaitAsync(Soon);
    }

    [Fact]
    public async Task Dead_letters_are_logged_up_to_the_configured_number()
    {
        var system = ActorSystem.Create("logging", ConfigurationFactory.ParseString(
            "akka { loglevel = INFO, stdout-loglevel = OFF, loggers = [], log-dead-letters = 2, coordinated-shutdown.run-by-clr-shutdown-hook = off }"));
        var probe = new Probe(system);
        system.EventStream.Subscribe(probe.Ref, typeof(Info));
        await system.ActorSelection("/system/deadLetterListener").Ask<ActorIdentity>(new Identify(null), Soon); // it listens from its PreStart on
        for (var i = 0; i < 5; i++)
            system.DeadLetters.Tell("lost", probe.Ref);
        Assert.Contains("[String] from", (await probe.Next<Info>()).Message.ToString(), StringComparison.Ordinal);
        Assert.Contains("no more dead letters will be logged", (await probe.Next<Info>()).Message.ToString(), StringComparison.Ordinal);
        await system.Terminate().WaitAsync(Soon);
        probe.ExpectNothingMore();
    }
}

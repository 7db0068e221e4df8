using Akka.Actor;

namespace ActorSync.Engine.Tests.Contract;

public sealed class WatchTests : EngineTest
{
    private IActorRef NewSubject() => Sys.ActorOf(Props.Create(() => new Subject(ActorRefs.Nobody)));

    /// <summary>A <see cref="Terminated"/> cannot be passed on: it is for the watcher alone.</summary>
    private sealed record Died(IActorRef Who, bool ExistenceConfirmed);

    /// <summary>Watches on command and tells the probe of every death.</summary>
    private sealed class Watcher : ReceiveActor
    {
        public Watcher(IActorRef log)
        {
            Receive<Action<IActorContext>>(action => action(Context));
            Receive<Terminated>(death => log.Tell(new Died(death.ActorRef, death.ExistenceConfirmed)));
            ReceiveAny(log.Tell);
        }
    }

    private (IActorRef Watcher, Probe Log) NewWatcher()
    {
        var log = NewProbe();
        return (Sys.ActorOf(Props.Create(() => new Watcher(log.Ref))), log);
    }

    [Fact]
    public async Task A_death_is_told_once()
    {
        var (watcher, log) = NewWatcher();
        var subject = NewSubject();
        Inside(watcher, context =>
        {
            context.Watch(subject);
            context.Watch(subject);
            subject.Tell(PoisonPill.Instance);
        });
        await log.Expect(new Died(subject, true));
        watcher.Tell("later");
        await log.Expect("later");
    }

    [Fact]
    public async Task A_dead_actor_can_be_watched()
    {
        var (watcher, log) = NewWatcher();
        var subject = NewSubject();
        Assert.True(await subject.GracefulStop(Soon));
        Inside(watcher, context => context.Watch(subject));
        Assert.Equal(subject, (await log.Next<Died>()).Who);
    }

    [Fact]
    public async Task After_unwatch_a_death_is_not_told()
    {
        var (watcher, log) = NewWatcher();
        var subject = NewSubject();
        Inside(watcher, context =>
        {
            context.Watch(subject);
            context.Unwatch(subject);
        });
        watcher.Tell("unwatched");
        await log.Expect("unwatched");
        Assert.True(await subject.GracefulStop(Soon));
        watcher.Tell("later");
        await log.Expect("later");
    }

    [Fact]
    public async Task Unwatch_takes_back_even_a_death_that_waits_in_the_mailbox()
    {
        var (watcher, log) = NewWatcher();
        var subject = NewSubject();
        using var go = new ManualResetEventSlim();
        Inside(watcher, context => context.Watch(subject));
        Inside(watcher, context => go.Wait(Soon));
        Inside(watcher, context => context.Unwatch(subject));
        Assert.True(await subject.GracefulStop(Soon));
        go.Set();
        watcher.Tell("later");
        await log.Expect("later");
    }

    [Fact]
    public async Task A_parent_hears_of_its_watched_child_once()
    {
        var (watcher, log) = NewWatcher();
        Inside(watcher, context => context.Stop(context.Watch(context.ActorOf(Props.Create(() => new Subject(ActorRefs.Nobody)), "c"))));
        Assert.Equal("c", (await log.Next<Died>()).Who.Path.Name);
        Inside(watcher, context => log.Ref.Tell(context.Child("c").IsNobody()));
        await log.Expect(true);
    }

    [Fact]
    public async Task An_unhandled_death_kills_the_watcher()
    {
        var log = NewProbe();
        var watcher = Sys.ActorOf(Props.Create(() => new Subject(log.Ref)), "careless");
        var subject = NewSubject();
        Inside(watcher, context =>
        {
            context.Watch(subject);
            subject.Tell(PoisonPill.Instance);
        });
        await log.Expect("careless PreStart", "careless PostStop");
    }

    [Fact]
    public async Task A_restart_of_the_watched_is_no_death()
    {
        var (watcher, log) = NewWatcher();
        var subject = NewSubject();
        Inside(watcher, context => context.Watch(subject));
        Inside(watcher, context => subject.Tell(new InvalidOperationException("restarts")));
        Assert.Equal("pong", await subject.Ask<string>("ping", Soon));
        watcher.Tell("later");
        await log.Expect("later");
    }
}

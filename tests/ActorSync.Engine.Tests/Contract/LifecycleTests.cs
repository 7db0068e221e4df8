using Akka.Actor;

namespace ActorSync.Engine.Tests.Contract;

public sealed class LifecycleTests : EngineTest
{
    private IActorRef NewSubject(Probe log, string? name = null) => Sys.ActorOf(Props.Create(() => new Subject(log.Ref)), name);

    [Fact]
    public async Task Children_stop_before_their_parent()
    {
        var log = NewProbe();
        var parent = NewSubject(log, "parent");
        await log.Expect("parent PreStart");
        Inside(parent, context => context.ActorOf(Props.Create(() => new Subject(log.Ref)), "child"));
        await log.Expect("child PreStart");
        Inside(parent, context => context.Child("child").Tell(
            (Action<IActorContext>)(inner => inner.ActorOf(Props.Create(() => new Subject(log.Ref)), "grandchild"))));
        await log.Expect("grandchild PreStart");
        await log.Watch(parent);
        Sys.Stop(parent);
        await log.Expect("grandchild PostStop", "child PostStop", "parent PostStop");
        Assert.Equal(parent, (await log.Next<Terminated>()).ActorRef);
    }

    [Fact]
    public async Task A_name_is_unique_among_living_siblings()
    {
        var log = NewProbe();
        var first = NewSubject(log, "same");
        Assert.Throws<InvalidActorNameException>(() => NewSubject(log, "same"));
        await log.Expect("same PreStart");
        await log.Watch(first);
        Sys.Stop(first);
        await log.Expect("same PostStop");
        await log.Next<Terminated>();
        var second = await Retry(() => NewSubject(log, "same"));
        Assert.Equal(first.Path, second.Path);
        Assert.NotEqual(first, second);
        Assert.NotEqual(first.Path.Uid, second.Path.Uid);
    }

    // A top-level name is free when the guardian has heard of the death, which may be after the watcher has.
    private static async Task<IActorRef> Retry(Func<IActorRef> make)
    {
        while (true)
        {
            try
            {
                return make();
            }
            catch (InvalidActorNameException)
            {
                await Task.Yield();
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("$a")]
    [InlineData("a/b")]
    [InlineData("ä")]
    [InlineData("a b")]
    public void Malformed_names_are_refused(string name) =>
        Assert.Throws<InvalidActorNameException>(() => NewSubject(NewProbe(), name));

    [Fact]
    public void A_path_prints_as_the_way_from_the_system()
    {
        var subject = NewSubject(NewProbe(), "a-b_c");
        Assert.Equal("akka://contract/user/a-b_c", subject.Path.ToString());
        Assert.Equal("a-b_c", subject.Path.Name);
        Assert.Equal("akka://contract/user", subject.Path.Parent.ToString());
        Assert.Equal("akka://contract/user/a-b_c/d", (subject.Path / "d").ToString());
        Assert.Equal($"[akka://contract/user/a-b_c#{subject.Path.Uid}]", subject.ToString());
    }

    [Fact]
    public void Without_a_name_an_actor_gets_one()
    {
        var (first, second) = (NewSubject(NewProbe()), NewSubject(NewProbe()));
        Assert.StartsWith("$", first.Path.Name, StringComparison.Ordinal);
        Assert.NotEqual(first.Path, second.Path);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public async Task The_context_knows_parent_children_and_self()
    {
        var log = NewProbe();
        var parent = NewSubject(log, "p");
        await log.Expect("p PreStart");
        Inside(parent, context =>
        {
            var child = context.ActorOf(Props.Create(() => new Subject(ActorRefs.Nobody)), "c");
            log.Ref.Tell(context.Child("c").Equals(child) && context.GetChildren().Single().Equals(child));
            log.Ref.Tell(context.Child("nobody").IsNobody());
            log.Ref.Tell(context.Parent.Path.ToString());
            log.Ref.Tell(context.Self.Equals(parent));
            child.Tell((Action<IActorContext>)(inner => log.Ref.Tell(inner.Parent.Equals(parent))));
        });
        await log.Expect(true, true, "akka://contract/user", true, true);
    }

    [Fact]
    public async Task An_actor_that_ends_makes_no_children()
    {
        var log = NewProbe();
        var actor = Sys.ActorOf(Props.Create(() => new LateParent(log.Ref)));
        Sys.Stop(actor);
        await log.Next<InvalidOperationException>();
    }

    private sealed class LateParent : ReceiveActor
    {
        private readonly IActorRef _log;

        public LateParent(IActorRef log) => _log = log;

        protected override void PostStop()
        {
            try
            {
                Context.ActorOf(Props.Create(() => new Subject(ActorRefs.Nobody)));
            }
            catch (InvalidOperationException refused)
            {
                _log.Tell(refused);
            }
        }
    }

    [Fact]
    public async Task An_actor_cannot_be_made_with_new() =>
        Assert.IsType<ActorInitializationException>(await OnFreshThread(() => Record.Exception(() => new LateParent(ActorRefs.Nobody))));

    [Fact]
    public void Props_want_a_new_expression()
    {
        Func<Subject> make = () => new Subject(ActorRefs.Nobody);
        Assert.ThrowsAny<SystemException>(() => Props.Create(() => make())); // ArgumentException or InvalidCastException
    }

    [Fact]
    public async Task GracefulStop_waits_for_the_death()
    {
        var log = NewProbe();
        var subject = NewSubject(log, "s");
        subject.Tell(1);
        Assert.True(await subject.GracefulStop(Soon));
        await log.Expect("s PreStart", 1, "s PostStop");
        Assert.True(await subject.GracefulStop(Soon));
    }

    [Fact]
    public async Task GracefulStop_says_when_it_took_too_long()
    {
        var log = NewProbe();
        Assert.False(await NewSubject(log, "s").GracefulStop(TimeSpan.FromMilliseconds(20), "no-poison"));
    }

    [Fact]
    public async Task Terminate_stops_all_actors_and_then_completes()
    {
        var stopped = new TaskCompletionSource();
        Sys.ActorOf(Props.Create(() => new Stopping(stopped)));
        await Sys.Terminate().WaitAsync(Soon);
        Assert.True(stopped.Task.IsCompleted);
        Assert.True(Sys.WhenTerminated.IsCompleted);
    }

    private sealed class Stopping : ReceiveActor
    {
        private readonly TaskCompletionSource _stopped;

        public Stopping(TaskCompletionSource stopped) => _stopped = stopped;

        protected override void PostStop() => _stopped.SetResult();
    }

    [Theory]
    [InlineData("")]
    [InlineData("-a")]
    [InlineData("a b")]
    public void Malformed_system_names_are_refused(string name) => Assert.ThrowsAny<ArgumentException>(() => ActorSystem.Create(name));
}

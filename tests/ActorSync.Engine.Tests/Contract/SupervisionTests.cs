using Akka.Actor;

namespace ActorSync.Engine.Tests.Contract;

public sealed class SupervisionTests : EngineTest
{
    /// <summary>A parent with a strategy that makes subject children on request and tells the probe of its own life.</summary>
    private sealed class Boss : Subject
    {
        private readonly SupervisorStrategy _strategy;

        public Boss(IActorRef log, SupervisorStrategy strategy) : base(log) => _strategy = strategy;

        protected override SupervisorStrategy SupervisorStrategy() => _strategy;
    }

    private static OneForOneStrategy Always(Directive directive) => new(_ => directive);

    private IActorRef NewBoss(Probe log, SupervisorStrategy strategy) => Sys.ActorOf(Props.Create(() => new Boss(log.Ref, strategy)), "boss");

    private static async Task<IActorRef> NewChild(IActorRef boss, IActorRef log, string name)
    {
        var made = new TaskCompletionSource<IActorRef>(TaskCreationOptions.RunContinuationsAsynchronously);
        Inside(boss, context => made.SetResult(context.ActorOf(Props.Create(() => new Subject(log)), name)));
        return await made.Task.WaitAsync(Soon);
    }

    [Fact]
    public async Task Resume_keeps_the_state()
    {
        var (log, quiet) = (NewProbe(), NewProbe());
        var child = await NewChild(NewBoss(quiet, Always(Directive.Resume)), log.Ref, "c");
        child.Tell("add");
        child.Tell(new InvalidOperationException("oops"));
        Assert.Equal(1, await child.Ask<int>("count", Soon));
        await log.Expect("c PreStart");
        await log.ExpectNothingYet();
    }

    [Fact]
    public async Task Restart_loses_the_state_and_the_message_but_keeps_the_mailbox()
    {
        var (log, quiet) = (NewProbe(), NewProbe());
        var child = await NewChild(NewBoss(quiet, Always(Directive.Restart)), log.Ref, "c");
        child.Tell("add");
        child.Tell(new InvalidOperationException("oops"));
        for (var i = 0; i < 100; i++)
            child.Tell(i);
        Assert.Equal(0, await child.Ask<int>("count", Soon));
        await log.Expect("c PreStart", "c PreRestart oops oops", "c PostStop", "c PostRestart oops", "c PreStart");
        await log.Expect([.. Enumerable.Range(0, 100).Cast<object>()]);
    }

    [Fact]
    public async Task Stop_ends_the_child_alone()
    {
        var (log, quiet) = (NewProbe(), NewProbe());
        var boss = NewBoss(quiet, Always(Directive.Stop));
        var child = await NewChild(boss, log.Ref, "c");
        var sibling = await NewChild(boss, quiet.Ref, "sibling");
        await log.Watch(child);
        child.Tell(new InvalidOperationException("oops"));
        await log.Expect("c PreStart", "c PostStop");
        Assert.Equal(child, (await log.Next<Terminated>()).ActorRef);
        Assert.Equal("pong", await sibling.Ask<string>("ping", Soon));
    }

    [Fact]
    public async Task Escalate_makes_the_parent_fail_which_stops_its_children()
    {
        var log = NewProbe();
        var boss = NewBoss(log, Always(Directive.Escalate));
        await log.Expect("boss PreStart");
        var child = await NewChild(boss, log.Ref, "c");
        await log.Expect("c PreStart");
        await log.Watch(child);
        child.Tell(new InvalidOperationException("oops"));
        await log.Expect("boss PreRestart oops ", "boss PostStop", "c PostStop");
        var rest = new[] { await log.Next<object>(), await log.Next<object>(), await log.Next<object>() };
        Assert.Equal(child, Assert.Single(rest.OfType<Terminated>()).ActorRef);
        Assert.Equal(["boss PostRestart oops", "boss PreStart"], rest.OfType<string>());
        Assert.Equal("pong", await boss.Ask<string>("ping", Soon));
    }

    [Fact]
    public async Task Restarts_past_the_limit_stop_the_child()
    {
        var (log, quiet) = (NewProbe(), NewProbe());
        var strategy = new OneForOneStrategy(2, TimeSpan.FromMinutes(1), _ => Directive.Restart);
        var child = await NewChild(NewBoss(quiet, strategy), log.Ref, "c");
        await log.Watch(child);
        for (var i = 1; i <= 4; i++)
            child.Tell(new InvalidOperationException(i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        await log.Expect(
            "c PreStart", "c PreRestart 1 1", "c PostStop", "c PostRestart 1", "c PreStart",
            "c PreRestart 2 2", "c PostStop", "c PostRestart 2", "c PreStart", "c PostStop");
        await log.Next<Terminated>();
    }

    [Fact]
    public async Task The_limit_counts_within_its_window_only()
    {
        var (log, quiet) = (NewProbe(), NewProbe());
        var strategy = new OneForOneStrategy(1, TimeSpan.FromMilliseconds(20), _ => Directive.Restart);
        var child = await NewChild(NewBoss(quiet, strategy), log.Ref, "c");
        await log.Expect("c PreStart");
        for (var i = 0; i < 3; i++)
        {
            child.Tell(new InvalidOperationException("x"));
            await log.Expect("c PreRestart x x", "c PostStop", "c PostRestart x", "c PreStart");
            await Passes(TimeSpan.FromMilliseconds(100));
        }
        Assert.Equal("pong", await child.Ask<string>("ping", Soon));
    }

    [Fact]
    public async Task No_retries_means_stop_at_once()
    {
        var (log, quiet) = (NewProbe(), NewProbe());
        var child = await NewChild(NewBoss(quiet, new OneForOneStrategy(0, TimeSpan.FromMinutes(1), _ => Directive.Restart)), log.Ref, "c");
        child.Tell(new InvalidOperationException("x"));
        await log.Expect("c PreStart", "c PostStop");
    }

    [Fact]
    public async Task By_default_failures_restart()
    {
        var log = NewProbe();
        var subject = Sys.ActorOf(Props.Create(() => new Subject(log.Ref)), "s");
        subject.Tell("add");
        subject.Tell(new InvalidOperationException("oops"));
        Assert.Equal(0, await subject.Ask<int>("count", Soon));
    }

    [Fact]
    public async Task By_default_a_constructor_that_throws_stops_the_actor()
    {
        var log = NewProbe();
        var broken = Sys.ActorOf(Props.Create(() => new Broken(log.Ref)));
        await log.Watch(broken);
        var seen = new[] { await log.Next<object>(), await log.Next<object>() };
        Assert.Equal(broken, Assert.Single(seen.OfType<Terminated>()).ActorRef);
        Assert.Single(seen.OfType<string>(), "constructing");
        await log.ExpectNothingYet();
    }

    private sealed class Broken : ReceiveActor
    {
        public Broken(IActorRef log)
        {
            log.Tell("constructing");
            throw new InvalidOperationException("cannot be made");
        }
    }

    [Fact]
    public async Task The_decider_sees_why_an_actor_could_not_be_made()
    {
        var (quiet, seen) = (NewProbe(), new TaskCompletionSource<Exception>());
        var boss = NewBoss(quiet, new OneForOneStrategy(cause =>
        {
            seen.TrySetResult(cause);
            return Directive.Stop;
        }));
        Inside(boss, context => context.ActorOf(Props.Create(() => new Broken(quiet.Ref))));
        var cause = await seen.Task.WaitAsync(Soon);
        Assert.IsType<ActorInitializationException>(cause);
        Assert.Contains("cannot be made", cause.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_that_could_not_be_made_can_be_tried_again()
    {
        var (quiet, log) = (NewProbe(), NewProbe());
        var boss = NewBoss(quiet, Always(Directive.Restart));
        var attempts = new int[1];
        Inside(boss, context => context.ActorOf(Props.Create(() => new BrokenTwice(attempts, log.Ref))).Tell("hello"));
        await log.Expect("made on 3, got hello");
    }

    private sealed class BrokenTwice : ReceiveActor
    {
        public BrokenTwice(int[] attempts, IActorRef log)
        {
            var attempt = ++attempts[0];
            if (attempt < 3)
                throw new InvalidOperationException("not yet");
            Receive<string>(s => log.Tell($"made on {attempt}, got {s}"));
        }
    }

    [Fact]
    public async Task A_failure_holds_the_children_until_the_decision()
    {
        var (quiet, log) = (NewProbe(), NewProbe());
        using var decide = new ManualResetEventSlim();
        var deciding = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var grandparent = NewBoss(quiet, new OneForOneStrategy(_ =>
        {
            deciding.TrySetResult();
            decide.Wait(Soon);
            return Directive.Resume;
        }));
        var parent = await NewChild(grandparent, quiet.Ref, "p");
        var child = await NewChild(parent, log.Ref, "c");
        Assert.Equal("pong", await child.Ask<string>("ping", Soon));
        parent.Tell(new InvalidOperationException("oops"));
        await deciding.Task.WaitAsync(Soon);
        child.Tell(7);
        await log.Expect("c PreStart");
        await log.ExpectNothingYet();
        decide.Set();
        await log.Expect(7);
    }

    [Fact]
    public async Task Children_that_survive_a_restart_are_restarted_after_the_parent()
    {
        var log = NewProbe();
        var parent = Sys.ActorOf(Props.Create(() => new Keeper(log.Ref)), "keeper");
        await log.Expect("kept PreStart");
        parent.Tell("fail");
        await log.Expect("keeper restarted", "kept PreRestart fails ", "kept PostStop", "kept PostRestart fails", "kept PreStart");
        parent.Tell("child");
        await log.Expect(1);
    }

    private sealed class Keeper : ReceiveActor
    {
        private readonly IActorRef _log;

        public Keeper(IActorRef log)
        {
            _log = log;
            Receive<string>(s => s == "fail", _ => throw new InvalidOperationException("fails"));
            Receive<string>(s => s == "child", _ => Context.Child("kept").Tell(1));
        }

        protected override void PreStart() => Context.ActorOf(Props.Create(() => new Subject(_log)), "kept");

        protected override void PreRestart(Exception reason, object message)
        {
        }

        protected override void PostRestart(Exception reason) => _log.Tell("keeper restarted");
    }
}

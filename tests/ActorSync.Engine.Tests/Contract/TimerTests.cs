using Akka.Actor;

namespace ActorSync.Engine.Tests.Contract;

public sealed class TimerTests : EngineTest
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    private sealed class Clock : ReceiveActor, IWithTimers
    {
        private readonly IActorRef _log;

        public Clock(IActorRef log)
        {
            _log = log;
            Receive<Action<ITimerScheduler>>(action => action(Timers));
            Receive<string>(s => s == "fail", _ => throw new InvalidOperationException("fails"));
            ReceiveAny(log.Tell);
        }

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PostRestart(Exception reason) => _log.Tell($"restarted, active: {Timers.IsTimerActive("k")}");
    }

    private (IActorRef Clock, Probe Log) NewClock()
    {
        var log = NewProbe();
        return (Sys.ActorOf(Props.Create(() => new Clock(log.Ref))), log);
    }

    private static void With(IActorRef clock, Action<ITimerScheduler> action) => clock.Tell(action, ActorRefs.NoSender);

    [Fact]
    public async Task A_single_timer_fires_once_and_is_gone()
    {
        var (clock, log) = NewClock();
        With(clock, timers =>
        {
            timers.StartSingleTimer("k", "tick", Short);
            log.Ref.Tell(timers.IsTimerActive("k"));
        });
        await log.Expect(true, "tick");
        With(clock, timers => log.Ref.Tell(timers.IsTimerActive("k")));
        await log.Expect(false);
    }

    [Fact]
    public async Task A_periodic_timer_goes_on_until_cancelled()
    {
        var (clock, log) = NewClock();
        With(clock, timers => timers.StartPeriodicTimer("k", "tick", Short));
        await log.Expect("tick", "tick", "tick");
        With(clock, timers =>
        {
            timers.Cancel("k");
            log.Ref.Tell("cancelled");
        });
        while (await log.Next<string>() != "cancelled")
        {
        }
        // A later timer stands for the time in which the cancelled one would have fired.
        With(clock, timers => timers.StartSingleTimer("other", "later", 5 * Short));
        await log.Expect("later");
    }

    [Fact]
    public async Task A_timer_started_again_replaces_the_first_even_when_that_is_in_the_mailbox()
    {
        var (clock, log) = NewClock();
        With(clock, timers =>
        {
            timers.StartSingleTimer("k", "old", TimeSpan.FromMilliseconds(1));
            Passes(TimeSpan.FromMilliseconds(100)).Wait(Soon); // by now the old message waits in the mailbox
            timers.StartSingleTimer("k", "new", Short);
        });
        await log.Expect("new");
        await log.ExpectNothingYet();
    }

    [Fact]
    public async Task A_cancelled_timer_never_fires_even_when_it_is_in_the_mailbox()
    {
        var (clock, log) = NewClock();
        With(clock, timers =>
        {
            timers.StartSingleTimer("k", "old", TimeSpan.FromMilliseconds(1));
            timers.StartSingleTimer("l", "old", Never);
            Passes(TimeSpan.FromMilliseconds(100)).Wait(Soon);
            timers.CancelAll();
            log.Ref.Tell(timers.IsTimerActive("k") || timers.IsTimerActive("l"));
        });
        clock.Tell("marker");
        await log.Expect(false, "marker");
    }

    [Fact]
    public async Task Timers_of_an_old_incarnation_never_arrive()
    {
        var (clock, log) = NewClock();
        With(clock, timers =>
        {
            timers.StartSingleTimer("k", "old", TimeSpan.FromMilliseconds(1));
            timers.StartPeriodicTimer("p", "old", Short);
            Passes(TimeSpan.FromMilliseconds(100)).Wait(Soon); // the old messages wait behind the failure that follows
            throw new InvalidOperationException("fails");
        });
        clock.Tell("marker");
        await log.Expect("restarted, active: False", "marker");
        With(clock, timers => timers.StartSingleTimer("k", "new", 3 * Short));
        await log.Expect("new");
    }

    [Fact]
    public async Task Timers_work_in_the_constructor()
    {
        var log = NewProbe();
        Sys.ActorOf(Props.Create(() => new EarlyClock(log.Ref)));
        await log.Expect("early");
    }

    private sealed class EarlyClock : ReceiveActor, IWithTimers
    {
        public EarlyClock(IActorRef log)
        {
            Timers.StartSingleTimer("k", "early", Short);
            ReceiveAny(log.Tell);
        }

        public ITimerScheduler Timers { get; set; } = null!;
    }

    [Fact]
    public async Task The_scheduler_tells_until_cancelled()
    {
        var log = NewProbe();
        Sys.Scheduler.ScheduleTellOnce(Short, log.Ref, "once", ActorRefs.NoSender);
        await log.Expect("once");
        var (repeated, never) = (new Cancelable(Sys.Scheduler), new Cancelable(Sys.Scheduler));
        Sys.Scheduler.ScheduleTellRepeatedly(TimeSpan.Zero, Short, log.Ref, "again", ActorRefs.NoSender, repeated);
        await log.Expect("again", "again");
        repeated.Cancel();
        Assert.True(repeated.IsCancellationRequested);
        Sys.Scheduler.ScheduleTellOnce(Short, log.Ref, "never", ActorRefs.NoSender, never);
        never.Cancel();
        Sys.Scheduler.ScheduleTellOnce(5 * Short, log.Ref, "last", ActorRefs.NoSender);
        while (await log.Next<string>() is var message && message != "last")
            Assert.NotEqual("never", message);
    }

    [Fact]
    public void The_scheduler_refuses_times_before_now()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromSeconds(-1), ActorRefs.Nobody, "x", ActorRefs.NoSender));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sys.Scheduler.ScheduleTellRepeatedly(Short, TimeSpan.Zero, ActorRefs.Nobody, "x", ActorRefs.NoSender));
    }
}

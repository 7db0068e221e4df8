using Akka.Actor;
using Akka.TestKit;

namespace ActorSync.Engine.Tests.TestKit;

public sealed class TestSchedulerTests() : Akka.TestKit.Xunit2.TestKit("akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"")
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);

    private TestScheduler Scheduler => (TestScheduler)Sys.Scheduler;

    [Fact]
    public void Time_moves_only_when_told()
    {
        var before = Scheduler.Now;
        Scheduler.Advance(Second);
        Assert.Equal(before + Second, Scheduler.Now);
        Scheduler.AdvanceTo(before + (3 * Second));
        Assert.Equal(before + (3 * Second), Scheduler.Now);
        Assert.Throws<InvalidOperationException>(() => Scheduler.AdvanceTo(before));
    }

    [Fact]
    public void A_message_comes_at_its_time()
    {
        Scheduler.ScheduleTellOnce(Second, TestActor, "a", ActorRefs.NoSender);
        Scheduler.Advance(Second - TimeSpan.FromTicks(1));
        ExpectNoMsg(Soon);
        Scheduler.Advance(TimeSpan.FromTicks(1));
        ExpectMsg("a");
        Scheduler.Advance(10 * Second);
        ExpectNoMsg(Soon);
    }

    [Fact]
    public void Messages_come_in_the_order_of_their_times()
    {
        Scheduler.ScheduleTellOnce(2 * Second, TestActor, "b", ActorRefs.NoSender);
        Scheduler.ScheduleTellOnce(2 * Second, TestActor, "c", ActorRefs.NoSender);
        Scheduler.ScheduleTellOnce(Second, TestActor, "a", ActorRefs.NoSender);
        Scheduler.Advance(2 * Second);
        Assert.Equal(["a", "b", "c"], ReceiveN(3));
    }

    [Fact]
    public void A_repeated_message_comes_once_for_each_advance_that_reaches_it()
    {
        Scheduler.ScheduleTellRepeatedly(Second, 2 * Second, TestActor, "a", ActorRefs.NoSender);
        Scheduler.Advance(Second);
        ExpectMsg("a");
        Scheduler.Advance(Second);
        ExpectNoMsg(Soon);
        Scheduler.Advance(Second);
        ExpectMsg("a");
        Scheduler.Advance(6 * Second);
        ExpectMsg("a");
        ExpectNoMsg(Soon);
    }

    [Fact]
    public void What_was_cancelled_does_not_come()
    {
        var cancel = new Cancelable(Sys.Scheduler);
        Scheduler.ScheduleTellOnce(Second, TestActor, "a", ActorRefs.NoSender, cancel);
        Scheduler.ScheduleTellRepeatedly(Second, Second, TestActor, "b", ActorRefs.NoSender, cancel);
        cancel.Cancel();
        Scheduler.Advance(Second);
        ExpectNoMsg(Soon);
    }

    [Fact]
    public void The_timers_of_an_actor_follow()
    {
        var actor = ActorOf(() => new Ticking(TestActor, Second));
        actor.Tell("ready");
        ExpectMsg("ready");
        Scheduler.Advance(Second);
        ExpectMsg("tick");
        ExpectNoMsg(Soon);
        Scheduler.Advance(Second);
        ExpectMsgAllOf("tick", "once");
    }
}

using Akka.Actor;
using Akka.TestKit;

namespace ActorSync.Engine.Tests.TestKit;

public sealed class TestProbeTests : Akka.TestKit.Xunit2.TestKit
{
    [Fact]
    public void A_probe_is_an_actor_reference()
    {
        TestProbe probe = CreateTestProbe("probe");
        IActorRef reference = probe;
        reference.Tell("a");
        probe.Tell("b");
        probe.Ref.Tell("c");
        Assert.Equal(["a", "b", "c"], probe.ReceiveN(3));
        Assert.Equal("probe", reference.Path.Name);
        Assert.True(probe.Ref.Equals(reference));
        Assert.Equal(TestActor, probe.Sender);
    }

    [Fact]
    public void Each_probe_has_its_own_queue()
    {
        var (one, two) = (CreateTestProbe(), CreateTestProbe());
        one.Tell(1);
        two.Tell(2);
        two.ExpectMsg(2);
        one.ExpectMsg(1);
        Assert.False(HasMessages);
    }

    [Fact]
    public void A_probe_sends_replies_and_forwards()
    {
        var (one, two) = (CreateTestProbe(), CreateTestProbe());
        one.Send(two, "question");
        two.ExpectMsg("question");
        Assert.Equal(one.Ref, two.Sender);
        two.Forward(TestActor);
        two.Forward(TestActor, "another");
        two.Reply("answer");
        ExpectMsg("question");
        Assert.Equal(one.Ref, LastSender);
        ExpectMsg("another");
        one.ExpectMsg("answer");
        Assert.Equal(two.Ref, one.Sender);
    }

    [Fact]
    public void Making_a_probe_does_not_change_who_the_test_tells_as()
    {
        var probe = CreateTestProbe();
        ActorOf<Echo>().Tell("x");
        ExpectMsg("x");
        Assert.False(probe.HasMessages);
    }

    [Fact]
    public void A_probe_can_be_watched_and_stopped()
    {
        var (watcher, probe) = (CreateTestProbe(), CreateTestProbe());
        Watch(probe);
        watcher.Watch(probe.Ref);
        Sys.Stop(probe);
        ExpectTerminated(probe);
        watcher.ExpectTerminated(probe.Ref);
    }

    [Fact]
    public void A_probe_can_be_poisoned()
    {
        var probe = CreateTestProbe();
        Watch(probe);
        probe.Tell(PoisonPill.Instance);
        ExpectTerminated(probe);
    }

    [Fact]
    public void An_actor_may_watch_a_probe_by_the_probe_itself()
    {
        var probe = CreateTestProbe();
        var watcher = ActorOf(() => new Watcher(probe, TestActor));
        ExpectMsg("watching");
        Sys.Stop(probe);
        ExpectMsg<IActorRef>(dead => dead.Equals(probe.Ref));
        Assert.Equal(watcher, LastSender);
    }

    private sealed class Watcher : ReceiveActor
    {
        public Watcher(IActorRef watched, IActorRef listener)
        {
            Context.Watch(watched);
            listener.Tell("watching");
            Receive<Terminated>(t => listener.Tell(t.ActorRef));
        }
    }
}

using Akka.Actor;
using Akka.Event;

namespace ActorSync.Engine.Tests.Contract;

public sealed class MailboxTests : EngineTest
{
    [Fact]
    public async Task Messages_of_one_sender_arrive_in_their_order()
    {
        const int each = 20_000;
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var receiver = Sys.ActorOf(Props.Create(() => new OrderChecker(4 * each, done)));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(sender => Task.Run(() =>
        {
            for (var i = 0; i < each; i++)
                receiver.Tell((sender, i), ActorRefs.NoSender);
        })));
        Assert.True(await done.Task.WaitAsync(Soon));
    }

    private sealed class OrderChecker : ReceiveActor
    {
        public OrderChecker(int total, TaskCompletionSource<bool> done)
        {
            var next = new int[4];
            var ordered = true;
            var seen = 0;
            Receive<(int Sender, int Number)>(message =>
            {
                ordered &= next[message.Sender]++ == message.Number;
                if (++seen == total)
                    done.SetResult(ordered);
            });
        }
    }

    [Fact]
    public async Task One_message_is_handled_at_a_time()
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var receiver = Sys.ActorOf(Props.Create(() => new OverlapChecker(8_000, done)));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 2_000; i++)
                receiver.Tell(i, ActorRefs.NoSender);
        })));
        Assert.True(await done.Task.WaitAsync(Soon));
    }

    private sealed class OverlapChecker : ReceiveActor
    {
        private int _inside;

        public OverlapChecker(int total, TaskCompletionSource<bool> done)
        {
            var alone = true;
            var seen = 0;
            Receive<int>(_ =>
            {
                alone &= Interlocked.Increment(ref _inside) == 1;
                Thread.SpinWait(20);
                Interlocked.Decrement(ref _inside);
                if (++seen == total)
                    done.SetResult(alone);
            });
        }
    }

    [Fact]
    public async Task Actors_that_never_rest_do_not_starve_others()
    {
        for (var i = 0; i < 4 * Environment.ProcessorCount; i++)
            Sys.ActorOf(Props.Create(() => new Restless())).Tell("spin");
        var subject = Sys.ActorOf(Props.Create(() => new Subject(ActorRefs.Nobody)));
        for (var i = 0; i < 20; i++)
            Assert.Equal("pong", await subject.Ask<string>("ping", Soon));
    }

    private sealed class Restless : ReceiveActor
    {
        public Restless() => Receive<string>(message => Self.Tell(message));
    }

    [Fact]
    public async Task A_poison_pill_lets_what_came_before_it_through()
    {
        var probe = NewProbe();
        var subject = Sys.ActorOf(Props.Create(() => new Subject(probe.Ref)), "s");
        await probe.Expect("s PreStart");
        subject.Tell(1);
        subject.Tell(2);
        subject.Tell(PoisonPill.Instance);
        subject.Tell(3);
        await probe.Expect(1, 2, "s PostStop");
        await probe.ExpectNothingYet();
    }

    [Fact]
    public async Task Stop_comes_before_waiting_messages()
    {
        var probe = NewProbe();
        var subject = Sys.ActorOf(Props.Create(() => new Subject(probe.Ref)), "s");
        await probe.Expect("s PreStart");
        Inside(subject, context =>
        {
            context.Self.Tell(1);
            context.Stop(context.Self);
            context.Self.Tell(2);
        });
        await probe.Expect("s PostStop");
        await probe.ExpectNothingYet();
    }

    [Fact]
    public async Task Forward_keeps_the_sender()
    {
        var probe = NewProbe();
        var subject = Sys.ActorOf(Props.Create(() => new Forwarder(probe.Ref)));
        var other = NewProbe();
        subject.Tell("forward", other.Ref);
        await probe.Expect("forward");
        Assert.Equal(other.Ref, probe.LastSender);
    }

    private sealed class Forwarder : ReceiveActor
    {
        public Forwarder(IActorRef to) => ReceiveAny(to.Forward);
    }

    [Fact]
    public async Task Without_a_sender_the_dead_letters_stand_for_it()
    {
        var probe = NewProbe();
        probe.Ref.Tell("x", ActorRefs.NoSender);
        await probe.Expect("x");
        Assert.Equal(Sys.DeadLetters, probe.LastSender);
    }

    [Fact]
    public async Task A_null_message_is_refused_where_it_is_sent()
    {
        var probe = NewProbe();
        probe.Ref.Tell("begins", ActorRefs.NoSender);
        await probe.Expect("begins"); // Akka.NET keeps even null for an actor that has not begun
        Assert.Throws<ArgumentNullException>(() => probe.Ref.Tell(null, ActorRefs.NoSender));
        Assert.Throws<InvalidMessageException>(() => Sys.DeadLetters.Tell(null, ActorRefs.NoSender));
        ActorRefs.Nobody.Tell(null, ActorRefs.NoSender);
        await probe.ExpectNothingYet();
    }

    [Fact]
    public async Task Outside_of_its_run_an_actor_has_no_context()
    {
        var log = NewProbe();
        Sys.ActorOf(Props.Create(() => new Careless(log.Ref))).Tell("go");
        await log.Next<NotSupportedException>();
    }

    private sealed class Careless : ReceiveActor
    {
        public Careless(IActorRef log) => Receive<string>(_ =>
        {
            OnFreshThread(() => Record.Exception(() => Context.System)).PipeTo(log);
        });
    }

    [Fact]
    public async Task What_no_handler_takes_is_published_as_unhandled()
    {
        var probe = NewProbe();
        Sys.EventStream.Subscribe(probe.Ref, typeof(UnhandledMessage));
        var subject = Sys.ActorOf(Props.Create(() => new Subject(ActorRefs.Nobody)));
        subject.Tell(1.5);
        var unhandled = await probe.Next<UnhandledMessage>();
        Assert.Equal((1.5, subject), (unhandled.Message, unhandled.Recipient));
    }
}

using Akka.Actor;
using Akka.Event;

namespace ActorSync.Engine.Tests.Contract;

public sealed class AskTests : EngineTest
{
    private sealed class Answerer : ReceiveActor
    {
        public Answerer()
        {
            Receive<string>(s => s == "silence", _ => { });
            Receive<Exception>(cause => Sender.Tell(new Status.Failure(cause)));
            ReceiveAny(message => Sender.Tell(message));
        }
    }

    private IActorRef NewAnswerer() => Sys.ActorOf(Props.Create(() => new Answerer()), "answerer");

    [Fact]
    public async Task The_answer_completes_the_task()
    {
        var answerer = NewAnswerer();
        Assert.Equal(5, await answerer.Ask<int>(5, Soon));
        Assert.Equal("no timeout", await answerer.Ask<string>("no timeout"));
    }

    [Fact]
    public async Task Silence_ends_in_a_timeout() =>
        await Assert.ThrowsAsync<AskTimeoutException>(() => NewAnswerer().Ask<string>("silence", TimeSpan.FromMilliseconds(20)));

    [Fact]
    public async Task An_ask_of_who_blocks_ends_in_its_timeout_while_that_still_blocks()
    {
        var gate = new TaskCompletionSource<string>();
        var asked = Task.Run(() => NewBlocker().Ask<string>(gate, TimeSpan.FromMilliseconds(20)));
        try
        {
            await Assert.ThrowsAsync<AskTimeoutException>(() => asked.WaitAsync(Soon));
        }
        finally
        {
            gate.SetResult("too late");
        }
    }

    [Fact]
    public async Task Who_asks_goes_on_before_the_message_is_handled_and_may_ask_others()
    {
        var (one, other) = (new TaskCompletionSource<string>(), new TaskCompletionSource<string>());
        var asking = Task.Run(() => new[] { NewBlocker().Ask<string>(one), NewBlocker().Ask<string>(other) });
        try
        {
            var asked = await asking.WaitAsync(Soon);
            other.SetResult("second");
            Assert.Equal("second", await asked[1].WaitAsync(Soon));
            Assert.False(asked[0].IsCompleted);
            one.SetResult("first");
            Assert.Equal("first", await asked[0].WaitAsync(Soon));
        }
        finally
        {
            one.TrySetResult("too late");
            other.TrySetResult("too late");
        }
    }

    private IActorRef NewBlocker() => Sys.ActorOf(Props.Create(() => new Blocker()));

    private sealed class Blocker : ReceiveActor
    {
        public Blocker() => Receive<TaskCompletionSource<string>>(gate => Sender.Tell(gate.Task.GetAwaiter().GetResult()));
    }

    [Fact]
    public async Task Nobody_enters_the_lock_that_an_asker_holds()
    {
        var held = new object();
        var actor = Sys.ActorOf(Props.Create(() => new LockLooker()));
        var asking = Task.Run(() =>
        {
            lock (held)
                return new[] { actor.Ask<bool>(held, Soon) };
        });
        Assert.False(await (await asking)[0]);
    }

    private sealed class LockLooker : ReceiveActor
    {
        public LockLooker() => ReceiveAny(held => Sender.Tell(Monitor.IsEntered(held)));
    }

    [Fact]
    public async Task A_cancelled_ask_is_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        var asked = NewAnswerer().Ask<string>("silence", null, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    [Fact]
    public async Task A_failure_fails_the_task_with_its_cause()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => NewAnswerer().Ask<string>(new InvalidOperationException("no"), Soon));
        Assert.Equal("no", failure.Message);
    }

    [Fact]
    public async Task A_failure_can_be_the_answer_asked_for()
    {
        var failure = await NewAnswerer().Ask<Status.Failure>(new InvalidOperationException("no"), Soon);
        Assert.Equal("no", failure.Cause.Message);
    }

    [Fact]
    public async Task An_answer_of_another_type_fails_the_task() =>
        await Assert.ThrowsAsync<ArgumentException>(() => NewAnswerer().Ask<int>("text", Soon));

    [Fact]
    public async Task An_actor_may_ask_and_pipe_the_answer_to_itself()
    {
        var (log, answerer) = (NewProbe(), NewAnswerer());
        Sys.ActorOf(Props.Create(() => new Asker(answerer, log.Ref))).Tell("go");
        await log.Expect("answer 42");
        Assert.Equal("answerer", log.LastSender.Path.Name);
    }

    private sealed class Asker : ReceiveActor
    {
        public Asker(IActorRef answerer, IActorRef log)
        {
            Receive<string>(s => s == "go", _ => answerer.Ask<int>(42, Soon).PipeTo(Self, answerer, n => $"answer {n}"));
            Receive<string>(answer => log.Forward(answer));
        }
    }

    [Fact]
    public async Task PipeTo_tells_results_and_failures()
    {
        var log = NewProbe();
        await Task.FromResult("result").PipeTo(log.Ref);
        await Task.FromResult(2).PipeTo(log.Ref, success: n => n + 1);
        await Task.FromException<int>(new InvalidOperationException("no")).PipeTo(log.Ref);
        await Task.FromException<int>(new InvalidOperationException("no")).PipeTo(log.Ref, failure: cause => cause.Message);
        await Task.CompletedTask.PipeTo(log.Ref);
        await Task.CompletedTask.PipeTo(log.Ref, success: () => "done");
        await Task.FromException(new InvalidOperationException("no")).PipeTo(log.Ref, success: () => "done", failure: cause => "failed");
        await log.Expect("result", 3);
        Assert.Equal("no", (await log.Next<Status.Failure>()).Cause.Message);
        await log.Expect("no", "done", "failed");
    }

    [Fact]
    public async Task What_is_told_to_the_dead_becomes_a_dead_letter()
    {
        var (answerer, letters, sender) = (NewAnswerer(), NewProbe(), NewProbe());
        Sys.EventStream.Subscribe(letters.Ref, typeof(DeadLetter));
        Assert.True(await answerer.GracefulStop(Soon));
        answerer.Tell("too late", sender.Ref);
        var letter = await letters.Next<DeadLetter>();
        Assert.Equal(("too late", sender.Ref, answerer), (letter.Message, letter.Sender, letter.Recipient));
    }

    [Fact]
    public async Task What_waits_when_an_actor_stops_becomes_dead_letters()
    {
        var letters = NewProbe();
        Sys.EventStream.Subscribe(letters.Ref, typeof(DeadLetter));
        var subject = Sys.ActorOf(Props.Create(() => new Subject(ActorRefs.Nobody)));
        Inside(subject, context =>
        {
            context.Stop(context.Self);
            context.Self.Tell("first");
            context.Self.Tell("second");
        });
        Assert.Equal("first", (await letters.Next<DeadLetter>()).Message);
        Assert.Equal("second", (await letters.Next<DeadLetter>()).Message);
    }

    [Fact]
    public async Task A_late_poison_pill_is_a_suppressed_dead_letter()
    {
        var (answerer, letters) = (NewAnswerer(), NewProbe());
        Assert.True(await answerer.GracefulStop(Soon));
        Sys.EventStream.Subscribe(letters.Ref, typeof(AllDeadLetters));
        answerer.Tell(PoisonPill.Instance);
        Assert.Same(PoisonPill.Instance, (await letters.Next<SuppressedDeadLetter>()).Message);
    }
}

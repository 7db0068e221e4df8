using Akka.Actor;

namespace ActorSync.Engine.Tests.Contract;

public sealed class AsyncHandlerTests : EngineTest
{
    private sealed record Await(Task Until);

    private sealed record AwaitAndFail(Task Until);

    private sealed class Worker : ReceiveActor
    {
        private readonly IActorRef _log;

        public Worker(IActorRef log)
        {
            _log = log;
            ReceiveAsync<Await>(async message =>
            {
                var (self, sender) = (Self, Sender);
                log.Tell("begins");
                await message.Until;
                log.Tell(Context.Self.Equals(self) && Sender.Equals(sender) ? "context kept" : "context lost");
                await Task.Yield();
                Sender.Tell("answer");
                log.Tell("ends");
            });
            ReceiveAsync<AwaitAndFail>(async message =>
            {
                await message.Until;
                throw new InvalidOperationException("fails");
            });
            ReceiveAsync<string>(s => s == "at once", _ =>
            {
                log.Tell("at once");
                return Task.CompletedTask;
            });
            Receive<int>(n => log.Tell(n));
        }

        protected override void PostStop() => _log.Tell("PostStop");

        protected override void PostRestart(Exception reason) => _log.Tell("restarted after " + reason.Message);
    }

    private (IActorRef Worker, Probe Log) NewWorker()
    {
        var log = NewProbe();
        return (Sys.ActorOf(Props.Create(() => new Worker(log.Ref))), log);
    }

    [Fact]
    public async Task Other_messages_wait_until_the_handler_ends_and_the_context_is_kept()
    {
        var (worker, log) = NewWorker();
        var asker = NewProbe();
        var until = new TaskCompletionSource();
        worker.Tell(new Await(until.Task), asker.Ref);
        await log.Expect("begins");
        worker.Tell(1);
        worker.Tell(2, asker.Ref);
        await log.ExpectNothingYet();
        until.SetResult();
        await log.Expect("context kept", "ends", 1, 2);
        await asker.Expect("answer");
        Assert.Equal(worker, asker.LastSender);
    }

    [Fact]
    public async Task A_failure_after_an_await_goes_to_the_supervisor()
    {
        var (worker, log) = NewWorker();
        var until = new TaskCompletionSource();
        worker.Tell(new AwaitAndFail(until.Task));
        worker.Tell(1);
        until.SetResult();
        await log.Expect("PostStop", "restarted after fails", 1);
    }

    [Fact]
    public async Task A_failure_before_any_await_goes_to_the_supervisor()
    {
        var (worker, log) = NewWorker();
        worker.Tell(new AwaitAndFail(Task.CompletedTask));
        worker.Tell(1);
        await log.Expect("PostStop", "restarted after fails", 1);
    }

    [Fact]
    public async Task Stop_does_not_wait_for_the_handler()
    {
        var (worker, log) = NewWorker();
        var until = new TaskCompletionSource();
        worker.Tell(new Await(until.Task));
        await log.Expect("begins");
        await log.Watch(worker);
        Sys.Stop(worker);
        await log.Expect("PostStop");
        await log.Next<Terminated>();
        until.SetResult();
        await log.ExpectNothingYet();
    }

    [Fact]
    public async Task A_handler_that_does_not_wait_is_like_any_other()
    {
        var (worker, log) = NewWorker();
        worker.Tell("at once");
        worker.Tell(1);
        await log.Expect("at once", 1);
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
}

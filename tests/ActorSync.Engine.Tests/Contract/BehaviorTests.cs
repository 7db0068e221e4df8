using Akka.Actor;

namespace ActorSync.Engine.Tests.Contract;

public sealed class BehaviorTests : EngineTest
{
    [Fact]
    public async Task Become_replaces_the_behaviour()
    {
        var probe = NewProbe();
        var actor = Sys.ActorOf(Props.Create(() => new Moody(probe.Ref)));
        foreach (var message in new[] { "?", "replace", "?", "replace again", "?" })
            actor.Tell(message);
        await probe.Expect("base", "replaced", "replaced again");
    }

    private sealed class Moody : ReceiveActor
    {
        public Moody(IActorRef probe) => Mood(probe, "base");

        private void Mood(IActorRef probe, string name)
        {
            Receive<string>(s => s == "?", _ => probe.Tell(name));
            Receive<string>(s => s == "replace", _ => Become(() => Mood(probe, "replaced")));
            Receive<string>(s => s == "replace again", _ => Become(() => Mood(probe, "replaced again")));
        }
    }

    [Fact]
    public async Task The_first_handler_that_fits_takes_the_message()
    {
        var probe = NewProbe();
        var actor = Sys.ActorOf(Props.Create(() => new Chooser(probe.Ref)));
        foreach (var message in new object[] { 5, -5, "x", "skip", 2.5 })
            actor.Tell(message);
        await probe.Expect("positive", "int", "string", "any", "any");
    }

    private sealed class Chooser : ReceiveActor
    {
        public Chooser(IActorRef probe)
        {
            Receive<int>(_ => probe.Tell("positive"), n => n > 0);
            Receive<int>(_ => probe.Tell("int"));
            Receive<string>(s =>
            {
                if (s == "skip")
                    return false;
                probe.Tell("string");
                return true;
            });
            ReceiveAny(_ => probe.Tell("any"));
        }
    }

    [Fact]
    public async Task Handlers_after_a_catch_all_are_refused()
    {
        var result = new TaskCompletionSource<Exception>();
        Sys.ActorOf(Props.Create(() => new Wrong(result)));
        Assert.IsType<InvalidOperationException>(await result.Task.WaitAsync(Soon));
    }

    private sealed class Wrong : ReceiveActor
    {
        public Wrong(TaskCompletionSource<Exception> result)
        {
            ReceiveAny(_ => { });
            try
            {
                Receive<int>(_ => { });
                result.SetResult(new ArgumentException("a handler after ReceiveAny was taken"));
            }
            catch (Exception refused)
            {
                result.SetResult(refused);
            }
        }
    }

    [Fact]
    public async Task A_restart_begins_with_the_first_behaviour()
    {
        var probe = NewProbe();
        var actor = Sys.ActorOf(Props.Create(() => new Changing(probe.Ref)));
        foreach (var message in new[] { "change", "?", "fail", "?" })
            actor.Tell(message);
        await probe.Expect("changed", "first");
    }

    private sealed class Changing : ReceiveActor
    {
        public Changing(IActorRef probe)
        {
            Receive<string>(s => s == "change", _ => Become(() =>
            {
                Receive<string>(s => s == "?", _ => probe.Tell("changed"));
                Receive<string>(s => s == "fail", _ => throw new InvalidOperationException("fails"));
            }));
            Receive<string>(s => s == "?", _ => probe.Tell("first"));
        }
    }

    [Fact]
    public async Task An_untyped_actor_becomes_too()
    {
        var probe = NewProbe();
        var actor = Sys.ActorOf(Props.Create(() => new Untyped(probe.Ref)));
        foreach (var message in new[] { "a", "b", "c" })
            actor.Tell(message);
        await probe.Expect("first a", "second b", "first c");
    }

    private sealed class Untyped : UntypedActor
    {
        private readonly IActorRef _probe;

        public Untyped(IActorRef probe) => _probe = probe;

        protected override void OnReceive(object message)
        {
            _probe.Tell("first " + message);
            Become(Second);
        }

        private void Second(object message)
        {
            _probe.Tell("second " + message);
            Become(OnReceive);
        }
    }
}

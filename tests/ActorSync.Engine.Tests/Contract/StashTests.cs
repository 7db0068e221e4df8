using Akka.Actor;

namespace ActorSync.Engine.Tests.Contract;

public sealed class StashTests : EngineTest
{
    private sealed class Gate : ReceiveActor, IWithStash
    {
        private readonly IActorRef _log;
        private bool _open;

        public Gate(IActorRef log)
        {
            _log = log;
            Receive<string>(s => s == "open", _ =>
            {
                _open = true;
                Stash.UnstashAll();
            });
            Receive<string>(s => s == "one", _ =>
            {
                _open = true;
                Stash.Unstash();
            });
            Receive<string>(s => s == "fail", _ => throw new InvalidOperationException("fails"));
            Receive<string>(s => s == "twice", _ =>
            {
                Stash.Stash();
                log.Tell(Record.Exception(Stash.Stash) is IllegalActorStateException);
            });
            Receive<int>(n =>
            {
                if (_open)
                    log.Tell((n, Sender.Path.Name));
                else
                    Stash.Stash();
            });
        }

        public IStash Stash { get; set; } = null!;

        protected override void PostRestart(Exception reason)
        {
            _open = true;
            _log.Tell("restarted");
        }
    }

    private (IActorRef Gate, Probe Log) NewGate()
    {
        var log = NewProbe();
        return (Sys.ActorOf(Props.Create(() => new Gate(log.Ref))), log);
    }

    [Fact]
    public async Task Unstashed_messages_come_before_waiting_ones_with_their_senders()
    {
        var (gate, log) = NewGate();
        var sender = NewProbe().Ref;
        gate.Tell(1, sender);
        gate.Tell(2, sender);
        gate.Tell("open", sender);
        gate.Tell(3, sender);
        var name = sender.Path.Name;
        await log.Expect((1, name), (2, name), (3, name));
    }

    [Fact]
    public async Task Unstash_gives_back_the_oldest_alone()
    {
        var (gate, log) = NewGate();
        gate.Tell(1, ActorRefs.NoSender);
        gate.Tell(2, ActorRefs.NoSender);
        gate.Tell("one", ActorRefs.NoSender);
        gate.Tell(3, ActorRefs.NoSender);
        await log.Expect((1, "deadLetters"), (3, "deadLetters"));
    }

    [Fact]
    public async Task The_stash_survives_a_restart()
    {
        var (gate, log) = NewGate();
        gate.Tell(1, ActorRefs.NoSender);
        gate.Tell(2, ActorRefs.NoSender);
        gate.Tell("fail", ActorRefs.NoSender);
        gate.Tell(3, ActorRefs.NoSender);
        await log.Expect("restarted", (1, "deadLetters"), (2, "deadLetters"), (3, "deadLetters"));
    }

    [Fact]
    public async Task The_stash_of_a_stopped_actor_goes_to_the_dead_letters()
    {
        var (gate, _) = NewGate();
        var letters = NewProbe();
        Sys.EventStream.Subscribe(letters.Ref, typeof(Akka.Event.DeadLetter));
        gate.Tell(1, ActorRefs.NoSender);
        gate.Tell(PoisonPill.Instance, ActorRefs.NoSender);
        Assert.Equal(1, (await letters.Next<Akka.Event.DeadLetter>()).Message);
    }

    [Fact]
    public async Task A_message_is_stashed_once()
    {
        var (gate, log) = NewGate();
        gate.Tell("twice", ActorRefs.NoSender);
        await log.Expect(true);
    }
}

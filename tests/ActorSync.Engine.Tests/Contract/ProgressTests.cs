using Akka.Actor;

namespace ActorSync.Engine.Tests.Contract;

/// <summary>Whoever is told gets to run, whatever the thread of the teller does meanwhile.</summary>
public sealed class ProgressTests : EngineTest
{
    private const string Go = "go";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Who_was_told_runs_although_the_teller_blocks_until_then()
    {
        var opener = Sys.ActorOf(Props.Create(() => new Opener()));
        var teller = Sys.ActorOf(Props.Create(() => new Blocker(opener)));
        var probe = NewProbe();
        teller.Tell(Go, probe.Ref);
        await probe.Expect("through");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(12)] // each holds a thread of the pool, which begins with 32
    public async Task Both_who_were_told_run_although_all_tellers_block_until_then(int tellers)
    {
        using var gate = new CountdownEvent(2 * tellers);
        var all = Enumerable.Range(0, tellers).Select(_ => NewTellerOfTwo()).ToArray();
        Assert.All(await Task.WhenAll(all.Select(teller => teller.Ask<bool>(gate))), Assert.True);
    }

    private IActorRef NewTellerOfTwo()
    {
        var (one, other) = (Sys.ActorOf(Props.Create(() => new Signaller())), Sys.ActorOf(Props.Create(() => new Signaller())));
        return Sys.ActorOf(Props.Create(() => new TellerOfTwo(one, other)));
    }

    private sealed class TellerOfTwo : ReceiveActor
    {
        public TellerOfTwo(IActorRef one, IActorRef other)
        {
            Receive<CountdownEvent>(gate =>
            {
                one.Tell(gate);
                other.Tell(gate);
                Sender.Tell(gate.Wait(Patience));
            });
        }
    }

    private sealed class Signaller : ReceiveActor
    {
        public Signaller() => Receive<CountdownEvent>(gate => gate.Signal());
    }

    [Fact]
    public async Task What_an_actor_leaves_in_its_context_is_not_seen_by_whom_it_told()
    {
        var local = new AsyncLocal<string?>();
        var probe = NewProbe();
        var seeing = Sys.ActorOf(Props.Create(() => new Subject(probe.Ref)));
        await probe.Next<string>();
        Inside(Sys.ActorOf(Props.Create(() => new Subject(ActorRefs.Nobody))), _ =>
        {
            local.Value = "left behind";
            Inside(seeing, _ => probe.Ref.Tell(local.Value ?? "nothing", ActorRefs.NoSender));
        });
        await probe.Expect("nothing");
    }

    private sealed class Blocker : ReceiveActor
    {
        public Blocker(IActorRef opener)
        {
            Receive<string>(_ =>
            {
                var gate = new TaskCompletionSource();
                opener.Tell(gate);
                gate.Task.Wait();
                Sender.Tell("through");
            });
        }
    }

    private sealed class Opener : ReceiveActor
    {
        public Opener() => Receive<TaskCompletionSource>(gate => gate.SetResult());
    }

    [Fact]
    public async Task A_token_goes_round_a_ring_as_often_as_it_is_to()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ring = Enumerable.Range(0, 10).Select(_ => Sys.ActorOf(Props.Create(() => new Passer(done)))).ToArray();
        for (var i = 0; i < ring.Length; i++)
            ring[i].Tell(ring[(i + 1) % ring.Length], ActorRefs.NoSender);
        ring[0].Tell(100_000, ActorRefs.NoSender);
        await done.Task.WaitAsync(Soon);
    }

    private sealed class Passer : ReceiveActor
    {
        private IActorRef? _next;

        public Passer(TaskCompletionSource done)
        {
            Receive<IActorRef>(next => _next = next);
            Receive<int>(left =>
            {
                if (left == 0)
                    done.SetResult();
                else
                    _next!.Tell(left - 1);
            });
        }
    }

    [Fact]
    public async Task All_who_are_told_at_once_answer()
    {
        const int many = 200;
        var all = Enumerable.Range(0, many).Select(_ => Sys.ActorOf(Props.Create(() => new Echo()))).ToArray();
        var answers = await Task.Run(() => Task.WhenAll(all.Select((actor, number) => actor.Ask<int>(number, Soon))));
        Assert.Equal(Enumerable.Range(0, many), answers);
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => Receive<int>(number => Sender.Tell(number));
    }
}

using Akka.Actor;

namespace ActorSync.Engine.Tests.Contract;

/// <summary>Whoever is told gets to run, whatever the thread of the teller does meanwhile.</summary>
public sealed class ProgressTests : EngineTest
{
    private const string Go = "go";

    [Fact]
    public async Task Who_was_told_runs_although_the_teller_blocks_until_then()
    {
        var opener = Sys.ActorOf(Props.Create(() => new Opener()));
        var teller = Sys.ActorOf(Props.Create(() => new Blocker(opener)));
        var probe = NewProbe();
        teller.Tell(Go, probe.Ref);
        await probe.Expect("through");
    }

    [Fact]
    public async Task And_although_an_asker_lends_its_thread_to_the_teller()
    {
        var opener = Sys.ActorOf(Props.Create(() => new Opener()));
        var teller = Sys.ActorOf(Props.Create(() => new Blocker(opener)));
        Assert.Equal("through", await Task.Run(() => teller.Ask<string>(Go, Soon)));
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

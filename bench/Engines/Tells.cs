using Akka.Actor;

namespace ActorSync.Bench.Engines;

/// <summary>Messages from actors to one actor. Each sender has a bounded number on the way, as a mailbox has no bound.</summary>
internal static class Tells
{
    private const int Messages = 1_000_000;
    private const int Window = 1_000;

    public static async IAsyncEnumerable<Row> RunAsync(Options options)
    {
        using var system = ActorSystem.Create("tells", "akka { loglevel = WARNING, log-dead-letters = off }");
        foreach (var (name, senders, window, share) in ((string, int, int, int)[])
            [("tells, a pair, one on the way", 1, 1, 4), ("tells, a pair", 1, Window, 1), ("tells, eight to one", 8, Window, 1)])
        {
            var series = new Series(name);
            await series.RunAsync(options.Runs, Messages / share / options.Scale / senders * senders, count => TellAsync(system, senders, window, count));
            yield return series.Rate("messages/s");
        }
        await system.Terminate();
    }

    private static async Task<double[]> TellAsync(ActorSystem system, int senders, int window, int count)
    {
        var done = new TaskCompletionSource();
        var sink = system.ActorOf(Props.Create(() => new Sink(count, Math.Max(1, window / 2), done)));
        var all = Enumerable.Range(0, senders).Select(_ => system.ActorOf(Props.Create(() => new Sender(sink, count / senders, window)))).ToArray();
        foreach (var sender in all)
            sender.Tell(Go.Instance);
        await done.Task;
        foreach (var actor in (IActorRef[])[sink, .. all])
            system.Stop(actor);
        return [];
    }

    private sealed record Go
    {
        public static readonly Go Instance = new();
    }

    private sealed record Message(int Number);

    /// <summary>So many more may be on the way.</summary>
    private sealed record Credit(int Messages);

    private sealed class Sender : ReceiveActor
    {
        public Sender(IActorRef sink, int count, int window)
        {
            var sent = 0;
            Receive<Go>(_ => Send(window));
            Receive<Credit>(credit => Send(credit.Messages));

            void Send(int more)
            {
                for (; more > 0 && sent < count; more--)
                    sink.Tell(new Message(sent++), Self);
            }
        }
    }

    private sealed class Sink : ReceiveActor
    {
        public Sink(int count, int each, TaskCompletionSource done)
        {
            var received = 0;
            var credit = new Credit(each);
            Receive<Message>(message =>
            {
                if ((message.Number + 1) % each == 0)
                    Sender.Tell(credit, Self);
                if (++received == count)
                    done.SetResult();
            });
        }
    }
}

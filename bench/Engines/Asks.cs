using System.Diagnostics;
using Akka.Actor;

namespace ActorSync.Bench.Engines;

/// <summary>Asks of one actor, one after the other, from outside of all actors.</summary>
internal static class Asks
{
    private const int Count = 50_000;

    public static async IAsyncEnumerable<Row> RunAsync(Options options)
    {
        using var system = ActorSystem.Create("asks");
        var echo = system.ActorOf(Props.Create(() => new Echo()));
        var series = new Series("ask");
        await series.RunAsync(options.Runs, Count / options.Scale, async count =>
        {
            var took = new double[count];
            for (var i = 0; i < count; i++)
            {
                var began = Stopwatch.GetTimestamp();
                await echo.Ask<string>("what?", TimeSpan.FromSeconds(20));
                took[i] = Stopwatch.GetElapsedTime(began).TotalMicroseconds;
            }
            return took;
        });
        yield return series.HalfTook();
        yield return series.Rate("asks/s");
        await system.Terminate();
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => Receive<string>(text => Sender.Tell(text, Self));
    }
}

using System.Diagnostics;
using System.Globalization;

namespace ActorSync.Bench;

/// <summary>
/// Clusters of one, two and three hosts, each a process, with durable stores on loopback: actions and pushes a second over
/// many graphs, what it costs to have an action replicated, and how long graphs whose owner dies take none.
/// </summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        if (args is ["host", var number, var ports, var held, var folder])
            return await Host.RunAsync(int.Parse(number), [.. ports.Split(',').Select(int.Parse)], int.Parse(held), folder);
        var numbers = args.Select(arg => int.TryParse(arg, out var value) ? value : 0).ToArray();
        if (numbers.Length > 2 || numbers.Any(value => value <= 0))
        {
            Console.Error.WriteLine("""
                usage: ActorEngine=Akka dotnet run --project bench/Cluster -c Release -- [GRAPHS [SECONDS]]
                  clusters of 1, 2 and 3 hosts with so many graphs (1000), each measurement for so long (5 s)
                """);
            return 2;
        }
        var (graphs, seconds) = (numbers.ElementAtOrDefault(0) is > 0 and var given ? given : 1_000, numbers.ElementAtOrDefault(1) is > 0 and var time ? time : 5);
        Console.WriteLine("hosts  replicas  ack         actions/s  pushes/s  p50 ms  p99 ms  not acknowledged");
        foreach (var (hosts, replicas) in new[] { (1, 1), (2, 1), (2, 2), (3, 1), (3, 2), (3, 3) })
            await MeasureAsync(hosts, replicas, graphs, seconds);
        return 0;
    }

    private static async Task MeasureAsync(int hosts, int replicas, int graphs, int seconds)
    {
        await using var cluster = await HostProcesses.StartAsync(hosts, replicas);
        await cluster[0].AskAsync($"make {graphs}");
        await Task.WhenAll(cluster.Select(host => host.AskAsync($"find {graphs}")));
        foreach (var ack in replicas == 1 ? ["local"] : (string[])["local", "replicated"])
        {
            var start = Stopwatch.GetTimestamp();
            var ran = await Task.WhenAll(cluster.Select(host => host.AskAsync($"run {ack} {seconds}")));
            var acted = ran.Select(line => line.Split(' ')).ToArray();
            var actions = acted.Sum(fields => long.Parse(fields[0]));
            await Task.WhenAll(cluster.Select(host => host.AskAsync("settle")));
            var level = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Console.WriteLine(
                $"{hosts,5}  {replicas,8}  {ack,-10}  {actions / (double)seconds,9:n0}  {actions * (replicas - 1) / level,8:n0}  {acted.Average(fields => double.Parse(fields[2])),6:f2}  {acted.Max(fields => double.Parse(fields[3])),6:f1}  {acted.Sum(fields => long.Parse(fields[1])),16}");
        }
        if (hosts < 3 || replicas < 2)
            return;
        var waiting = cluster[0].AskAsync("outage 2");
        cluster.Kill(2);
        Console.WriteLine($"       after kill -9 of one host: {await waiting}");
    }
}

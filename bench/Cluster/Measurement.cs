using System.Diagnostics;
using System.Globalization;

namespace ActorSync.Bench;

/// <summary>One cluster: what it takes and gives alone, with peers outside that subscribe, and when one of its hosts dies.</summary>
internal sealed class Measurement(Options options, Sheet sheet, int hosts, int replicas)
{
    public async Task RunAsync()
    {
        await using var cluster = await HostProcesses.StartAsync(hosts, replicas);
        await cluster[0].AskAsync($"make {options.Graphs}");
        await AllAsync(cluster, $"find {options.Graphs}");
        string[] acks = replicas == 1 ? ["local"] : ["local", "replicated"];
        foreach (var ack in acks)
            await WriteAsync(cluster, ack, 0);
        await AllAsync(cluster, "subscribe");
        await WriteAsync(cluster, "local", hosts);
        if (hosts == 3 && replicas > 1)
            await KillAsync(cluster);
        Tell();
    }

    // Each host tells how many it acknowledged and refused, and what half and 99 of 100 took; then how many pushes came to it.
    private async Task WriteAsync(HostProcesses cluster, string ack, int subscribers)
    {
        var start = Stopwatch.GetTimestamp();
        var ran = await AllAsync(cluster, $"run {ack} {options.Seconds}");
        var actions = ran.Sum(fields => fields[0]);
        await AllAsync(cluster, "settle");
        var pushed = (await AllAsync(cluster, "pushed")).Sum(fields => fields[0]);
        var level = Stopwatch.GetElapsedTime(start).TotalSeconds;
        sheet.Rows.Add(new Row(
            hosts, replicas, ack, subscribers, actions / options.Seconds, (actions * (replicas - 1) + pushed) / level,
            ran.Average(fields => fields[2]), ran.Max(fields => fields[3]), (long)ran.Sum(fields => fields[1])));
    }

    private async Task KillAsync(HostProcesses cluster)
    {
        var waiting = cluster[0].AskAsync("outage");
        cluster.Kill(hosts - 1);
        var fields = Numbers(await waiting);
        sheet.TakeOvers.Add(new TakeOver(hosts, replicas, (int)fields[0], (int)fields[1], fields[2], fields[3]));
    }

    private void Tell()
    {
        var (all, done, took) = (options.Clusters.Length, ++sheet.Done, Stopwatch.GetElapsedTime(sheet.Began));
        Console.Error.WriteLine($"{done} of {all} clusters, {took.TotalSeconds:f0} s, about {took.TotalSeconds / done * (all - done):f0} s left");
    }

    private static async Task<double[][]> AllAsync(HostProcesses cluster, string line) =>
        [.. (await Task.WhenAll(cluster.Select(host => host.AskAsync(line)))).Select(Numbers)];

    private static double[] Numbers(string line) => line.Length == 0 ? [] : [.. line.Split(' ').Select(word => double.Parse(word, CultureInfo.InvariantCulture))];
}

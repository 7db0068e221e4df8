using System.Diagnostics;
using System.Text.Json;

namespace ActorSync.Bench;

/// <summary>What one cluster did in one way.</summary>
/// <param name="Hosts">Hosts of the cluster.</param>
/// <param name="Replicas">Hosts that hold each graph.</param>
/// <param name="Ack">When an action counted as done: "local" or "replicated".</param>
/// <param name="Subscribers">Peers outside of the cluster, each of which subscribes to all graphs.</param>
/// <param name="ActionsPerSecond">Actions acknowledged, by all writers of all hosts.</param>
/// <param name="PushesPerSecond">Commands that came to holders other than the first, and to subscribers, until all had all.</param>
/// <param name="HalfTook_ms">Half of the actions took at most so long.</param>
/// <param name="MostTook_ms">99 of 100 took at most so long, at the slowest host.</param>
/// <param name="Refused">Actions that were not acknowledged.</param>
internal sealed record Row(int Hosts, int Replicas, string Ack, int Subscribers, double ActionsPerSecond, double PushesPerSecond, double HalfTook_ms, double MostTook_ms, long Refused);

/// <summary>After kill -9 of one of the hosts: for how long graphs took no replicated action, seen from another host.</summary>
/// <param name="Hosts">Hosts of the cluster.</param>
/// <param name="Replicas">Hosts that hold each graph.</param>
/// <param name="Graphs">Graphs that were written to.</param>
/// <param name="Waited">How many of them took no action for a second or more.</param>
/// <param name="Half_s">Half of these did for at most so long.</param>
/// <param name="Longest_s">The longest time.</param>
internal sealed record TakeOver(int Hosts, int Replicas, int Graphs, int Waited, double Half_s, double Longest_s);

internal sealed class Sheet
{
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>When it was begun, for the progress.</summary>
    internal long Began { get; } = Stopwatch.GetTimestamp();

    /// <summary>Clusters that are measured.</summary>
    internal int Done { get; set; }

    public List<Row> Rows { get; } = [];

    public List<TakeOver> TakeOvers { get; } = [];

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Form) + "\n");

    public void Print()
    {
        Console.WriteLine("| hosts | replicas | ack | subscribers | actions/s | pushes/s | p50 ms | p99 ms | not acknowledged |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var row in Rows)
            Console.WriteLine($"| {row.Hosts} | {row.Replicas} | {row.Ack} | {row.Subscribers} | {row.ActionsPerSecond:n0} | {row.PushesPerSecond:n0} | {row.HalfTook_ms:f2} | {row.MostTook_ms:f1} | {row.Refused} |");
        foreach (var row in Rows.Where(row => row.Ack == "replicated"))
        {
            var local = Rows.Find(other => (other.Hosts, other.Replicas, other.Subscribers, other.Ack) == (row.Hosts, row.Replicas, row.Subscribers, "local"))!;
            Console.WriteLine($"ack = replicated costs, {row.Hosts} hosts, {row.Replicas} replicas: {row.ActionsPerSecond / local.ActionsPerSecond:p0} of the actions/s of local, p50 {row.HalfTook_ms - local.HalfTook_ms:f2} ms more");
        }
        foreach (var one in TakeOvers)
            Console.WriteLine($"kill -9 of one of {one.Hosts} hosts, {one.Replicas} replicas: of {one.Graphs} graphs {one.Waited} took no replicated action for up to {one.Longest_s:f1} s, half of them for {one.Half_s:f1} s or less");
    }
}

using ActorSync.Testing.Spread;

namespace ActorSync.Bench;

/// <summary>What was seen in a part of a run.</summary>
internal sealed record Measured(string What, IReadOnlyList<SpreadCommit> Commits, int Nodes, long Messages, long Bytes);

/// <summary>Prints the parts of all runs together.</summary>
internal static class Table
{
    public static void Print(int nodes, IReadOnlyList<Measured> all)
    {
        Console.WriteLine($"{nodes} nodes");
        Console.WriteLine();
        Console.WriteLine("| | commits | redundant copies a node and commit, mean (worst run) | hops, most | to all, median | to all, worst | messages a node and commit | bytes a node and commit |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (var phase in all.GroupBy(part => part.What))
            Console.WriteLine(phase.Any(part => part.Commits.Count > 0) ? Spread(phase.Key, [.. phase]) : Idle(phase.Key, [.. phase]));
        Console.WriteLine();
    }

    private static string Spread(string what, Measured[] parts)
    {
        var commits = parts.SelectMany(part => part.Commits).ToArray();
        var times = commits.Select(commit => commit.Taken?.TotalMilliseconds ?? double.PositiveInfinity).Order().ToArray();
        var copies = parts.Select(part => part.Commits.Average(commit => (double)commit.Redundant) / part.Nodes).ToArray();
        var shares = (double)parts.Sum(part => part.Commits.Count * part.Nodes);
        return $"| {what} | {commits.Length} | {copies.Average():F3} ({copies.Max():F3}) | {commits.Max(commit => commit.HopsMost)} | {times[times.Length / 2]:F0} ms | {times[^1]:F0} ms | "
            + $"{parts.Sum(part => part.Messages) / shares:F1} | {parts.Sum(part => part.Bytes) / shares:F0} |";
    }

    private static string Idle(string what, Measured[] parts)
    {
        var nodes = (double)parts.Sum(part => part.Nodes);
        return $"| {what} | | | | | | {parts.Sum(part => part.Messages) / nodes:F0} a node | {parts.Sum(part => part.Bytes) / nodes:F0} a node |";
    }
}

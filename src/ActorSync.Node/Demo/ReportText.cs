using System.Globalization;
using ActorSync.Node.Output;

namespace ActorSync.Node.Demo;

/// <summary>The report of a demo for people: a table of the phases, then what was found, then how it was computed.</summary>
internal sealed class ReportText(DemoReport report)
{
    private static readonly string[] Columns = ["phase", "commits", "commands", "time", "commands/s", "wire bytes", "bytes/command"];

    public void Print(CommandOutput output)
    {
        output.Line("");
        Table().ForEach(output.Line);
        output.Line("");
        Facts().ForEach(output.Line);
        output.Line("");
        Notes().ForEach(output.Line);
        if (report.Mesh is not { } mesh)
            return;
        output.Line("");
        new MeshText(mesh).Lines().ForEach(output.Line);
    }

    /// <summary>The rows of the table, under its columns.</summary>
    public IReadOnlyList<string[]> Rows() =>
    [
        .. report.Phases.Select((phase, i) => (string[])
        [
            phase.Name,
            i == 0 ? Units.Count(report.Commits) : "",
            Units.Count(phase.Commands),
            Units.Seconds(phase.Seconds),
            Units.Count(phase.CommandsPerSecond),
            phase.WireBytesPerCommand is null ? "" : Units.Bytes(phase.WireBytes),
            phase.WireBytesPerCommand is { } bytes ? Units.Bytes(bytes) : "",
        ]),
    ];

    /// <summary>What was found, a line each.</summary>
    public List<string> Facts()
    {
        var facts = new List<string> { Fact("level", Level()) };
        if (report.Latency is { } latency)
            facts.Add(Fact("push latency", $"p50 {Units.Milliseconds(latency.P50Ms)}, p99 {Units.Milliseconds(latency.P99Ms)}, most {Units.Milliseconds(latency.MaxMs)} (1)"));
        if (report.Polling is { } polling)
        {
            var pushed = report.Phases[^1];
            facts.Add(Fact("bytes pushed", $"{Units.Bytes(pushed.WireBytes)} in {Units.Seconds(pushed.Seconds)}, with framing and acknowledgements"));
            facts.Add(Fact("one-second polling", $"{Units.Bytes(polling.Bytes)} for the same time (2); {Units.Bytes(polling.IdleBytesPerHour)} an hour while idle"));
        }
        if (report.Idle is { } idle)
            facts.Add(Fact("subscriptions", $"{Units.Bytes(idle.BytesPerHour)} an hour while idle (3)"));
        return facts;
    }

    /// <summary>How it was computed.</summary>
    public List<string> Notes()
    {
        var notes = new List<string> { $"pushes go at the demo's own pace, {PushPhase.CommandsPerSecond} commands a second on all nodes together, and as many as --commands says" };
        if (report.Latency is { } latency)
            notes.Add($"(1) from durable and answered at one node to durable at another; {Units.Count(latency.Pairs)} pairs");
        if (report.Polling is { } polling)
        {
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"(2) {polling.Pairs} pairs x {Math.Ceiling(polling.Seconds)} s x {polling.LevelPollBytes} B of a poll without news + {polling.Receivers} x {Units.Bytes(polling.CommandBytes)} of commands"));
        }
        if (report.Idle is { } idle)
        {
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"(3) {idle.Subscriptions} subscriptions x a renewal of {idle.RenewalBytes} B each {idle.RenewalSeconds} s + 2 ends of {idle.Links} links x {idle.KeepAliveBytes} B each {idle.KeepAliveSeconds} s"));
        }
        return notes;
    }

    private string Level()
    {
        var counts = string.Join(", ", report.Nodes.Select(node => $"node {node.Number} {Units.Count(node.Commands)} commands"));
        return report.Level
            ? $"yes: all three hold {Units.Count(report.Nodes[0].Commands)} commands, digest {report.Nodes[0].Digest[..8]}"
            : $"NO: {counts}; their digests differ";
    }

    private static string Fact(string name, string what) => $"{name,-20}{what}";

    private List<string> Table() => TextTable.Of([Columns, .. Rows()], leftColumns: 1);
}

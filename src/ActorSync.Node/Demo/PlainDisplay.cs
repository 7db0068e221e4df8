namespace ActorSync.Node.Demo;

/// <summary>Shows a demo where there is no terminal: lines one after the other, about once a second, without escape codes.</summary>
internal sealed class PlainDisplay(TextWriter writer, TimeProvider time) : IDemoDisplay
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private long _shown = time.GetTimestamp();

    public void Say(string line)
    {
        lock (_lock)
        {
            writer.WriteLine(line);
            writer.Flush();
        }
    }

    public void Show(DemoFrame frame)
    {
        lock (_lock)
        {
            if (time.GetElapsedTime(_shown) < Every)
                return;
            _shown = time.GetTimestamp();
            if (frame.Step is { } step)
                writer.WriteLine(Describe(step));
            foreach (var node in frame.Nodes)
                writer.WriteLine(Describe(node));
            foreach (var host in frame.Hosts)
                writer.WriteLine(Describe(host));
            writer.Flush();
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>A step in words.</summary>
    public static string Describe(DemoStep step) => $"{step.Title}: {Progress(step)}";

    /// <summary>How far a step is, in words.</summary>
    public static string Progress(DemoStep step)
    {
        var total = step.Total > 0 ? $" of {Units.Count(step.Total)}" : "";
        var share = step.Total > 0 ? $" ({Math.Floor(100 * step.Share):F0}%)" : "";
        var rate = step.PerSecond is { } perSecond ? $", {Units.Count(perSecond)}/s" : "";
        var left = step.SecondsLeft is { } seconds ? $", {Units.Count(seconds)} s left" : "";
        return $"{Units.Count(step.Done)}{total} {step.Unit}{share}{rate}{left}";
    }

    private static string Describe(NodeView node) =>
        $"  node {node.Number}: {Units.Count(node.Commands)} commands, {Plural(node.Heads, "head")}, subscriptions {node.Held}, "
        + $"{Units.Bytes(node.BytesIn)} in, {Units.Bytes(node.BytesOut)} out, polls {Units.Count(node.PollsMade)} made {Units.Count(node.PollsAnswered)} answered, "
        + $"pushes {Units.Count(node.PushesIn)} in {Units.Count(node.PushesOut)} out";

    private static string Describe(HostView host) => host.IsKilled
        ? $"  node {host.Number}: killed"
        : $"  node {host.Number}: in a mesh of {host.Members}, graphs {Units.Count(host.Serving)} held {Units.Count(host.TakingOver)} coming {Units.Count(host.Leaving)} leaving, "
        + $"{Units.Count(host.Commands)} commands, {Units.Bytes(host.BytesIn)} in, {Units.Bytes(host.BytesOut)} out";

    private static string Plural(int count, string noun) => $"{Units.Count(count)} {noun}{(count == 1 ? "" : "s")}";
}

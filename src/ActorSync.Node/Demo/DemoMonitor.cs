using System.Diagnostics;

namespace ActorSync.Node.Demo;

/// <summary>Looks at the nodes a few times a second, and shows them together with the step that is under way.</summary>
internal sealed class DemoMonitor(DemoNodes nodes, IDemoDisplay display)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);

    private Step? _step;

    /// <summary>Begins a step in place of the one before.</summary>
    public Step Begin(string title, string unit)
    {
        var step = new Step(title, unit);
        Volatile.Write(ref _step, step);
        return step;
    }

    /// <summary>No step is under way.</summary>
    public void End() => Volatile.Write(ref _step, null);

    /// <summary>Runs until it is cancelled. Whoever works with a node that does not answer finds out why.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await ShowAsync(stop);
            }
            catch (SyncException)
            {
                // It is ending, or was killed: what is shown stays until the next look.
            }
            await Task.Delay(Every, stop);
        }
    }

    /// <summary>Shows how it stands.</summary>
    public async Task ShowAsync(CancellationToken cancellation)
    {
        var looked = await Task.WhenAll(nodes.All.Select(async node => (node.Number, Status: node.IsKilled ? null : await node.StatusAsync(cancellation))));
        var step = Volatile.Read(ref _step)?.Now;
        if (looked.Length == 0)
            return;
        var frame = looked.Any(one => one.Status?.Mesh is not null)
            ? new DemoFrame(step, [], [.. looked.Select(one => one.Status is { } status ? HostView.Of(one.Number, status) : HostView.Killed(one.Number))])
            : new DemoFrame(step, [.. looked.Select(one => NodeView.Of(one.Number, one.Status!))], []);
        display.Show(frame);
    }

    /// <summary>A step under way; may be told how far it is from any thread.</summary>
    internal sealed class Step(string title, string unit)
    {
        private readonly long _began = Stopwatch.GetTimestamp();
        private long _done;
        private long _total;

        public DemoStep Now => new(title, unit, Volatile.Read(ref _done), Volatile.Read(ref _total), Elapsed);

        public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_began);

        public void Report(long done, long total)
        {
            Volatile.Write(ref _total, total);
            Volatile.Write(ref _done, done);
        }
    }
}

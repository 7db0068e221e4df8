using System.Diagnostics;

namespace ActorSync.Node.Demo;

/// <summary>Looks at the nodes a few times a second, and shows them together with the step that is under way.</summary>
internal sealed class DemoMonitor(IReadOnlyList<DemoNode> nodes, IDemoDisplay display)
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

    /// <summary>Runs until it is cancelled, or a node no longer answers: whoever works with the node finds out why.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await ShowAsync(stop);
                await Task.Delay(Every, stop);
            }
        }
        catch (SyncException)
        {
            return;
        }
    }

    /// <summary>Shows how it stands.</summary>
    public async Task ShowAsync(CancellationToken cancellation)
    {
        var statuses = await Task.WhenAll(nodes.Select(node => node.StatusAsync(cancellation)));
        display.Show(new DemoFrame(Volatile.Read(ref _step)?.Now, [.. nodes.Zip(statuses, (node, status) => NodeView.Of(node.Number, status))]));
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

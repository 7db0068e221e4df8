using ActorSync.Bench.SideBySide.Graphs;

namespace ActorSync.Bench.SideBySide.Peers;

/// <summary>How long a catch-up took, and the bytes that it put on the wire, both ways.</summary>
internal readonly record struct CaughtUp(double Seconds, long Bytes);

/// <summary>A process that holds a graph, or what a peer has for one, and serves it to one that holds nothing.</summary>
internal interface ICatchUp : IAsyncDisposable
{
    string Name { get; }

    /// <summary>An empty store in a new process comes level, durably.</summary>
    Task<CaughtUp> CatchUpAsync(CancellationToken cancellation);
}

/// <summary>Two processes: what is committed in the one arrives in the other.</summary>
internal interface ILive : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Commits so many entries, one after the other with a pause between; the microseconds that each took to be there.</summary>
    Task<double[]> PushAsync(int count, int paceMilliseconds, CancellationToken cancellation);
}

/// <summary>What is in a graph that is caught up with.</summary>
/// <param name="Shape">One of the shapes of <see cref="GeneratedGraph"/>.</param>
/// <param name="Commands">Commands, merges included.</param>
internal sealed record Content(string Shape, int Commands)
{
    /// <summary>Commands that are no merges.</summary>
    public int Ordinary => GeneratedGraph.Steps(Shape, Commands).Count(step => !step.IsMerge);
}

using ActorSync.Graphs;
using ActorSync.Graphs.Spread;

namespace ActorSync.Testing.Spread;

/// <summary>A mesh to simulate.</summary>
public sealed record SpreadOptions
{
    /// <summary>Where every draw comes from: the same seed gives the same run.</summary>
    public int Seed { get; init; }

    /// <summary>Nodes, all of which are to hold the graph.</summary>
    public int Nodes { get; init; } = 50;

    /// <summary>How many of them have the graph when it begins; the others get it.</summary>
    public int Holders { get; init; } = int.MaxValue;

    /// <summary>The least and the most that a payload takes; each link has a time of its own between.</summary>
    public (TimeSpan Least, TimeSpan Most) Latency { get; init; } = (TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(50));

    /// <summary>Added at random to each payload's time, as a part of the link's own.</summary>
    public double Jitter { get; init; } = 0.1;

    /// <summary>The longest until a node notices that another is dead.</summary>
    public TimeSpan NoticesWithin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Payloads of a hundred that are lost.</summary>
    public int LossPercent { get; init; }

    public SpreadSettings Spread { get; init; } = SpreadSettings.Default;

    /// <summary>Whether nodes with too many heads wait before they merge them.</summary>
    public bool WaitsToCollapse { get; init; } = true;

    public GraphLimits Limits { get; init; } = GraphLimits.Default;
}

using ActorSync.Bench.SideBySide.Graphs;
using ActorSync.Bench.SideBySide.Harness;
using ActorSync.Bench.SideBySide.Peers;
using ActorSync.Bench.SideBySide.Results;

namespace ActorSync.Bench.SideBySide.Rows;

/// <summary>What a scene is given.</summary>
/// <param name="Options">How much to measure.</param>
/// <param name="Place">Where stores are made.</param>
/// <param name="Peers">The peers that are installed here.</param>
/// <param name="Progress">Tells how far it is: a step a run.</param>
/// <param name="Stop">Ends when the run is to end.</param>
internal sealed record Stage(Options Options, Workplace Place, Installed Peers, Progress Progress, CancellationToken Stop);

/// <summary>Some rows of the table that are measured over the same processes.</summary>
internal abstract class Scene
{
    /// <summary>All of them, in the order of the table.</summary>
    public static readonly IReadOnlyList<Scene> All =
    [
        new CatchUpScene(GeneratedGraph.OneStrand),
        new CatchUpScene(GeneratedGraph.KeyValue),
        new CatchUpScene(GeneratedGraph.Merges),
        new LiveScene(),
        new FanOutScene(),
        new IdleScene(),
        new HourScene(),
        new ActionsScene(),
        new EngineShareScene(),
    ];

    /// <summary>What it is called on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>Measures, every peer in every run; all processes that it started have ended when it ends.</summary>
    public abstract Task<IReadOnlyList<Measure>> RunAsync(Stage stage);
}

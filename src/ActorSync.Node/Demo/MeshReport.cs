namespace ActorSync.Node.Demo;

/// <summary>What a demo saw of a mesh that grows, loses a member and gets a new one.</summary>
/// <param name="Factor">Members that a graph lives on.</param>
/// <param name="GraceSeconds">How long a member kept a graph that others held by then.</param>
/// <param name="Killed">The number of the member that was killed.</param>
/// <param name="Stages">How it stood when the mesh was formed, when a member had joined, when one was killed, and when a new one had come.</param>
/// <param name="Writes">The commands that were acknowledged as replicated.</param>
public sealed record MeshReport(int Factor, double GraceSeconds, int Killed, IReadOnlyList<MeshStage> Stages, MeshWrites Writes)
{
    /// <summary>Whether all was level at each stage, and nothing that was acknowledged is missing.</summary>
    public bool Holds => Stages.All(stage => stage.Level) && Writes.Missing.Count == 0;
}

/// <summary>How a mesh stood when it had come to rest.</summary>
/// <param name="Name">What had happened.</param>
/// <param name="Seconds">From when it happened until the mesh was at rest; with writes, from when the first was made.</param>
/// <param name="Level">Whether each graph was on as many members as it should be, and on no other, all with the same commands.</param>
/// <param name="Moved">Graphs that were on other members than the stage before.</param>
/// <param name="Hosts">The members.</param>
/// <param name="Graphs">The graphs, that of the history first.</param>
public sealed record MeshStage(string Name, double Seconds, bool Level, int Moved, IReadOnlyList<MeshHost> Hosts, IReadOnlyList<MeshGraph> Graphs);

/// <summary>One member, and how much is on it.</summary>
public sealed record MeshHost(int Number, string Node, int Graphs, long Commands);

/// <summary>One graph: the numbers of the members that it is on, the commands of the one that has most, and whether it is as it should be.</summary>
public sealed record MeshGraph(string Graph, IReadOnlyList<int> Holders, int Commands, bool Level);

/// <summary>The commands of a demo that were acknowledged, and what became of them.</summary>
/// <param name="BeforeMesh">Commands of the pushes, which were durable on all three nodes before there was a mesh.</param>
/// <param name="Replicated">Commands that were acknowledged as replicated.</param>
/// <param name="Unacknowledged">Answers that said something else, or did not come: such a command may be there, or not.</param>
/// <param name="AtKill">Of those that were written while a member was killed, so many were acknowledged by then.</param>
/// <param name="During">Of so many.</param>
/// <param name="MedianMs">Half of the acknowledgements came within so many milliseconds.</param>
/// <param name="LongestSeconds">The longest that one took.</param>
/// <param name="Missing">Ids of acknowledged commands that a member lacks at the end which holds their graph, or that no member holds.</param>
public sealed record MeshWrites(
    int BeforeMesh, int Replicated, int Unacknowledged, int AtKill, int During, double MedianMs, double LongestSeconds, IReadOnlyList<string> Missing)
{
    /// <summary>All that was looked for.</summary>
    public int Acknowledged => BeforeMesh + Replicated;
}

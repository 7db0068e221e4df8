namespace ActorSync.Node.Demo;

/// <summary>What a demo is asked to do.</summary>
public sealed record DemoOptions
{
    /// <summary>New commands unless another number is asked for.</summary>
    public const int DefaultCommands = 400;

    /// <summary>The most new commands: their arrival on every node is kept in memory.</summary>
    public const int MostCommands = 100_000;

    /// <summary>A repository's folder or a packaged history; null for the clone that the program was built in.</summary>
    public string? Repository { get; init; }

    /// <summary>Read what any reference reaches, not only HEAD.</summary>
    public bool All { get; init; }

    /// <summary>New commands that the three nodes commit together.</summary>
    public int Commands { get; init; } = DefaultCommands;

    /// <summary>Fewest processes that form the mesh.</summary>
    public const int FewestNodes = 3;

    /// <summary>Most processes that form the mesh: all run on this machine.</summary>
    public const int MostNodes = 16;

    /// <summary>Processes that form the mesh; one more joins, one is killed, and one more comes.</summary>
    public int Nodes { get; init; } = FewestNodes;

    /// <summary>Graphs of the mesh beside that of the history.</summary>
    public int Graphs { get; init; } = 24;

    /// <summary>Commands to each graph that are to be acknowledged as replicated while a member is killed.</summary>
    public int Writes { get; init; } = 20;

    /// <summary>Leave the nodes' folders when the demo ends.</summary>
    public bool Keep { get; init; }

    /// <summary>For a node to show any progress, and for all nodes to be level after the last commit.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);
}

namespace ActorSync.Testing.Simulations;

/// <summary>What is simulated.</summary>
public enum SimulationWorld
{
    /// <summary>Nodes in a network that is given, and graphs between them, payload by payload.</summary>
    Graphs,

    /// <summary>A mesh: members that come, die and return, the states they share, and graphs that are placed on some of them.</summary>
    Mesh,
}

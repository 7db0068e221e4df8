namespace ActorSync.Actors;

/// <summary>For whom a link, a subscription or a hello is kept: what one lets go, another may still want.</summary>
[Flags]
public enum LinkKeepers
{
    None = 0,

    /// <summary>Whoever uses the node.</summary>
    Application = 1,

    /// <summary>The mesh, to its members.</summary>
    Mesh = 2,
}

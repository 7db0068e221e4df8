namespace ActorSync.Placement;

/// <summary>When an action counts as done.</summary>
public enum AckMode : byte
{
    /// <summary>When it is durable in one store: where it was carried out.</summary>
    Local = 0,

    /// <summary>When it is durable in as many holders' stores as the placement rule asks for.</summary>
    Replicated = 1,
}

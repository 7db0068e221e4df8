using ActorSync.Placement;

namespace ActorSync.Node.Demo;

/// <summary>What a member is to a graph, as a node's status says it.</summary>
internal static class HoldingNames
{
    public static readonly string Serving = Of(HoldingState.Serving);
    public static readonly string TakingOver = Of(HoldingState.TakingOver);
    public static readonly string Leaving = Of(HoldingState.Leaving);

    // Leaving, when nobody reads it any more.
    public static readonly string Guest = "guest";

    private static string Of(HoldingState state) => state.ToString().ToLowerInvariant();
}

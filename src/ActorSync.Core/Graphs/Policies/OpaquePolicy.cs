namespace ActorSync.Graphs.Policies;

/// <summary>Accepts every command and holds no facts: for applications that read the weave themselves.</summary>
public sealed class OpaquePolicy : IGraphPolicy
{
    public static readonly OpaquePolicy Instance = new();

    public string? Version => "opaque 1";

    public Verdict Evaluate(Command command, Evaluation facts) => Verdict.Accept;
}

namespace ActorSync.Graphs.Policies;

/// <summary>What a policy says of a command.</summary>
public readonly record struct Verdict
{
    private Verdict(string reason)
    {
        Reason = reason;
    }

    /// <summary>Its facts are written and its effects emitted.</summary>
    public static readonly Verdict Accept;

    /// <summary>Why it is rejected, for people; null when it is accepted.</summary>
    public string? Reason { get; }

    /// <summary>It leaves no trace.</summary>
    public static Verdict Reject(string reason) => new(reason);
}

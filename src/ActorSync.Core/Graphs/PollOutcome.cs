namespace ActorSync.Graphs;

/// <summary>How a poll ended.</summary>
/// <param name="Level">Whether both sides held the same commands when it began, so that nothing was sent.</param>
/// <param name="Received">Commands received.</param>
/// <param name="Added">Commands that were new here.</param>
/// <param name="Remaining">Whether the byte limit cut the answer: poll again for the rest.</param>
/// <param name="RoundTrips">Requests until payload flowed.</param>
public sealed record PollOutcome(bool Level, long Received, long Added, bool Remaining, int RoundTrips)
{
    /// <summary>
    /// Commands that are not let in here, each with all that follows it: the policy of this node rejected them. They are
    /// sent in vain by each further poll, at most a window of responses.
    /// </summary>
    public int Rejected { get; init; }
}

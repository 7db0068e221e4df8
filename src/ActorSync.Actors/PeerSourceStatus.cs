namespace ActorSync;

/// <summary>Where a node's peers come from, and what is known of them.</summary>
/// <param name="Purpose">What the peers are for: "links".</param>
/// <param name="Provider">The kind of provider: "static", "dns", "kubernetes".</param>
/// <param name="Peers">Where the peers are, this node not among them.</param>
/// <param name="Error">Why they cannot be found right now; the peers are those that were found last. Or null.</param>
/// <param name="Changes">How often the peers have changed since the start.</param>
/// <param name="Failures">How many different failures came one after the other since the start; one that repeats itself counts once.</param>
public sealed record PeerSourceStatus(string Purpose, string Provider, IReadOnlyList<string> Peers, string? Error, long Changes, long Failures);

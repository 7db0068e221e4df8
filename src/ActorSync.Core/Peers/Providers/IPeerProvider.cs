namespace ActorSync.Peers.Providers;

/// <summary>
/// Where a node's peers come from: a fixed list, names that DNS resolves, a service of Kubernetes, the members of a mesh.
/// It says where peers are, not what is done with them: links are made to them, or requests by HTTP sent, by whoever watches.
/// </summary>
public interface IPeerProvider
{
    /// <summary>What kind of provider it is, as a configuration and a status name it: "static", "dns", "kubernetes".</summary>
    string Name { get; }

    /// <summary>
    /// What is known of the peers: the first time as soon as something is, and then anew whenever it changed, never twice
    /// the same in a row. It goes on until it is cancelled: what fails stands in <see cref="PeerView.Error"/>, beside the
    /// peers that were found last, and is tried again with back-off. Each call is a watch of its own, that a slow reader
    /// may hold up without harm: what changed meanwhile comes at once.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    IAsyncEnumerable<PeerView> WatchAsync(CancellationToken cancellation = default);
}

/// <summary>What a provider knows at one moment.</summary>
/// <param name="Peers">All peers. After an error those that were found last; none when none were found yet.</param>
/// <param name="Error">Why the last attempt to find them failed, or null. It may have changed when the peers have not.</param>
public sealed record PeerView(PeerSet Peers, SyncError? Error = null);

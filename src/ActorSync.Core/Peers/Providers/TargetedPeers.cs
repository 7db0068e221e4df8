using System.Runtime.CompilerServices;

namespace ActorSync.Peers.Providers;

/// <summary>
/// A provider's peers as one user of them needs them: each with the port it is reached at, this node not among them.
/// </summary>
/// <param name="inner">Where the peers come from.</param>
/// <param name="ports">The ports of those that have none.</param>
/// <param name="own">Where this node is found; asked at each change, for interfaces come and go.</param>
public sealed class TargetedPeers(IPeerProvider inner, PeerPorts ports, Func<OwnPlaces> own) : IPeerProvider
{
    public string Name => inner.Name;

    public async IAsyncEnumerable<PeerView> WatchAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var views = new PeerViews();
        await foreach (var view in inner.WatchAsync(cancellation).ConfigureAwait(false))
        {
            var places = own();
            if (views.Found(ports.Of(view.Peers).Where(peer => !places.Contains(peer)), view.Error) is { } changed)
                yield return changed;
        }
    }
}

using System.Runtime.CompilerServices;
using ActorSync.Peers.Providers;

namespace ActorSync.Node.Providers;

/// <summary>A provider whose last view can be looked at, for the status and the metrics. One watch of it is meant.</summary>
/// <param name="inner">The provider.</param>
/// <param name="purpose">What its peers are for: "links".</param>
public sealed class ObservedPeers(IPeerProvider inner, string purpose) : IPeerProvider
{
    private volatile PeerSourceStatus _status = new(purpose, inner.Name, [], null, 0, 0);

    public string Name => inner.Name;

    public PeerSourceStatus Status => _status;

    public async IAsyncEnumerable<PeerView> WatchAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var last = PeerSet.Empty;
        await foreach (var view in inner.WatchAsync(cancellation))
        {
            var changes = _status.Changes + (view.Peers.Equals(last) ? 0 : 1);
            var failures = _status.Failures + (view.Error is null ? 0 : 1);
            last = view.Peers;
            _status = new PeerSourceStatus(purpose, inner.Name, [.. view.Peers.Select(peer => peer.ToString())], view.Error?.Message, changes, failures);
            yield return view;
        }
    }
}

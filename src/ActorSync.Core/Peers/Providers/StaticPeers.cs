using System.Runtime.CompilerServices;

namespace ActorSync.Peers.Providers;

/// <summary>Peers that never change: those of a configuration.</summary>
public sealed class StaticPeers(PeerSet peers) : IPeerProvider
{
    public string Name => "static";

    /// <summary>Reads a list of endpoints; the error names the first that is none.</summary>
    public static Result<StaticPeers> Parse(IEnumerable<string> texts)
    {
        var peers = new List<PeerEndpoint>();
        foreach (var text in texts)
        {
            if (!PeerEndpoint.Parse(text).TryGet(out var peer, out var bad))
                return bad;
            peers.Add(peer);
        }
        return PeerSet.Of(peers).TryGet(out var set, out var error) ? new StaticPeers(set) : error;
    }

    public async IAsyncEnumerable<PeerView> WatchAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        yield return new PeerView(peers);
        var forever = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var ending = cancellation.Register(() => forever.TrySetCanceled(cancellation)).ConfigureAwait(false);
        await forever.Task.ConfigureAwait(false);
    }
}

using System.Collections.Concurrent;
using ActorSync.Peers;
using ActorSync.Transport.Memory;

namespace ActorSync.Cluster.Tests.Support;

/// <summary>The links that one node makes, of which those to some endpoints can be cut.</summary>
public sealed class CuttableLinks(MemoryLinkNetwork network) : ILinkConnector
{
    private readonly ConcurrentDictionary<string, ConcurrentBag<MemoryLink>> _made = new();
    private readonly ConcurrentDictionary<string, bool> _cut = new();

    public async ValueTask<Result<ILink>> ConnectAsync(string endpoint, LinkIdentity identity, CancellationToken cancellation = default)
    {
        var connected = await network.ConnectAsync(endpoint, identity, cancellation);
        if (connected.TryGet(out var link, out _))
            _made.GetOrAdd(endpoint, _ => []).Add((MemoryLink)link);
        // A cut that comes meanwhile finds the link, or is found here.
        if (!_cut.ContainsKey(endpoint))
            return connected;
        Break(endpoint);
        return new SyncError(SyncErrorKind.Unreachable, $"{endpoint} is cut off");
    }

    /// <summary>Breaks the links to an endpoint, and makes none until they are allowed again.</summary>
    public void Cut(string endpoint, bool isCut)
    {
        if (isCut && _cut.TryAdd(endpoint, true))
            Break(endpoint);
        else if (!isCut)
            _cut.TryRemove(endpoint, out _);
    }

    private void Break(string endpoint)
    {
        foreach (var link in _made.GetValueOrDefault(endpoint, []))
            link.Break();
    }
}

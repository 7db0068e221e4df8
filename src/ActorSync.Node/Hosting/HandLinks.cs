using System.Collections.Concurrent;
using ActorSync.Node.Configuration;

namespace ActorSync.Node.Hosting;

/// <summary>The peers that somebody asked a running node to link to, by hand: no provider takes such a link away.</summary>
public sealed class HandLinks
{
    private readonly ConcurrentDictionary<string, bool> _endpoints = new();

    /// <summary>Notes that the peer was linked by hand, if it is named by its endpoint.</summary>
    public void Add(string peer)
    {
        if (Endpoints.ParsePeer(peer).TryGet(out var endpoint, out _))
            _endpoints[endpoint.ToString()] = true;
    }

    /// <summary>Notes that it no longer is.</summary>
    public void Remove(string peer)
    {
        if (Endpoints.ParsePeer(peer).TryGet(out var endpoint, out _))
            _endpoints.TryRemove(endpoint.ToString(), out _);
    }

    public bool Contains(string endpoint) => _endpoints.ContainsKey(endpoint);
}

using ActorSync.Peers.Providers;
using ActorSync.Transport.Tcp;

namespace ActorSync.Node.Configuration;

/// <summary>What a node's settings ask of endpoints beside their form.</summary>
public static class Endpoints
{
    private const string WhyLoopback = "links over plain TCP stay on loopback, such as 127.0.0.1; reach other machines over tls://HOST:PORT, with certificates, or through a tunnel";

    /// <summary>Reads the endpoint of a peer, which must be on loopback or over TLS.</summary>
    public static Result<TcpEndpoint> ParsePeer(string text)
    {
        if (!TcpEndpoint.Parse(text).TryGet(out var endpoint, out var error))
            return error;
        if (endpoint.Port == 0)
            return new SyncError(SyncErrorKind.InvalidRequest, $"the port of '{text}' must be from 1 to 65535: 0 is for listening only");
        return endpoint.IsTls || endpoint.IsLoopback() ? endpoint : new SyncError(SyncErrorKind.InvalidRequest, $"cannot link to '{text}': {WhyLoopback}");
    }

    /// <summary>The endpoint of a peer that a provider found, which has a port.</summary>
    public static Result<TcpEndpoint> OfPeer(PeerEndpoint peer, bool isTls) => ParsePeer($"{(isTls ? TcpEndpoint.TlsPrefix : "")}{peer}");

    /// <summary>Reads an endpoint to listen on, which must be on loopback or over TLS.</summary>
    public static Result<TcpEndpoint> ParseListen(string text)
    {
        if (!TcpEndpoint.Parse(text).TryGet(out var endpoint, out var error))
            return error;
        if (endpoint.IsTls || endpoint.IsLoopback())
            return endpoint;
        return new SyncError(
            SyncErrorKind.InvalidRequest,
            $"cannot listen on '{text}': {WhyLoopback}");
    }
}

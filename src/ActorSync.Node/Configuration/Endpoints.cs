using ActorSync.Transport.Tcp;

namespace ActorSync.Node.Configuration;

/// <summary>What a node's settings ask of endpoints beside their form.</summary>
public static class Endpoints
{
    private const string WhyLoopback = "links are plain TCP, so only a loopback address such as 127.0.0.1 is accepted; reach other machines through a tunnel";

    /// <summary>Reads the endpoint of a peer, which must be on loopback: the near end of a tunnel, if it is elsewhere.</summary>
    public static Result<TcpEndpoint> ParsePeer(string text)
    {
        if (!TcpEndpoint.Parse(text).TryGet(out var endpoint, out var error))
            return error;
        if (endpoint.Port == 0)
            return new SyncError(SyncErrorKind.InvalidRequest, $"the port of '{text}' must be from 1 to 65535: 0 is for listening only");
        return endpoint.IsLoopback() ? endpoint : new SyncError(SyncErrorKind.InvalidRequest, $"cannot link to '{text}': {WhyLoopback}");
    }

    /// <summary>Reads an endpoint to listen on, which must be on loopback.</summary>
    public static Result<TcpEndpoint> ParseListen(string text)
    {
        if (!TcpEndpoint.Parse(text).TryGet(out var endpoint, out var error))
            return error;
        if (endpoint.IsLoopback())
            return endpoint;
        return new SyncError(
            SyncErrorKind.InvalidRequest,
            $"cannot listen on '{text}': {WhyLoopback}");
    }
}

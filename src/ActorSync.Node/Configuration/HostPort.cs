using System.Globalization;
using System.Net;

namespace ActorSync.Node.Configuration;

/// <summary>A host and a port, written <c>host:port</c>; an IPv6 address stands in brackets.</summary>
public sealed record HostPort(string Host, int Port)
{
    /// <summary>Whether it can only be reached from this machine.</summary>
    public bool IsLoopback => Host == "localhost" || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address));

    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <summary>Reads <c>host:port</c>. Port 0, for one that is free, is only good for listening.</summary>
    public static Result<HostPort> Parse(string text, int lowestPort = 1)
    {
        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? "" : text[..colon];
        var bracketed = host.StartsWith('[') && host.EndsWith(']');
        if (bracketed)
            host = host[1..^1];
        var hostKind = Uri.CheckHostName(host);
        var goodHost = hostKind != UriHostNameType.Unknown && bracketed == (hostKind == UriHostNameType.IPv6);
        if (!goodHost || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return new SyncError(SyncErrorKind.InvalidRequest, $"'{text}' is not an endpoint: write HOST:PORT, for example 127.0.0.1:7400");
        if (port < lowestPort || port > IPEndPoint.MaxPort)
            return new SyncError(SyncErrorKind.InvalidRequest, $"the port of '{text}' is out of range: {lowestPort} to {IPEndPoint.MaxPort}");
        return new HostPort(host, port);
    }

    /// <summary>Reads an endpoint to listen on, which must be on loopback.</summary>
    public static Result<HostPort> ParseListen(string text)
    {
        if (!Parse(text, lowestPort: 0).TryGet(out var endpoint, out var error))
            return error;
        if (endpoint.IsLoopback)
            return endpoint;
        return new SyncError(
            SyncErrorKind.InvalidRequest,
            $"cannot listen on '{text}': links are plain TCP, so only a loopback address such as 127.0.0.1 is accepted; reach other machines through a tunnel");
    }
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ActorSync.Peers.Providers;

namespace ActorSync.Transport.Tcp;

/// <summary>
/// Where a node listens or is reached over TCP: "host:7400", "127.0.0.1:7400", "[::1]:7400", each with or without
/// "tcp://" before it, or with "tls://" where the bytes go through TLS. Port 0 is for listening: the system picks one.
/// </summary>
public sealed record TcpEndpoint(string Host, int Port, bool IsTls = false)
{
    /// <summary>The scheme of links in the clear, with what follows it.</summary>
    public const string Prefix = "tcp://";

    /// <summary>The scheme of links over TLS, with what follows it.</summary>
    public const string TlsPrefix = "tls://";

    /// <summary>Reads an endpoint. The error says what is wrong with the text.</summary>
    public static Result<TcpEndpoint> Parse(string text)
    {
        var isTls = text.StartsWith(TlsPrefix, StringComparison.OrdinalIgnoreCase);
        var rest = isTls || text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? text[Prefix.Length..] : text;
        var colon = rest.LastIndexOf(':');
        if (colon <= 0)
            return Bad(text, "it has no port");
        if (!ushort.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return Bad(text, "its port is not a number from 0 to 65535");

        var host = rest[..colon];
        if (host is ['[', .. var inner, ']'])
            return IPAddress.TryParse(inner, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6
                ? new TcpEndpoint(Canonical(inner), port, isTls)
                : Bad(text, $"'{inner}' is not an IPv6 address");
        if (host.Contains(':'))
            return Bad(text, "an IPv6 address stands in brackets");
        return Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4
            ? new TcpEndpoint(Canonical(host), port, isTls)
            : Bad(text, $"'{host}' is not a host name");
    }

    /// <summary>
    /// One spelling of each address, so that endpoints can be compared: IPv6 in its shortest form, an IPv4 address inside of one as
    /// such, host names in lower case.
    /// </summary>
    public static string Canonical(string host) => IpText.Canonical(host) ?? host.ToLowerInvariant();

    /// <summary>True when the text names nothing but this machine to itself: such a listener cannot be reached from outside.</summary>
    /// <remarks>A host name is resolved, which may block; one that does not resolve, or has an address elsewhere, is not loopback.</remarks>
    public static bool IsLoopback(string text) => Parse(text).TryGet(out var endpoint, out _) && endpoint.IsLoopback();

    /// <inheritdoc cref="IsLoopback(string)"/>
    public bool IsLoopback()
    {
        try
        {
            return Resolve() is { Length: > 0 } addresses && addresses.All(IPAddress.IsLoopback);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>With the scheme, and brackets where the address needs them.</summary>
    public override string ToString() => (IsTls ? TlsPrefix : Prefix) + (Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}");

    /// <summary>The addresses of the host; a name that has none throws <see cref="SocketException"/>.</summary>
    internal IPAddress[] Resolve() => IPAddress.TryParse(Host, out var address) ? [address] : Dns.GetHostAddresses(Host);

    /// <inheritdoc cref="Resolve"/>
    internal async ValueTask<IPAddress[]> ResolveAsync(CancellationToken cancellation) =>
        IPAddress.TryParse(Host, out var address) ? [address] : await Dns.GetHostAddressesAsync(Host, cancellation).ConfigureAwait(false);

    /// <summary>The endpoint of a socket, an IPv4 address as such even where the socket speaks both.</summary>
    internal static TcpEndpoint Of(EndPoint? endpoint, bool isTls = false)
    {
        var ip = (IPEndPoint)endpoint!;
        return new TcpEndpoint((ip.Address.IsIPv4MappedToIPv6 ? ip.Address.MapToIPv4() : ip.Address).ToString(), ip.Port, isTls);
    }

    private static SyncError Bad(string text, string why) =>
        new(SyncErrorKind.InvalidRequest, $"'{text}' is not an endpoint: {why}. Write host:port, 127.0.0.1:7400, [::1]:7400, tcp://host:port or tls://host:port");
}

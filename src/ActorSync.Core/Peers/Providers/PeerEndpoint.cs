using System.Globalization;

namespace ActorSync.Peers.Providers;

/// <summary>
/// Where a peer can be reached. As text: "10.0.0.1", "10.0.0.1:7400", "fe80::1%eth0", "[::1]", "[::1]:7400", "host", "host:7400".
/// </summary>
/// <param name="Host">
/// An IP address in its canonical form (<see cref="IpText"/>), without brackets, or the name of a host in lower case:
/// <see cref="Parse"/> and <see cref="Of"/> see to that.
/// </param>
/// <param name="Port">From 1 to 65535; null when the provider does not know it: see <see cref="PeerPorts"/>.</param>
/// <param name="Node">The peer's name, when the provider knows it.</param>
public sealed record PeerEndpoint(string Host, int? Port = null, NodeId? Node = null)
{
    /// <summary>Letters that an endpoint's text may have.</summary>
    public const int MaximumLength = 300;

    /// <summary>Reads an endpoint. The error says what is wrong with the text.</summary>
    public static Result<PeerEndpoint> Parse(string text)
    {
        if (text.Length > MaximumLength)
            return new SyncError(SyncErrorKind.LimitExceeded, $"'{text[..40]}...' is not a peer: it is longer than {MaximumLength} letters");
        if (IpText.Canonical(text) is { } bare)
            return new PeerEndpoint(bare);
        var colon = text.LastIndexOf(':');
        var hasPort = colon >= 0 && !text.EndsWith(']');
        var host = hasPort ? text[..colon] : text;
        int? port = null;
        if (hasPort)
        {
            if (!ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
                return Bad(text, "its port is not a number from 1 to 65535");
            port = number;
        }
        if (host is ['[', .. var inner, ']'])
            return IpText.Canonical(inner) is { } address && inner.Contains(':') ? new PeerEndpoint(address, port) : Bad(text, $"'{inner}' is not an IPv6 address");
        if (host.Contains(':'))
            return Bad(text, "it is no IPv6 address, and one with a port stands in brackets");
        if (IpText.Canonical(host) is { } known)
            return new PeerEndpoint(known, port);
        return HostNames.IsValid(host) ? new PeerEndpoint(host.ToLowerInvariant(), port) : Bad(text, $"'{host}' is neither an IP address nor the name of a host");
    }

    /// <summary>The endpoint at a host, which may be written in any form; null when it is neither an address nor a name.</summary>
    public static PeerEndpoint? Of(string host, int? port, NodeId? node = null) =>
        IpText.Canonical(host) is { } address ? new PeerEndpoint(address, port, node)
        : HostNames.IsValid(host) ? new PeerEndpoint(host.ToLowerInvariant(), port, node)
        : null;

    /// <summary>Whether the host is an IP address.</summary>
    public bool IsAddress => IpText.Canonical(Host) is not null;

    /// <summary>As it is parsed; the node's name does not stand there.</summary>
    public override string ToString() => Port is not { } port ? Host
        : Host.Contains(':') ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{port}")
        : string.Create(CultureInfo.InvariantCulture, $"{Host}:{port}");

    private static SyncError Bad(string text, string why) =>
        new(SyncErrorKind.InvalidRequest, $"'{text}' is not a peer: {why}. Write 10.0.0.1, 10.0.0.1:7400, ::1, [::1]:7400, host or host:7400");
}

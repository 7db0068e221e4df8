using System.Net;

namespace ActorSync.Node.Providers.Dns;

/// <summary>Which DNS servers are asked, and with how much patience.</summary>
public sealed record DnsServerSettings
{
    /// <summary>Servers that are asked, one after the other.</summary>
    public const int MaximumServers = 8;

    /// <summary>The port of DNS.</summary>
    public const int DefaultPort = 53;

    /// <summary>The file that names the system's servers.</summary>
    public const string SystemFile = "/etc/resolv.conf";

    /// <summary>The servers; none for those of the system, read anew for each question.</summary>
    public IReadOnlyList<IPEndPoint> Servers { get; init; } = [];

    /// <summary>How long one server may take to answer one time.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often each server is asked.</summary>
    public int Attempts { get; init; } = 2;
}

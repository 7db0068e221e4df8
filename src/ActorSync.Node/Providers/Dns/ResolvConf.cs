using System.Net;

namespace ActorSync.Node.Providers.Dns;

/// <summary>The servers that a resolv.conf names: lines of "nameserver ADDRESS".</summary>
public static class ResolvConf
{
    /// <summary>Letters that are read of the file.</summary>
    public const int MaximumLength = 1 << 16;

    public static IReadOnlyList<IPEndPoint> Servers(string text) =>
    [
        .. text[..Math.Min(text.Length, MaximumLength)].Split('\n')
            .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words is ["nameserver", _, ..])
            .Select(words => IPAddress.TryParse(words[1], out var address) ? new IPEndPoint(address, DnsServerSettings.DefaultPort) : null)
            .OfType<IPEndPoint>()
            .Take(DnsServerSettings.MaximumServers),
    ];

    /// <summary>The servers of a file; where it names none, or is not there, the one of this machine, as resolvers do.</summary>
    public static async Task<IReadOnlyList<IPEndPoint>> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            if (Servers(await File.ReadAllTextAsync(path, cancellation)) is { Count: > 0 } servers)
                return servers;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A machine without the file has no other place that is the same everywhere.
        }
        return [new IPEndPoint(IPAddress.Loopback, DnsServerSettings.DefaultPort)];
    }
}

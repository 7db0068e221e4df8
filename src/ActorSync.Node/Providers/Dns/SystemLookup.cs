using System.Net;
using System.Net.Sockets;
using ActorSync.Peers.Providers;
using ActorSync.Peers.Providers.Dns;

namespace ActorSync.Node.Providers.Dns;

/// <summary>
/// Addresses as the operating system finds them: by its hosts file and search domains as well, for as long as it does not
/// say. It knows nothing of services: those are asked of <paramref name="servers"/>.
/// </summary>
public sealed class SystemLookup(IDnsLookup servers) : IDnsLookup
{
    public async Task<Result<IReadOnlyList<DnsRecord>>> AskAsync(DnsQuestion question, CancellationToken cancellation)
    {
        if (question.Type is not (DnsType.A or DnsType.Aaaa))
            return await servers.AskAsync(question, cancellation);
        var family = question.Type == DnsType.A ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        try
        {
            // Of all families at once: asked for one alone, a host that has only addresses of the other is no host.
            var addresses = await System.Net.Dns.GetHostAddressesAsync(question.Name, cancellation);
            return new Result<IReadOnlyList<DnsRecord>>([.. addresses.Where(address => address.AddressFamily == family).Select(Record)]);
        }
        catch (SocketException e)
        {
            return new SyncError(SyncErrorKind.Unreachable, $"{question.Name} cannot be resolved: {e.Message}");
        }
    }

    private static DnsRecord Record(IPAddress address) => new(IpText.Canonical(address.ToString())!, TimeSpan.MaxValue);
}

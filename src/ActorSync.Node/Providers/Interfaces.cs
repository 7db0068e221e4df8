using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using ActorSync.Peers;
using ActorSync.Peers.Providers;
using ActorSync.Transport.Tcp;

namespace ActorSync.Node.Providers;

/// <summary>Which addresses lead to this node.</summary>
internal static class Interfaces
{
    /// <summary>Where a node is found that listens there; null for a node that listens nowhere, and is known by its name alone.</summary>
    public static OwnPlaces Of(TcpEndpoint? listen, NodeId? node) =>
        listen is not null && IPAddress.TryParse(listen.Host, out var address) ? Of(address, listen.Port, node) : OwnPlaces.Nowhere with { Node = node };

    /// <summary>
    /// Where a node is found that listens on this address: on any address of this machine when it listens on all of them;
    /// when it listens on loopback, there and on those other than loopback, for what is forwarded from there to loopback is
    /// forwarded to it; else at that address alone.
    /// </summary>
    public static OwnPlaces Of(IPAddress listen, int port, NodeId? node)
    {
        var own = listen.Equals(IPAddress.Any) || listen.Equals(IPAddress.IPv6Any) ? Addresses()
            : IPAddress.IsLoopback(listen) ? Addresses().Where(address => !IPAddress.IsLoopback(address)).Append(listen)
            : [listen];
        return new OwnPlaces([.. own.SelectMany(Texts)], port, node);
    }

    private static IEnumerable<IPAddress> Addresses() =>
        NetworkInterface.GetAllNetworkInterfaces().SelectMany(one => one.GetIPProperties().UnicastAddresses).Select(one => one.Address);

    // An address of one link stands with the number of its interface, with its name, or without any.
    private static IEnumerable<string> Texts(IPAddress address)
    {
        yield return IpText.Canonical(address.ToString())!;
        if (address.IsIPv6LinkLocal)
        {
            var bare = IpText.Canonical(new IPAddress(address.GetAddressBytes()).ToString())!;
            yield return bare;
            foreach (var name in NetworkInterface.GetAllNetworkInterfaces().Where(one => one.Supports(NetworkInterfaceComponent.IPv6) && one.GetIPProperties().GetIPv6Properties().Index == address.ScopeId).Select(one => one.Name))
                yield return string.Create(CultureInfo.InvariantCulture, $"{bare}%{name}");
        }
    }
}

using System.Net;
using System.Net.NetworkInformation;
using ActorSync.Node.Providers;
using ActorSync.Peers;
using ActorSync.Peers.Providers;
using ActorSync.Transport.Tcp;

namespace ActorSync.Node.Tests.Providers;

public sealed class InterfacesTests
{
    private static readonly NodeId Self = new(7);

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public void A_node_that_listens_everywhere_is_found_at_every_address_of_the_machine(string listen)
    {
        var own = Interfaces.Of(IPAddress.Parse(listen), 7400, Self);

        Assert.All(Addresses(), address => Assert.True(own.Contains(Peer(address, 7400)), $"{address}"));
        Assert.All(Addresses(), address => Assert.False(own.Contains(Peer(address, 7401)), $"{address}"));
        Assert.Contains("127.0.0.1", own.Hosts);
    }

    [Fact]
    public void A_node_that_listens_on_loopback_is_found_there_and_where_that_is_forwarded_from()
    {
        var own = Interfaces.Of(IPAddress.Parse("127.0.0.2"), 7400, Self);

        Assert.True(own.Contains(new PeerEndpoint("127.0.0.2", 7400)));
        Assert.False(own.Contains(new PeerEndpoint("127.0.0.1", 7400)));
        Assert.All(Addresses().Where(address => !IPAddress.IsLoopback(address)), address => Assert.True(own.Contains(Peer(address, 7400)), $"{address}"));
    }

    [Fact]
    public void A_node_that_listens_at_one_address_is_found_there_alone()
    {
        var own = Interfaces.Of(new TcpEndpoint("192.0.2.1", 7400), Self);

        Assert.Equal(["192.0.2.1"], own.Hosts);
    }

    [Fact]
    public void A_node_that_listens_nowhere_is_known_by_its_name()
    {
        var own = Interfaces.Of((TcpEndpoint?)null, Self);

        Assert.True(own.Contains(new PeerEndpoint("192.0.2.1", 7400, Self)));
        Assert.False(own.Contains(new PeerEndpoint("127.0.0.1", 7400)));
    }

    [Fact]
    public void An_address_of_one_link_is_this_node_however_its_zone_is_written()
    {
        foreach (var (one, address) in from one in NetworkInterface.GetAllNetworkInterfaces() from unicast in one.GetIPProperties().UnicastAddresses where unicast.Address.IsIPv6LinkLocal select (one, unicast.Address))
        {
            var own = Interfaces.Of(IPAddress.IPv6Any, 7400, Self);
            Assert.True(own.Contains(PeerEndpoint.Of($"{new IPAddress(address.GetAddressBytes())}%{one.Name}", 7400)!));
            Assert.True(own.Contains(PeerEndpoint.Of(address.ToString(), 7400)!));
        }
    }

    private static IEnumerable<IPAddress> Addresses() =>
        NetworkInterface.GetAllNetworkInterfaces().SelectMany(one => one.GetIPProperties().UnicastAddresses).Select(one => one.Address);

    private static PeerEndpoint Peer(IPAddress address, int port) => PeerEndpoint.Of(address.ToString(), port)!;
}

using System.Net;
using System.Net.Sockets;
using ActorSync.Peers.Providers;

namespace ActorSync.Core.Tests.Peers.Providers;

public sealed class PeerEndpointTests
{
    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1", null)]
    [InlineData("10.0.0.1:7400", "10.0.0.1", 7400)]
    [InlineData("::1", "::1", null)]
    [InlineData("::", "::", null)]
    [InlineData("[::1]", "::1", null)]
    [InlineData("[::1]:7400", "::1", 7400)]
    [InlineData("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1", null)]
    [InlineData("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7", null)]
    [InlineData("1::", "1::", null)]
    [InlineData("fe80::1%eth0", "fe80::1%eth0", null)]
    [InlineData("[fe80::1%eth0.5]:80", "fe80::1%eth0.5", 80)]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1", null)]
    [InlineData("[::ffff:a00:1]:80", "10.0.0.1", 80)]
    [InlineData("64:ff9b::10.0.0.1", "64:ff9b::a00:1", null)]
    [InlineData("Peers.Example.NET:65535", "peers.example.net", 65535)]
    [InlineData("_actorsync._tcp.example.net", "_actorsync._tcp.example.net", null)]
    [InlineData("a", "a", null)]
    public void What_names_a_peer_is_read(string text, string host, int? port)
    {
        Assert.Equal(new PeerEndpoint(host, port), PeerEndpoint.Parse(text).Value);
    }

    [Theory]
    [InlineData("", "neither an IP address nor the name")]
    [InlineData("10.0.0.1:0", "its port is not a number from 1 to 65535")]
    [InlineData("10.0.0.1:65536", "its port")]
    [InlineData("10.0.0.1:", "its port")]
    [InlineData("10.0.0.1: 80", "its port")]
    [InlineData("10.0.0.256", "neither an IP address nor")]
    [InlineData("10.0.0.01", "neither an IP address nor")]
    [InlineData("10.0.1", "neither an IP address nor")]
    [InlineData("1:2:3:4:5:6:7:80:7400", "one with a port stands in brackets")]
    [InlineData("::1::2", "one with a port stands in brackets")]
    [InlineData("1:::2", "one with a port stands in brackets")]
    [InlineData("12345::", "its port")]
    [InlineData("fe80::1%", "its port")]
    [InlineData("[10.0.0.1]:80", "'10.0.0.1' is not an IPv6 address")]
    [InlineData("[]:80", "'' is not an IPv6 address")]
    [InlineData("[::1", "one with a port stands in brackets")]
    [InlineData("a b", "neither")]
    [InlineData("a..b", "neither")]
    [InlineData("-a", "neither")]
    [InlineData("tcp://10.0.0.1:80", "one with a port stands in brackets")]
    public void What_names_none_is_refused_with_the_reason(string text, string why)
    {
        var error = PeerEndpoint.Parse(text).Error;

        Assert.Equal(SyncErrorKind.InvalidRequest, error?.Kind);
        Assert.Contains(why, error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_is_too_long_is_not_looked_at()
    {
        Assert.Equal(SyncErrorKind.LimitExceeded, PeerEndpoint.Parse(new string('1', PeerEndpoint.MaximumLength + 1)).Error?.Kind);
    }

    [Fact]
    public void What_is_printed_is_read_as_the_same()
    {
        var random = new Random(20261121);
        for (var i = 0; i < 20_000; i++)
        {
            var peer = PeerEndpoint.Of(Host(random), random.Next(2) == 0 ? null : random.Next(1, 65536))!;

            Assert.Equal(peer, PeerEndpoint.Parse(peer.ToString()).Value);
        }
    }

    [Fact]
    public void Addresses_are_those_that_the_framework_understands_by_the_same_text()
    {
        var random = new Random(20261122);
        for (var i = 0; i < 20_000; i++)
        {
            var text = Mangled(Address(random), random);
            var ours = IpText.Canonical(text);
            // The framework knows further forms: fewer numbers, octal and hexadecimal ones, ports and prefixes.
            var theirs = IPAddress.TryParse(text, out var address) && (text.Contains(':') || text.Split('.').Length == 4) ? address : null;
            if (ours is null)
                continue;
            Assert.NotNull(theirs);
            Assert.Equal(theirs.IsIPv4MappedToIPv6 ? theirs.MapToIPv4() : theirs, IPAddress.Parse(ours));
        }
    }

    [Fact]
    public void Every_address_has_one_form()
    {
        var random = new Random(20261123);
        for (var i = 0; i < 20_000; i++)
        {
            var address = Address(random);
            var form = IpText.Canonical(address.ToString());

            Assert.NotNull(form);
            Assert.Equal(form, IpText.Canonical(form));
            Assert.Equal(form, IpText.Canonical(address.ToString().ToUpperInvariant()));
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
                Assert.Equal(form, IpText.Canonical(string.Join(':', Enumerable.Range(0, 8).Select(at => $"{address.GetAddressBytes()[2 * at]:x2}{address.GetAddressBytes()[2 * at + 1]:x2}"))));
        }
    }

    private static string Host(Random random) => random.Next(3) switch
    {
        0 => $"host-{random.Next(1000)}.Example.net",
        1 => $"fe80::{random.Next(65536):X}%eth{random.Next(4)}",
        _ => Address(random).ToString(),
    };

    private static IPAddress Address(Random random)
    {
        var bytes = new byte[random.Next(2) == 0 ? 4 : 16];
        random.NextBytes(bytes);
        // Runs of zeros are what the short form is about.
        for (var at = 0; at < bytes.Length; at += 2)
        {
            if (random.Next(2) == 0)
                bytes[at] = bytes[at + 1] = 0;
        }
        return new IPAddress(bytes);
    }

    private static string Mangled(IPAddress address, Random random)
    {
        var text = address.ToString();
        var at = random.Next(text.Length);
        return random.Next(4) switch
        {
            0 => text.Remove(at, 1),
            1 => text.Insert(at, ":.0f9g%"[random.Next(7)].ToString()),
            2 => text[..at],
            _ => text,
        };
    }
}

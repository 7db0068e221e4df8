using ActorSync.Peers;
using ActorSync.Transport.Memory;
using ActorSync.Transport.Tcp;
using ActorSync.Transport.Tests.Support;

namespace ActorSync.Transport.Tests;

public class LinkConnectorTests
{
    private readonly MemoryLinkNetwork _network = new();

    private LinkConnector Connector => new(new Dictionary<string, ILinkConnector> { ["tcp"] = new TcpLinkConnector(), ["memory"] = _network });

    [Fact]
    public async Task The_scheme_chooses_and_tcp_is_the_default()
    {
        await using var host = new TcpHost();
        await using var memory = _network.Listen("hub", Nodes.Node(3)).Value;
        Assert.Equal(Nodes.Node(1).Self, (await Connector.ConnectAsync(host.Listener.LocalName, Nodes.Node(2))).Value.Peer);
        Assert.Equal(Nodes.Node(1).Self, (await Connector.ConnectAsync($"127.0.0.1:{host.Listener.LocalEndPoint.Port}", Nodes.Node(2))).Value.Peer);
        Assert.NotNull(await host.Listener.AcceptAsync());
        Assert.NotNull(await host.Listener.AcceptAsync());
        Assert.Equal(Nodes.Node(3).Self, (await Connector.ConnectAsync("memory://hub", Nodes.Node(2))).Value.Peer);
    }

    [Fact]
    public async Task An_unknown_scheme_is_refused_with_those_that_are_known()
    {
        var error = await Nodes.ErrorOf(Connector.ConnectAsync("pigeon://hub", Nodes.Node(2)));
        Assert.Equal(SyncErrorKind.InvalidRequest, error.Kind);
        Assert.Contains("only memory, tcp", error.Message, StringComparison.Ordinal);
    }
}

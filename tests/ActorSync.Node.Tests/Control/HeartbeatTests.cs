using System.Net.Sockets;
using System.Text;
using ActorSync.Node.Control;
using ActorSync.Node.Tests.Fakes;

namespace ActorSync.Node.Tests.Control;

public sealed class HeartbeatTests
{
    [Fact]
    public async Task A_stream_with_nothing_to_say_shows_that_the_node_lives()
    {
        using var folder = new TemporaryFolder();
        await using var node = new FakeNode();
        var time = new ManualTime();
        var graph = (await node.CreateGraphAsync("x"u8.ToArray())).Value;
        var control = new LocalNodeControl(node, new FakeImporter(), time, running: true);
        await using var server = (await ControlServer.StartAsync(control, folder.At("c.sock"), 1024, time, e => Assert.Fail(e.ToString()), CancellationToken.None)).Value;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(server.SocketPath));
        using var reader = new StreamReader(new NetworkStream(socket));
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /graphs/{graph}/watch HTTP/1.1\r\nHost: x\r\n\r\n"));

        while (!(await LineAsync()).StartsWith("{\"graph\"", StringComparison.Ordinal))
        {
        }
        await time.TimerOf(ControlLimits.Heartbeat);
        time.Advance(ControlLimits.Heartbeat);

        // The rest of the chunk with the version, then a chunk of one byte: the empty line.
        Assert.Equal(["", "1", "", ""], [await LineAsync(), await LineAsync(), await LineAsync(), await LineAsync()]);

        async Task<string> LineAsync() => (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)))!;
    }
}

using ActorSync.Transport.Tcp;

namespace ActorSync.Transport.Tests;

public class TcpEndpointTests
{
    [Theory]
    [InlineData("127.0.0.1:7400", "127.0.0.1", 7400, "tcp://127.0.0.1:7400")]
    [InlineData("tcp://example.org:1", "example.org", 1, "tcp://example.org:1")]
    [InlineData("TCP://node-3:0", "node-3", 0, "tcp://node-3:0")]
    [InlineData("[::1]:65535", "::1", 65535, "tcp://[::1]:65535")]
    [InlineData("[0:0:0:0:0:0:0:1]:7400", "::1", 7400, "tcp://[::1]:7400")]
    [InlineData("[::ffff:127.0.0.1]:7400", "127.0.0.1", 7400, "tcp://127.0.0.1:7400")]
    [InlineData("Node-3.Example:7400", "node-3.example", 7400, "tcp://node-3.example:7400")]
    public void An_endpoint_is_read_and_written(string text, string host, int port, string written)
    {
        var endpoint = TcpEndpoint.Parse(text).Value;
        Assert.Equal(new TcpEndpoint(host, port), endpoint);
        Assert.Equal(written, endpoint.ToString());
        Assert.Equal(endpoint, TcpEndpoint.Parse(written).Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("host")]
    [InlineData(":7400")]
    [InlineData("host:")]
    [InlineData("host:65536")]
    [InlineData("host:-1")]
    [InlineData("host: 1")]
    [InlineData("::1:7400")]
    [InlineData("[::1]")]
    [InlineData("[127.0.0.1]:7400")]
    [InlineData("[]:7400")]
    [InlineData("udp://host:7400")]
    [InlineData("tcp://")]
    [InlineData("a b:7400")]
    public void What_is_no_endpoint_is_refused_with_its_text_and_the_right_forms(string text)
    {
        var error = TcpEndpoint.Parse(text).Error!;
        Assert.Equal(SyncErrorKind.InvalidRequest, error.Kind);
        Assert.StartsWith($"'{text}' is not an endpoint: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("[::1]:7400", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:7400", true)]
    [InlineData("127.9.9.9:7400", true)]
    [InlineData("[::1]:7400", true)]
    [InlineData("[::ffff:127.0.0.1]:7400", true)]
    [InlineData("localhost:7400", true)]
    [InlineData("0.0.0.0:7400", false)]
    [InlineData("[::]:7400", false)]
    [InlineData("192.168.1.1:7400", false)]
    [InlineData("nonsense", false)]
    public void Loopback_is_what_only_this_machine_reaches(string text, bool loopback) => Assert.Equal(loopback, TcpEndpoint.IsLoopback(text));
}

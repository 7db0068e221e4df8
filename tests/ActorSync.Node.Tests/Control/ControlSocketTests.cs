using System.Net.Sockets;
using System.Text.Json;
using ActorSync.Graphs;
using ActorSync.Node.Configuration;
using ActorSync.Node.Control;
using ActorSync.Node.Tests.Fakes;

namespace ActorSync.Node.Tests.Control;

/// <summary>The control socket as a client without our code sees it.</summary>
public sealed class ControlSocketTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task It_answers_plain_http_with_json()
    {
        await using var node = await RunningNode.StartAsync(_cli);

        var answer = await node.RequestAsync("GET /status");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/json", answer, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(Body(answer));
        Assert.Equal("Embedded 0.1.0", json.RootElement.GetProperty("engine").GetString());
    }

    [Fact]
    public async Task The_owner_alone_may_talk_to_it()
    {
        await using var node = await RunningNode.StartAsync(_cli);

        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(node.Socket) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Fact]
    public async Task A_graph_is_begun_filled_and_read_with_raw_requests()
    {
        await using var node = await RunningNode.StartAsync(_cli);

        using var created = JsonDocument.Parse(Body(await node.RequestAsync("POST /graphs", "begin")));
        var graph = created.RootElement.GetProperty("graph").GetString();
        using var added = JsonDocument.Parse(Body(await node.RequestAsync($"POST /graphs/{graph}/commands?priority=3", "payload")));
        using var log = JsonDocument.Parse(Body(await node.RequestAsync($"GET /graphs/{graph}/log?limit=1")));
        using var graphs = JsonDocument.Parse(Body(await node.RequestAsync("GET /graphs")));

        Assert.Equal(1, added.RootElement.GetProperty("maxCut").GetInt32());
        Assert.Equal("payload"u8.ToArray(), log.RootElement.GetProperty("entries")[0].GetProperty("payload").GetBytesFromBase64());
        Assert.Equal("basic 3", log.RootElement.GetProperty("entries")[0].GetProperty("priority").GetString());
        Assert.Equal(1, log.RootElement.GetProperty("next").GetInt32());
        Assert.Equal(2, graphs.RootElement[0].GetProperty("commands").GetInt32());
    }

    [Theory]
    [InlineData("GET /nothing", "", 404, "InvalidRequest", "GET /nothing is nothing that a node serves")]
    [InlineData("DELETE /graphs", "", 405, "InvalidRequest", "DELETE /graphs is nothing that a node serves")]
    [InlineData("GET /graphs/abc/log", "", 400, "InvalidRequest", "'abc' is not a graph")]
    [InlineData("GET /graphs/{0}/log", "", 404, "UnknownGraph", "is not here")]
    [InlineData("GET /graphs/{0}/watch", "", 404, "UnknownGraph", "is not here")]
    [InlineData("POST /graphs/{0}/verify", "", 404, "UnknownGraph", "is not here")]
    [InlineData("GET /graphs/{0}/log?limit=5000", "", 404, "UnknownGraph", "is not here")]
    [InlineData("GET /graphs/{0}/log?limit=x", "", 400, "InvalidRequest", "limit=x is not a number")]
    [InlineData("POST /graphs/{0}/commands?priority=-1", "x", 400, "InvalidRequest", "priority=-1 is not a number in range")]
    [InlineData("GET /graphs/{0}/facts?name=%00", "", 400, "InvalidRequest", "no zero character")]
    [InlineData("GET /graphs/{0}/weave", "", 404, "UnknownGraph", "is not here")]
    [InlineData("POST /graphs/{0}/commands?finalize=perhaps", "x", 400, "InvalidRequest", "neither true nor false")]
    [InlineData("POST /graphs/{0}/commands?finalize=true&priority=1", "x", 400, "InvalidRequest", "not both")]
    [InlineData("POST /sync", "{", 400, "InvalidRequest", "not the JSON that is asked for")]
    [InlineData("POST /sync", "null", 400, "InvalidRequest", "not the JSON that is asked for")]
    [InlineData("POST /sync", "{\"peer\":\"a\"}", 400, "InvalidRequest", "graph")]
    [InlineData("POST /sync", "{\"peer\":\"a\",\"graph\":\"b\",\"grahp\":1}", 400, "InvalidRequest", "grahp")]
    [InlineData("POST /sync", "{\"peer\":\"a\",\"graph\":\"b\"}", 400, "InvalidRequest", "'b' is not a graph")]
    [InlineData("POST /sync", "{\"peer\":\"[::1]:1\",\"graph\":\"{0}\"}", 502, "Unreachable", "nobody listens on tcp://[::1]:1")]
    [InlineData("POST /sync", "{\"peer\":\"[::1]:1\",\"graph\":\"{0}\",\"maxBytes\":-1}", 400, "InvalidRequest", "byte limit")]
    [InlineData("POST /wait", "{\"timeoutSeconds\":0}", 400, "InvalidRequest", "a wait lasts")]
    [InlineData("POST /wait", "{\"timeoutSeconds\":1e300}", 400, "InvalidRequest", "a wait lasts")]
    [InlineData("POST /import-git", "{\"path\":\"here\"}", 400, "InvalidRequest", "must be a full one")]
    public async Task A_bad_request_is_told_what_is_wrong(string line, string body, int status, string kind, string sentence)
    {
        var nobody = new string('c', 64);
        await using var node = await RunningNode.StartAsync(_cli);

        var answer = await node.RequestAsync(line.Replace("{0}", nobody, StringComparison.Ordinal), body.Replace("{0}", nobody, StringComparison.Ordinal));

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(Body(answer));
        Assert.Equal(kind, json.RootElement.GetProperty("error").GetProperty("kind").GetString());
        Assert.Contains(sentence, json.RootElement.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_says_it_is_too_long_is_refused_before_it_is_read()
    {
        await using var node = await RunningNode.StartAsync(_cli);

        var answer = await node.SendAsync($"POST /graphs HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {GraphLimits.Default.CommandPayloadBytes + 1}\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains("LimitExceeded", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_turns_out_too_long_is_refused()
    {
        await using var node = await RunningNode.StartAsync(_cli);
        var size = GraphLimits.Default.CommandPayloadBytes + 1;

        var answer = await node.SendAsync($"POST /graphs HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n{size:x}\r\n{new string('x', size)}\r\n0\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains("LimitExceeded", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /status HTTP/1.1\r\n\r\n", 400)]
    [InlineData("nonsense\r\n\r\n", 400)]
    public async Task What_is_no_http_is_refused(string bytes, int status)
    {
        await using var node = await RunningNode.StartAsync(_cli);

        Assert.StartsWith($"HTTP/1.1 {status} ", await node.SendAsync(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_line_has_a_longest_length()
    {
        await using var node = await RunningNode.StartAsync(_cli);

        Assert.StartsWith("HTTP/1.1 414 ", await node.SendAsync($"GET /{new string('x', 5000)} HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_node_that_is_gone_left_behind_is_replaced()
    {
        Directory.CreateDirectory(_cli.Data);
        var path = Path.Combine(_cli.Data, ControlSocketPath.FileName);
        LeaveBehind(path);
        Assert.True(File.Exists(path));

        await using var node = await RunningNode.StartAsync(_cli);

        Assert.StartsWith("HTTP/1.1 200 ", await node.RequestAsync("GET /status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_socket_of_a_node_that_lives_is_left_alone()
    {
        await using var node = await RunningNode.StartAsync(_cli);
        using var other = new CliRun();

        var ran = await other.RunAsync("node", "--data", other.Data, "--control", node.Socket);

        Assert.Equal(1, ran.Code);
        Assert.Contains("another node answers on the control socket", ran.Error, StringComparison.Ordinal);
        Assert.True(other.Node.Disposed.Task.IsCompleted);
        Assert.StartsWith("HTTP/1.1 200 ", await node.RequestAsync("GET /status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_in_the_way_is_left_alone()
    {
        Directory.CreateDirectory(_cli.Data);
        var path = Path.Combine(_cli.Data, ControlSocketPath.FileName);
        await File.WriteAllTextAsync(path, "mine");

        var ran = await _cli.OnDataAsync("node");

        Assert.Equal(1, ran.Code);
        Assert.Contains("a file that is no socket", ran.Error, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(path));
    }

    [Fact]
    public void A_path_that_is_too_long_falls_back_to_a_short_one_of_its_own()
    {
        var deep = "/" + string.Join('/', Enumerable.Repeat("deep", 40));
        var settings = new NodeSettings { DataFolder = deep };

        var path = ControlSocketPath.For(settings).Value;

        Assert.InRange(path.Length, 1, ControlSocketPath.MaximumBytes);
        Assert.Equal(path, ControlSocketPath.For(settings).Value);
        Assert.NotEqual(path, ControlSocketPath.For(settings with { DataFolder = deep + "er" }).Value);
        Assert.Contains("a socket's may have", ControlSocketPath.For(settings with { ControlPath = deep }).Error!.Message, StringComparison.Ordinal);
    }

    private static string Body(string answer)
    {
        var body = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        // Without a length the body comes in chunks: lengths on lines of their own.
        return answer.Contains("Transfer-Encoding: chunked", StringComparison.Ordinal)
            ? string.Concat(body.Split("\r\n").Where((_, i) => i % 2 == 1))
            : body;
    }

    private static void LeaveBehind(string path)
    {
        var elsewhere = path + "2";
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(elsewhere));
        // The runtime removes the file that it bound when the socket is disposed of: one with another name stays.
        File.Move(elsewhere, path);
    }
}

using System.Net;
using ActorSync.Node.Configuration;
using ActorSync.States;

namespace ActorSync.Node.Tests.States;

/// <summary>The side of applications: the codes of the protocol, and bad input of every kind.</summary>
public sealed class ApplicationEndpointTests
{
    [Fact]
    public async Task A_key_is_put_got_and_deleted()
    {
        await using var node = await HttpNode.StartAsync(1);

        Assert.Equal(HttpStatusCode.NoContent, (await node.AskAsync("PUT", "/", """{"a":{"value":{"x":[1,2]},"ts":5},"b":{"value":2,"ttl":600000}}""")).Status);
        Assert.Equal((HttpStatusCode.OK, """{"value":{"x":[1,2]},"ts":5,"ttl":null}"""), Answer(await node.AskAsync("GET", "/a")));
        Assert.Equal(HttpStatusCode.NoContent, (await node.AskAsync("DELETE", "/a")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await node.AskAsync("GET", "/a")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await node.AskAsync("GET", "/never")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await node.AskAsync("DELETE", "/never")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await node.AskAsync("PUT", "/", "{}")).Status);
    }

    [Fact]
    public async Task A_key_may_hold_slashes_and_any_character()
    {
        await using var node = await HttpNode.StartAsync(1);

        foreach (var key in new[] { "a/b", "a%2Fb", "höhe", "?watch", "..", "a b+c" })
        {
            var path = new Uri(node.Application, "/x" + Uri.EscapeDataString(key));
            Assert.Equal(HttpStatusCode.NoContent, (await node.AskAsync("PUT", path, """{"value":7,"ts":5}""")).Status);
            Assert.Equal("7", await node.ValueAsync("x" + key));
            Assert.Equal((HttpStatusCode.OK, """{"value":7,"ts":5,"ttl":null}"""), Answer(await node.AskAsync("GET", path)));
        }
    }

    [Theory]
    [InlineData("%ff")]
    [InlineData("a%ed%a0%80")]
    [InlineData("a%zz")]
    [InlineData("a%4")]
    public async Task A_path_that_is_no_text_is_no_key(string path)
    {
        await using var node = await HttpNode.StartAsync(1);
        await using var stream = await HttpNode.ConnectAsync(node.Application);

        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"PUT /{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 11\r\n\r\n{{\"value\":1}}"));
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));

        Assert.StartsWith("HTTP/1.1 422 ", answer, StringComparison.Ordinal);
        Assert.Contains("write % as %25", answer, StringComparison.Ordinal);
        Assert.Equal("", await node.VersionAsync());
    }

    [Fact]
    public async Task The_whole_map_is_listed_in_order_or_the_keys_that_begin_so()
    {
        await using var node = await HttpNode.StartAsync(1);
        await node.AskAsync("PUT", "/", """{"b":{"value":1,"ts":5},"a/1":{"value":2,"ts":6},"gone":{"value":3}}""");
        await node.AskAsync("DELETE", "/gone");

        Assert.Equal("""{"a/1":{"value":2,"ts":6,"ttl":null},"b":{"value":1,"ts":5,"ttl":null}}""", (await node.AskAsync("GET", "/")).Body);
        Assert.Equal("""{"a/1":{"value":2,"ts":6,"ttl":null}}""", (await node.AskAsync("GET", "/?prefix=a")).Body);
    }

    [Fact]
    public async Task A_key_that_expired_is_not_there()
    {
        await using var node = await HttpNode.StartAsync(1);
        var ago = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 1000;

        // Written a second ago, for half of one: it is remembered as expired, so that no older one comes back.
        Assert.Equal(HttpStatusCode.NoContent, (await node.AskAsync("PUT", "/", $$$"""{"a":{"value":1,"ts":{{{ago}}},"ttl":500}}""")).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await node.AskAsync("PUT", "/", $$$"""{"a":{"value":1,"ts":{{{ago - 1}}}}}""")).Status);
        Assert.Contains("past its ttl", HttpNode.ErrorOf((await node.AskAsync("PUT", "/", """{"b":{"value":1,"ts":5,"ttl":1}}""")).Body).Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await node.AskAsync("GET", "/a")).Status);
        Assert.Equal("{}", (await node.AskAsync("GET", "/")).Body);
    }

    [Fact]
    public async Task A_write_that_is_older_than_what_is_held_is_not_said_to_be_done()
    {
        await using var node = await HttpNode.StartAsync(1);
        await node.AskAsync("PUT", "/", """{"a":{"value":"new"}}""");

        var (status, body, _) = await node.AskAsync("PUT", "/", """{"a":{"value":"old","ts":5}}""");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Contains("older than what is held", HttpNode.ErrorOf(body).Message, StringComparison.Ordinal);
        Assert.Equal("\"new\"", await node.ValueAsync("a"));
    }

    [Fact]
    public async Task One_write_that_is_older_than_what_is_held_keeps_the_others_of_its_request_out()
    {
        await using var node = await HttpNode.StartAsync(1);
        await node.AskAsync("PUT", "/", """{"old":{"value":1}}""");
        var before = await node.VersionAsync();

        var (status, body, _) = await node.AskAsync("PUT", "/", """{"new":{"value":1},"old":{"value":2,"ts":1}}""");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.StartsWith("nothing was written: the write of \"old\" is older", HttpNode.ErrorOf(body).Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await node.AskAsync("GET", "/new")).Status);
        Assert.Equal(before, await node.VersionAsync());
    }

    [Fact]
    public async Task The_same_write_may_come_twice()
    {
        await using var node = await HttpNode.StartAsync(1);

        for (var i = 0; i < 2; i++)
            Assert.Equal(HttpStatusCode.NoContent, (await node.AskAsync("PUT", "/", """{"a":{"value":1,"ts":5}}""")).Status);
    }

    [Theory]
    [InlineData("", "MalformedPayload")]
    [InlineData("[1]", "MalformedPayload")]
    [InlineData("""{"good":{"value":1},"bad":{"value":}}""", "MalformedPayload")]
    [InlineData("""{"good":{"value":1},"bad":{"valeu":1}}""", "MalformedPayload")]
    [InlineData("""{"good":{"value":1},"bad":{"value":1,"ttl":0}}""", "MalformedPayload")]
    [InlineData("""{"good":{"value":1},"":{"value":1}}""", "InvalidRequest")]
    [InlineData("""{"good":{"value":1},"bad":{"value":1,"ts":9007199254740991}}""", "ClockAhead")]
    public async Task What_is_malformed_is_422_and_nothing_of_it_is_there(string body, string kind)
    {
        await using var node = await HttpNode.StartAsync(1);

        var answer = await node.AskAsync("PUT", "/", body);

        Assert.Equal((HttpStatusCode.UnprocessableEntity, kind), (answer.Status, HttpNode.ErrorOf(answer.Body).Kind));
        Assert.Equal(("", "{}"), (await node.VersionAsync(), (await node.AskAsync("GET", "/")).Body));
    }

    [Fact]
    public async Task A_value_over_the_limit_and_a_key_of_64_kilobytes_are_422()
    {
        await using var node = await HttpNode.StartAsync(1);

        var large = await node.AskAsync("PUT", "/", $$$"""{"good":{"value":1},"a":{"value":"{{{new string('v', 65536)}}}"}}""");
        var wide = await node.AskAsync("PUT", "/", $$$"""{"good":{"value":1},"{{{new string('k', 65536)}}}":{"value":1}}""");

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "LimitExceeded"), (large.Status, HttpNode.ErrorOf(large.Body).Kind));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "LimitExceeded"), (wide.Status, HttpNode.ErrorOf(wide.Body).Kind));
        Assert.Equal("", await node.VersionAsync());
    }

    [Theory]
    [InlineData("{", "it ceases to be JSON, or is nested deeper than 64, at byte 2 of line 1")]
    [InlineData("{}\n]", "it ceases to be JSON, or is nested deeper than 64, at byte 1 of line 2")]
    [InlineData("""{"a":{"value":1,"ts":1}""", "at byte 24 of line 1")]
    [InlineData("""{"a\ud800":{"value":1}}""", "a text in it has half of a surrogate pair")]
    public async Task What_is_no_JSON_is_told_by_where_it_stops(string body, string sentence)
    {
        await using var node = await HttpNode.StartAsync(1);

        foreach (var answer in new[] { await node.AskAsync("PUT", "/", body), await node.AskExchangeAsync("PUT", "/", body) })
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
            Assert.EndsWith(sentence, HttpNode.ErrorOf(answer.Body).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413_before_it_is_parsed()
    {
        await using var node = await HttpNode.StartAsync(1, limits: new StateHttpLimits { BodyBytes = 4096 });

        var (status, body, _) = await node.AskAsync("PUT", "/", new string('x', 4097));

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "LimitExceeded"), (status, HttpNode.ErrorOf(body).Kind));
    }

    [Theory]
    [InlineData("POST", "/")]
    [InlineData("POST", "/a")]
    [InlineData("PATCH", "/a")]
    [InlineData("DELETE", "/")]
    [InlineData("OPTIONS", "/a")]
    public async Task Other_methods_are_404(string method, string path)
    {
        await using var node = await HttpNode.StartAsync(1);

        Assert.Equal(HttpStatusCode.NotFound, (await node.AskAsync(method, path)).Status);
    }

    [Fact]
    public async Task A_put_that_stops_half_way_applies_nothing()
    {
        await using var node = await HttpNode.StartAsync(1, limits: new StateHttpLimits { BodyWithin = TimeSpan.FromMilliseconds(200) });
        await using var stream = await HttpNode.ConnectAsync(node.Application);

        await stream.WriteAsync("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{\"a\":{\"value\":1}}"u8.ToArray());
        using var reader = new StreamReader(stream);
        var line = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20));

        Assert.StartsWith("HTTP/1.1 408 ", line, StringComparison.Ordinal);
        Assert.Equal("", await node.VersionAsync());
    }

    [Fact]
    public async Task Headers_that_never_end_are_given_up()
    {
        await using var node = await HttpNode.StartAsync(1, limits: new StateHttpLimits { HeaderWithin = TimeSpan.FromMilliseconds(200) });
        await using var stream = await HttpNode.ConnectAsync(node.Application);

        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: local"u8.ToArray());
        using var reader = new StreamReader(stream);

        var answer = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("InvalidRequest", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT /%00 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 11\r\n\r\n{\"value\":1}", 400)]
    [InlineData("GET /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400)]
    [InlineData("GET /a HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400)]
    [InlineData("GET /a HTTP/9.1\r\nHost: localhost\r\n\r\n", 505)]
    public async Task What_is_no_request_has_an_error_in_its_answer_too(string request, int status)
    {
        await using var node = await HttpNode.StartAsync(1);
        await using var stream = await HttpNode.ConnectAsync(node.Application);

        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Equal("InvalidRequest", HttpNode.ErrorOf(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]).Kind);
        Assert.Equal("", await node.VersionAsync());
    }

    [Fact]
    public async Task A_request_that_is_too_long_has_an_error_in_its_answer_too()
    {
        await using var node = await HttpNode.StartAsync(1);
        await using var stream = await HttpNode.ConnectAsync(node.Application);

        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"GET /{new string('k', 65536)} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));

        Assert.StartsWith("HTTP/1.1 414 ", answer, StringComparison.Ordinal);
        Assert.Equal("LimitExceeded", HttpNode.ErrorOf(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]).Kind);
    }

    [Fact]
    public async Task A_name_that_was_made_to_point_here_is_not_answered()
    {
        await using var node = await HttpNode.StartAsync(1);
        await using var stream = await HttpNode.ConnectAsync(node.Application);

        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(stream);

        Assert.StartsWith("HTTP/1.1 421 ", await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_tells_what_there_is_and_then_every_change()
    {
        await using var node = await HttpNode.StartAsync(1);
        await node.AskAsync("PUT", "/", """{"a":{"value":1,"ts":5},"other":{"value":0}}""");
        using var http = new HttpClient();
        await using var stream = await http.GetStreamAsync(new Uri(node.Application, "/?watch&prefix=a"));
        using var reader = new StreamReader(stream);

        Assert.Equal(("all", """{"a":{"value":1,"ts":5,"ttl":null}}"""), await EventAsync(reader));
        await node.AskAsync("PUT", "/", """{"a2":{"value":2,"ts":6}}""");
        Assert.Equal(("change", """{"a2":{"value":2,"ts":6,"ttl":null}}"""), await EventAsync(reader));
        await node.AskAsync("PUT", "/other", """{"value":3}""");
        await node.AskAsync("DELETE", "/a");
        Assert.Equal(("change", """{"a":null}"""), await EventAsync(reader));
    }

    [Fact]
    public async Task Those_that_watch_leave_room_for_others()
    {
        await using var node = await HttpNode.StartAsync(1, limits: new StateHttpLimits { Watches = 1 });
        using var http = new HttpClient();
        await using var stream = await http.GetStreamAsync(new Uri(node.Application, "/?watch"));

        var (status, body, headers) = await node.AskAsync("GET", "/?watch");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "Busy"), (status, HttpNode.ErrorOf(body).Kind));
        Assert.NotNull(headers.RetryAfter);
        Assert.Equal(HttpStatusCode.NoContent, (await node.AskAsync("PUT", "/a", """{"value":1}""")).Status);
    }

    [Fact]
    public async Task A_connection_beyond_the_limit_is_told_so_and_the_log_once()
    {
        await using var node = await HttpNode.StartAsync(1, limits: new StateHttpLimits { Connections = 1 });
        using var http = new HttpClient();
        await using var stream = await http.GetStreamAsync(new Uri(node.Application, "/?watch"));

        for (var i = 0; i < 2; i++)
        {
            await using var other = await HttpNode.ConnectAsync(node.Application);
            using var reader = new StreamReader(other);
            var answer = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
            Assert.StartsWith("HTTP/1.1 503 ", answer, StringComparison.Ordinal);
            Assert.Equal("Busy", HttpNode.ErrorOf(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]).Kind);
        }
        Assert.Contains("actorsync.states.connections", Assert.Single(await node.LoggedAsync("connections are open")), StringComparison.Ordinal);
        Assert.Equal((2, 1), (node.Endpoints[0].Status.Refused, node.Endpoints[0].Status.MaximumConnections));
    }

    [Fact]
    public async Task A_watch_goes_on_after_writes_that_failed()
    {
        await using var node = await HttpNode.StartAsync(1);
        using var http = new HttpClient();
        await using var stream = await http.GetStreamAsync(new Uri(node.Application, "/?watch"));
        using var reader = new StreamReader(stream);
        Assert.Equal(("all", "{}"), await EventAsync(reader));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await node.AskAsync("PUT", "/", "{")).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await node.AskExchangeAsync("PUT", "/", "rubbish")).Status);
        await node.AskAsync("PUT", "/", """{"a":{"value":1,"ts":5}}""");

        Assert.Equal(("change", """{"a":{"value":1,"ts":5,"ttl":null}}"""), await EventAsync(reader));
    }

    [Fact]
    public async Task Ten_thousand_keys_of_one_client_are_taken_or_refused_and_counted()
    {
        var limits = StateSettings.Default.Limits with { Keys = 5000 };
        await using var node = await HttpNode.StartAsync(1, StateSettings.Default with { Limits = limits });

        var answers = new List<HttpStatusCode>();
        for (var part = 0; part < 10; part++)
        {
            var map = string.Join(',', Enumerable.Range(part * 1000, 1000).Select(i => $$$"""  "key/{{{i}}}":{"value":{{{i}}}}"""));
            answers.Add((await node.AskAsync("PUT", "/", $"{{{map}}}")).Status);
        }

        Assert.Equal(5, answers.Count(status => status == HttpStatusCode.NoContent));
        Assert.Equal(5, answers.Count(status => status == HttpStatusCode.UnprocessableEntity));
        Assert.Equal(5000, (await node.State.StatusAsync()).Entries);
        var held = (await node.State.Exchange.ReadAsync(null)).Value;
        Assert.Equal(new StateVersion(held.Entries.Aggregate(UInt128.Zero, (sum, entry) => sum + entry.Hash)), held.Version);
    }

    private static (HttpStatusCode, string) Answer((HttpStatusCode Status, string Body, System.Net.Http.Headers.HttpResponseHeaders) answer) => (answer.Status, answer.Body);

    // An event with data; comments in between are passed over.
    private static async Task<(string Event, string Data)> EventAsync(StreamReader reader)
    {
        var (name, data) = ("", "");
        while (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
                name = line["event: ".Length..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                data = line["data: ".Length..];
            else if (line.Length == 0 && data.Length > 0)
                return (name, data);
        }
        throw new EndOfStreamException();
    }
}

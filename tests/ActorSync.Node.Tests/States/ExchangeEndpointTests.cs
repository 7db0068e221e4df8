using System.Net;
using System.Text.Json.Nodes;
using ActorSync.Node.Configuration;
using ActorSync.Node.States;

namespace ActorSync.Node.Tests.States;

/// <summary>The side of other nodes, as a client that is no ActorSync sees it.</summary>
public sealed class ExchangeEndpointTests
{
    [Fact]
    public async Task A_version_that_differs_is_answered_with_the_state_and_an_equal_one_with_204()
    {
        await using var node = await HttpNode.StartAsync(1);
        Assert.Equal("{}", (await node.AskExchangeAsync("GET", "/")).Body);
        await node.AskAsync("PUT", "/", """{"a":{"value":1,"ts":5,"ttl":9007199254740991}}""");
        var version = await node.VersionAsync();

        var whole = await node.AskExchangeAsync("GET", "/");

        Assert.Equal((HttpStatusCode.OK, version), (whole.Status, whole.Headers.GetValues(ExchangeEndpoint.VersionHeader).Single()));
        Assert.Equal("""{"a":{"value":1,"ts":5,"ttl":9007199254740991,"counter":0,"node":"00000000000000000000000000000001"}}""", whole.Body);
        Assert.Equal(whole.Body, (await node.AskExchangeAsync("GET", "/0123")).Body);
        Assert.Equal(whole.Body, (await node.AskExchangeAsync("GET", "/" + new string('0', 32))).Body);
        Assert.Equal((HttpStatusCode.NoContent, ""), ((await node.AskExchangeAsync("GET", "/" + version)).Status, (await node.AskExchangeAsync("GET", "/" + version)).Body));
    }

    [Fact]
    public async Task Entries_of_a_foreign_client_are_taken()
    {
        await using var node = await HttpNode.StartAsync(1);

        Assert.Equal(HttpStatusCode.NoContent, (await node.AskExchangeAsync("PUT", "/", """{"a":{"value":[1],"ts":5},"b":{"value":2,"ts":6,"ttl":null}}""")).Status);
        Assert.Equal(("[1]", "2"), (await node.ValueAsync("a"), await node.ValueAsync("b")));
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Assert.Equal(HttpStatusCode.NoContent, (await node.AskExchangeAsync("PUT", "/", $$$"""{"a":{"value":"older","ts":4},"b":{"ts":{{{now}}},"deleted":true}}""")).Status);
        Assert.Equal(("[1]", (string?)null), (await node.ValueAsync("a"), await node.ValueAsync("b")));
        Assert.Equal(HttpStatusCode.NotFound, (await node.AskAsync("GET", "/b")).Status);
        Assert.Equal(true, (bool?)JsonNode.Parse((await node.AskExchangeAsync("GET", "/")).Body)!["b"]!["deleted"]);
    }

    [Theory]
    [InlineData("rubbish", "MalformedPayload")]
    [InlineData("""{"good":{"value":1,"ts":1},"bad":{"value":1}}""", "MalformedPayload")]
    [InlineData("""{"good":{"value":1,"ts":1},"bad":{"value":1,"ts":9007199254740991}}""", "ClockAhead")]
    public async Task What_is_malformed_or_cannot_be_is_422_and_nothing_of_it_is_applied(string body, string kind)
    {
        await using var node = await HttpNode.StartAsync(1);

        var answer = await node.AskExchangeAsync("PUT", "/", body);

        Assert.Equal((HttpStatusCode.UnprocessableEntity, kind), (answer.Status, HttpNode.ErrorOf(answer.Body).Kind));
        Assert.Equal("", await node.VersionAsync());
    }

    [Fact]
    public async Task A_value_over_the_limit_and_a_key_of_64_kilobytes_are_422_and_nothing_of_it_is_applied()
    {
        await using var node = await HttpNode.StartAsync(1);

        foreach (var bad in new[] { $$$""""large":{"value":"{{{new string('v', 65536)}}}","ts":1}"""", $$$""""{{{new string('k', 65536)}}}":{"value":1,"ts":1}"""" })
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await node.AskExchangeAsync("PUT", "/", $$$"""{"good":{"value":1,"ts":1},{{{bad}}}}""")).Status);
        Assert.Equal("", await node.VersionAsync());
    }

    [Fact]
    public async Task A_put_that_stops_half_way_applies_nothing()
    {
        await using var node = await HttpNode.StartAsync(1, limits: new StateHttpLimits { BodyWithin = TimeSpan.FromMilliseconds(200) });
        await using var stream = await HttpNode.ConnectAsync(node.Exchange);

        await stream.WriteAsync("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{\"a\":{\"value\":1,\"ts\":5}}"u8.ToArray());
        using var reader = new StreamReader(stream);

        Assert.StartsWith("HTTP/1.1 408 ", await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)), StringComparison.Ordinal);
        Assert.Equal("", await node.VersionAsync());
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413()
    {
        await using var node = await HttpNode.StartAsync(1, limits: new StateHttpLimits { BodyBytes = 4096 });

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await node.AskExchangeAsync("PUT", "/", new string(' ', 5000))).Status);
        // One that does not say how long it is, and is far longer: known by what came.
        using var request = new HttpRequestMessage(HttpMethod.Put, node.Exchange) { Content = new StringContent(new string(' ', 200_000)), Headers = { TransferEncodingChunked = true } };
        using var http = new HttpClient();
        using var answer = await http.SendAsync(request);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "LimitExceeded"), (answer.StatusCode, HttpNode.ErrorOf(await answer.Content.ReadAsStringAsync()).Kind));
    }

    [Theory]
    [InlineData("POST", "/")]
    [InlineData("DELETE", "/a")]
    [InlineData("PUT", "/a")]
    [InlineData("PATCH", "/")]
    [InlineData("HEAD", "/")]
    public async Task Other_methods_are_404(string method, string path)
    {
        await using var node = await HttpNode.StartAsync(1);

        Assert.Equal(HttpStatusCode.NotFound, (await node.AskExchangeAsync(method, path)).Status);
    }

    [Fact]
    public async Task A_store_that_waits_is_answered_with_503_and_when_to_come_again()
    {
        await using var node = await HttpNode.StartAsync(1);
        await node.Node.DisposeAsync();

        var answer = await node.AskExchangeAsync("PUT", "/", """{"a":{"value":1,"ts":1}}""");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Equal("1", answer.Headers.GetValues("Retry-After").Single());
    }

    [Fact]
    public async Task An_entry_that_expired_is_given_to_peers_as_deleted_never_as_a_value()
    {
        await using var node = await HttpNode.StartAsync(1);
        var ago = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 1000;

        await node.AskExchangeAsync("PUT", "/", $$$"""{"a":{"value":1,"ts":{{{ago}}},"ttl":500}}""");

        Assert.Equal(true, (bool?)JsonNode.Parse((await node.AskExchangeAsync("GET", "/")).Body)!["a"]!["deleted"]);
    }
}

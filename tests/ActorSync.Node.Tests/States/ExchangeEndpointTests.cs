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
    public async Task A_body_over_the_limit_is_413()
    {
        await using var node = await HttpNode.StartAsync(1, limits: new StateHttpLimits { BodyBytes = 4096 });

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await node.AskExchangeAsync("PUT", "/", new string(' ', 5000))).Status);
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

using System.Text;
using ActorSync.Peers.Providers.Kubernetes;

namespace ActorSync.Core.Tests.Peers.Providers;

public sealed class EndpointSlicesTests
{
    private readonly EndpointSlices _slices = new("sync");

    [Fact]
    public void Ready_addresses_with_the_named_port_are_the_peers()
    {
        Assert.Null(Page("7", Slice("a", """{"addresses":["10.0.0.1"],"conditions":{"ready":true}},{"addresses":["10.0.0.2"],"conditions":{"ready":false}},{"addresses":["10.0.0.3"]},{"addresses":["10.0.0.4"],"conditions":{"ready":true,"terminating":true}},{"addresses":["10.0.0.5"],"conditions":{"ready":null}}"""),
            Slice("b", """{"addresses":["fd00::1"]}""")));

        Assert.Equal("10.0.0.1:7400, 10.0.0.3:7400, 10.0.0.5:7400, [fd00::1]:7400", Peers);
        Assert.Equal("7", _slices.Version);
    }

    [Theory]
    [InlineData("""[{"name":"http","port":80}]""", "no peers")]
    [InlineData("""[{"name":"sync"}]""", "no peers")]
    [InlineData("""[{"name":"sync","port":null}]""", "no peers")]
    [InlineData("""[{"name":"sync","port":7400,"protocol":"UDP"}]""", "no peers")]
    [InlineData("""[{"name":"sync","port":53,"protocol":"UDP"},{"name":"sync","port":7401,"protocol":"TCP"}]""", "10.0.0.1:7401")]
    [InlineData("[]", "no peers")]
    [InlineData("null", "no peers")]
    public void A_slice_without_the_port_has_no_peers(string ports, string peers)
    {
        Assert.Null(Page("7", Slice("a", """{"addresses":["10.0.0.1"]}""", ports)));

        Assert.Equal(peers, Peers);
    }

    [Fact]
    public void Without_the_name_of_a_port_peers_have_none()
    {
        var slices = new EndpointSlices(null);
        Assert.Null(slices.OnPage(Bytes(List("7", Slice("a", """{"addresses":["10.0.0.1"]}"""), Slice("b", "").Replace("[]", "null", StringComparison.Ordinal)))));

        Assert.Equal("10.0.0.1", slices.Peers.Value.ToString());
    }

    [Fact]
    public void A_list_of_several_pages_counts_when_it_is_complete()
    {
        Page("7", Slice("old", """{"addresses":["10.0.0.9"]}"""));
        _slices.ListAgain();

        Assert.Null(_slices.OnPage(Bytes(List("8", Slice("a", """{"addresses":["10.0.0.1"]}""")).Replace("\"8\"", "\"8\",\"continue\":\"there\"", StringComparison.Ordinal))));
        Assert.Equal(("there", null), (_slices.ContinueAt, _slices.Version));
        Assert.Equal("10.0.0.9:7400", Peers);
        Assert.Null(Page("8", Slice("b", """{"addresses":["10.0.0.2"]}""")));

        Assert.Equal("10.0.0.1:7400, 10.0.0.2:7400", Peers);
        Assert.Equal((null, "8"), (_slices.ContinueAt, _slices.Version));
    }

    [Fact]
    public void A_watch_changes_slices_one_by_one()
    {
        Page("7", Slice("a", """{"addresses":["10.0.0.1"]}"""));

        Assert.Equal(SliceStep.Continue, Line("ADDED", Slice("b", """{"addresses":["10.0.0.2"]}""", version: "8")).Step);
        Assert.Equal("10.0.0.1:7400, 10.0.0.2:7400", Peers);
        Line("MODIFIED", Slice("a", """{"addresses":["10.0.0.3"]}""", version: "9"));
        Assert.Equal("10.0.0.2:7400, 10.0.0.3:7400", Peers);
        Line("DELETED", Slice("b", """{"addresses":["10.0.0.2"]}""", version: "10"));
        Assert.Equal("10.0.0.3:7400", Peers);
        Assert.Equal("10", _slices.Version);
    }

    [Fact]
    public void A_bookmark_moves_the_version_alone()
    {
        Page("7", Slice("a", """{"addresses":["10.0.0.1"]}"""));

        Assert.Equal(new SliceOutcome(SliceStep.Continue), Line("BOOKMARK", """{"kind":"EndpointSlice","metadata":{"resourceVersion":"99"}}"""));

        Assert.Equal("99", _slices.Version);
        Assert.Equal("10.0.0.1:7400", Peers);
    }

    [Fact]
    public void A_version_that_is_too_old_has_everything_listed_anew_and_the_peers_stay_until_then()
    {
        Page("7", Slice("a", """{"addresses":["10.0.0.1"]}"""));

        Assert.Equal(new SliceOutcome(SliceStep.ListAgain), Line("ERROR", """{"kind":"Status","code":410,"message":"too old resource version"}"""));

        Assert.Null(_slices.Version);
        Assert.Equal("10.0.0.1:7400", Peers);
    }

    [Fact]
    public void Another_error_ends_the_watch_and_keeps_the_version()
    {
        Page("7", Slice("a", """{"addresses":["10.0.0.1"]}"""));

        var outcome = Line("ERROR", """{"kind":"Status","code":500,"message":"etcd is gone"}""");

        Assert.Equal(SliceStep.WatchAgain, outcome.Step);
        Assert.Contains("500: etcd is gone", outcome.Error!.Message, StringComparison.Ordinal);
        Assert.Equal("7", _slices.Version);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"type":"ADDED"}""")]
    [InlineData("""{"type":"ADDED","object":3}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":"a"}}}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":3,"resourceVersion":"1"}}}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":null,"resourceVersion":"1"}}}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"1"},"ports":3}}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"1"},"ports":[{"name":"sync","port":7400}],"endpoints":[3]}}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"1"},"ports":[{"name":"sync","port":7400}],"endpoints":[{}]}}""")]
    [InlineData("""{"type":"TURNED","object":{"metadata":{"name":"a","resourceVersion":"1"}}}""")]
    [InlineData("""{"type":"ERROR","object":3}""")]
    public void A_line_that_is_not_understood_has_everything_listed_anew(string line)
    {
        Page("7", Slice("a", """{"addresses":["10.0.0.1"]}"""));

        var outcome = _slices.OnLine(Bytes(line));

        Assert.Equal((SliceStep.ListAgain, SyncErrorKind.MalformedPayload), (outcome.Step, outcome.Error!.Kind));
        Assert.Null(_slices.Version);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("3")]
    [InlineData("{}")]
    [InlineData("""{"items":[]}""")]
    [InlineData("""{"items":[],"metadata":{}}""")]
    [InlineData("""{"items":[],"metadata":{"resourceVersion":""}}""")]
    [InlineData("""{"items":{},"metadata":{"resourceVersion":"1"}}""")]
    [InlineData("""{"items":[{}],"metadata":{"resourceVersion":"1"}}""")]
    public void A_list_that_is_not_understood_changes_nothing(string list)
    {
        Page("7", Slice("a", """{"addresses":["10.0.0.1"]}"""));

        Assert.Equal(SyncErrorKind.MalformedPayload, _slices.OnPage(Bytes(list))?.Kind);

        Assert.Equal("10.0.0.1:7400", Peers);
    }

    [Fact]
    public void Slices_have_a_limit()
    {
        var error = Page("7", [.. Enumerable.Range(0, EndpointSlices.MaximumSlices + 1).Select(i => Slice($"s{i}", ""))]);

        Assert.Equal(SyncErrorKind.LimitExceeded, error?.Kind);
    }

    private string Peers => _slices.Peers.Value.ToString();

    private SyncError? Page(string version, params string[] slices) => _slices.OnPage(Bytes(List(version, slices)));

    private SliceOutcome Line(string type, string changed) => _slices.OnLine(Bytes($$"""{"type":"{{type}}","object":{{changed}}}"""));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string List(string version, params string[] slices) =>
        $$"""{"kind":"EndpointSliceList","metadata":{"resourceVersion":"{{version}}"},"items":[{{string.Join(",", slices)}}]}""";

    private static string Slice(string name, string endpoints, string ports = """[{"name":"sync","port":7400,"protocol":"TCP"}]""", string version = "1") =>
        $$"""{"metadata":{"name":"{{name}}","resourceVersion":"{{version}}"},"addressType":"IPv4","endpoints":[{{endpoints}}],"ports":{{ports}}}""";
}

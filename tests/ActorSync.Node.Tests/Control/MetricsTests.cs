using ActorSync.Node.Control;
using ActorSync.Node.Tests.Fakes;

namespace ActorSync.Node.Tests.Control;

public sealed class MetricsTests
{
    [Fact]
    public void Every_figure_has_its_line()
    {
        var status = Statuses.Busy([new GraphStatus("aa", 5, 2, 3, "dd")]) with { Store = new StoreStatus(true, 1, 13, true, false, LostEnds: 2) { Missing = ["graph aa"] }, Engine = "En\"gine\\ 1\n2", PeerSources = [Statuses.Source], Http = [Statuses.Http] };

        var text = MetricsText.Of(status);

        var samples = text.Split('\n').Where(line => line.Length > 0 && line[0] != '#');
        const string peer = $$"""{node="{{Statuses.Peer}}",endpoint="tcp://127.0.0.1:7401"}""";
        Assert.Equal(
        [
            """actorsync_info{node="00000000000000000123456789abcdef",version="0.1.0",engine="En\"gine\\ 1\n2"} 1""",
            "actorsync_uptime_seconds 12.5",
            "actorsync_subscriptions_open 1",
            "actorsync_subscriptions_maximum 128",
            "actorsync_store_torn_bytes 13",
            "actorsync_store_lost_ends 2",
            "actorsync_store_missing 1",
            """actorsync_graph_commands{graph="aa"} 5""",
            """actorsync_graph_heads{graph="aa"} 2""",
            """actorsync_graph_damaged{graph="aa"} 0""",
            $"actorsync_peer_connected{peer} 1",
            $"actorsync_peer_bytes_received_total{peer} 1000",
            $"actorsync_peer_bytes_sent_total{peer} 2000",
            $"actorsync_peer_polls_answered_total{peer} 3",
            $"actorsync_peer_polls_made_total{peer} 4",
            $"actorsync_peer_pushes_received_total{peer} 5",
            $"actorsync_peer_pushes_sent_total{peer} 6",
            $"actorsync_peer_strikes{peer} 0",
            $"actorsync_peer_unacked_commands{peer} 7",
            """actorsync_provider_peers{purpose="links",provider="dns"} 2""",
            """actorsync_provider_failing{purpose="links",provider="dns"} 1""",
            """actorsync_provider_changes_total{purpose="links",provider="dns"} 3""",
            """actorsync_provider_failures_total{purpose="links",provider="dns"} 4""",
            """actorsync_http_connections{state="fleet",serves="exchange"} 3""",
            """actorsync_http_connections_maximum{state="fleet",serves="exchange"} 64""",
            """actorsync_http_connections_refused_total{state="fleet",serves="exchange"} 1200""",
            """actorsync_errors_total{kind="MissingPrior"} 1""",
            """actorsync_errors_total{kind="WrongId"} 2""",
        ], samples);
    }

    [Fact]
    public void Every_figure_of_a_mesh_has_its_line()
    {
        var samples = MetricsText.Of(Statuses.Plain([]) with { Mesh = Statuses.Alone }).Split('\n').Where(line => line.StartsWith("actorsync_mesh", StringComparison.Ordinal));

        Assert.Equal(
        [
            """actorsync_mesh_members{reach="reachable"} 1""",
            """actorsync_mesh_members{reach="unreachable"} 1""",
            "actorsync_mesh_joined 0",
            "actorsync_mesh_members_placing_otherwise 1",
        ], samples);
    }

    [Fact]
    public void Every_figure_of_a_state_has_its_line()
    {
        var samples = MetricsText.Of(Statuses.Plain([]) with { States = [Statuses.Shared] }).Split('\n').Where(line => line.StartsWith("actorsync_state", StringComparison.Ordinal));

        const string state = """{state="shared"}""";
        const string peer = $$"""{state="shared",peer="{{Statuses.Peer}}"}""";
        const string http = """{state="shared",peer="http://10.0.0.2:4097"}""";
        Assert.Equal(
        [
            $"actorsync_state_entries{state} 7",
            $"actorsync_state_tombstones{state} 2",
            $"actorsync_state_bytes{state} 900",
            $"actorsync_state_broken{state} 0",
            $"actorsync_state_sets_total{state} 1",
            $"actorsync_state_pushes_sent_total{state} 2",
            $"actorsync_state_pushes_received_total{state} 3",
            $"actorsync_state_pushes_owed{state} 1",
            $"actorsync_state_pulls_made_total{state} 4",
            $"actorsync_state_pulls_level_total{state} 5",
            $"actorsync_state_pulls_answered_total{state} 6",
            $"actorsync_state_failures_total{state} 8",
            $"actorsync_state_received_bytes_total{state} 109",
            $"actorsync_state_sent_bytes_total{state} 210",
            $"actorsync_state_arrivals_total{state} 11",
            $"actorsync_state_arrival_seconds_total{state} 12.5",
            $"actorsync_state_unlevel_seconds{state} 1.5",
            $"actorsync_state_convergence_seconds{state} 0.25",
            $"actorsync_state_peer_level{peer} 1",
            $"actorsync_state_peer_level{http} 0",
            $"actorsync_state_peer_failures_total{peer} 0",
            $"actorsync_state_peer_failures_total{http} 8",
            $"actorsync_state_peer_failing{peer} 0",
            $"actorsync_state_peer_failing{http} 1",
            $"actorsync_state_peer_last_error_age_seconds{peer} -1",
            $"actorsync_state_peer_last_error_age_seconds{http} 4.5",
            $"actorsync_state_peer_refused_total{peer} 0",
            $"actorsync_state_peer_refused_total{http} 2",
        ], samples);
    }

    [Fact]
    public void Every_family_says_what_it_is()
    {
        var lines = MetricsText.Of(Statuses.Busy([]) with { PeerSources = [Statuses.Source], States = [Statuses.Shared], Http = [Statuses.Http] }).Split('\n');

        foreach (var sample in lines.Where(line => line.Length > 0 && line[0] != '#'))
        {
            var name = sample.Split('{', ' ')[0];
            Assert.Contains(lines, line => line.StartsWith($"# HELP {name} ", StringComparison.Ordinal));
            Assert.Contains(lines, line => line == $"# TYPE {name} {(name.EndsWith("_total", StringComparison.Ordinal) ? "counter" : "gauge")}");
        }
    }

    [Fact]
    public async Task The_socket_serves_them()
    {
        using var cli = new CliRun();
        await using var node = await RunningNode.StartAsync(cli);

        var answer = await node.RequestAsync("GET /metrics");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Content-Type: text/plain; version=0.0.4", answer, StringComparison.Ordinal);
        Assert.Contains("actorsync_info{", answer, StringComparison.Ordinal);
    }
}

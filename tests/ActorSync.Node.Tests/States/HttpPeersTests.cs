using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ActorSync.Node.Configuration;
using ActorSync.Node.Hosting;
using ActorSync.Node.States;
using ActorSync.Node.Tests.Fakes;
using ActorSync.Peers;
using ActorSync.Peers.Providers;
using ActorSync.States;
using ActorSync.Transport.Tcp;

namespace ActorSync.Node.Tests.States;

/// <summary>Nodes that exchange a state by HTTP alone, and peers that behave badly.</summary>
public sealed class HttpPeersTests
{
    private static readonly StateSettings Hurried = StateSettings.Default with { PushInterval = TimeSpan.FromMilliseconds(50), PullInterval = TimeSpan.FromMilliseconds(200) };
    private static readonly StateHttpLimits Short = new() { ConnectWithin = TimeSpan.FromMilliseconds(200), ReadWithin = TimeSpan.FromMilliseconds(200), AnswerBytes = 4096 };

    [Fact]
    public async Task Three_nodes_of_which_one_is_spoken_to_only_by_a_foreign_client_come_level()
    {
        await using var one = await HttpNode.StartAsync(1, Hurried);
        await using var two = await HttpNode.StartAsync(2, Hurried, null, one.Endpoint);
        // The third knows nobody, and nobody knows it.
        await using var three = await HttpNode.StartAsync(3, Hurried);
        await one.AskAsync("PUT", "/", """{"a":{"value":1},"gone":{"value":2}}""");
        await one.AskAsync("DELETE", "/gone");
        await two.AskAsync("PUT", "/", """{"b":{"value":{"x":[1, 2]},"ttl":600000}}""");
        await three.AskAsync("PUT", "/", """{"c":{"value":"höhe"}}""");

        await CarryAsync(one, three);
        await CarryAsync(three, one);
        await two.WaitAsync(all => all.Keys.Order().SequenceEqual(["a", "b", "c"]));
        await one.WaitAsync(all => all.Keys.Order().SequenceEqual(["a", "b", "c"]));
        await CarryAsync(two, three);

        var version = await one.VersionAsync();
        Assert.Equal((version, version), (await two.VersionAsync(), await three.VersionAsync()));
        Assert.Equal(HttpStatusCode.NoContent, (await three.AskExchangeAsync("GET", "/" + version)).Status);
        Assert.Equal(["a", "b", "c"], (await three.State.ListAsync()).Value.Entries.Select(entry => entry.Key));
        Assert.Equal(1, (await three.State.StatusAsync()).Tombstones);
    }

    [Fact]
    public async Task A_peer_that_only_answers_is_handed_what_it_lacks_and_known_to_be_level()
    {
        await using var passive = await HttpNode.StartAsync(1, Hurried);
        await passive.AskAsync("PUT", "/", """{"theirs":{"value":1}}""");
        await using var active = await HttpNode.StartAsync(2, Hurried, null, passive.Endpoint);
        await active.AskAsync("PUT", "/", """{"ours":{"value":2}}""");

        await passive.WaitAsync(all => all.Count == 2);
        await active.WaitAsync(all => all.Count == 2);

        var peer = await PeerAsync(active, peer => peer.IsLevel);
        Assert.Equal((true, passive.Exchange.ToString().TrimEnd('/')), (peer.IsHttp, peer.Peer));
    }

    [Fact]
    public async Task A_whole_state_is_pulled_in_a_fraction_of_its_bytes_and_given_as_it_is_to_who_takes_no_other()
    {
        await using var one = await HttpNode.StartAsync(1, Hurried);
        await one.State.WriteAsync([.. Enumerable.Range(0, 1000).Select(i => StateSet.To($"device/{i}", Encoding.UTF8.GetBytes($"{{\"mbit\":{i}}}")))]);
        var whole = (await one.AskExchangeAsync("GET", "/")).Body.Length;
        var sent = (await one.State.StatusAsync()).Totals.BytesSent;

        await using var two = await HttpNode.StartAsync(2, Hurried, null, one.Endpoint);
        await two.WaitAsync(all => all.Count == 1000);

        Assert.Equal(whole, sent);
        var received = (await PeerAsync(two, peer => peer.IsLevel)).BytesReceived;
        Assert.InRange(received, 1, whole / 5);
        Assert.Equal(received, (await one.State.StatusAsync()).Totals.BytesSent - sent);
    }

    [Fact]
    public async Task Peers_may_change_while_the_node_runs()
    {
        await using var one = await HttpNode.StartAsync(1, Hurried);
        await using var two = await HttpNode.StartAsync(2, Hurried);
        await one.AskAsync("PUT", "/", """{"a":{"value":1}}""");

        two.Peers.Use([one.Endpoint]);
        await two.WaitAsync(all => all.Count == 1);
        two.Peers.Use([]);

        Assert.Empty((await two.State.StatusAsync()).Peers);
    }

    [Fact]
    public async Task Peers_of_a_provider_are_kept_to_and_those_off_loopback_without_tls_are_not_spoken_to()
    {
        await using var one = await HttpNode.StartAsync(1, Hurried);
        await using var two = await HttpNode.StartAsync(2, Hurried);
        await one.AskAsync("PUT", "/", """{"a":{"value":1}}""");
        using var stop = new CancellationTokenSource();

        var found = PeerSet.Of([new PeerEndpoint("127.0.0.1", one.Endpoint.Port), new PeerEndpoint("192.0.2.1", 4097)]).Value;
        var following = two.Peers.FollowAsync(new StaticPeers(found), [], stop.Token);
        await two.WaitAsync(all => all.Count == 1);

        Assert.Equal([one.Endpoint], two.Peers.Endpoints);
        two.Peers.Use([new TcpEndpoint("192.0.2.1", 4097), new TcpEndpoint("192.0.2.2", 4097)]);
        Assert.Equal(
            ["192.0.2.1", "192.0.2.2"],
            (await two.LoggedAsync("state shared: the peer 192.0.2.")).Select(line => Regex.Match(line, "warning state shared: the peer (.*):4097 is left out: .* set actorsync.tls, or actorsync.states.anyone-on-the-network-may-read-and-write = true").Groups[1].Value));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
    }

    [Fact]
    public async Task A_node_is_never_its_own_peer_by_address_or_by_what_it_says()
    {
        await using var node = await HttpNode.StartAsync(1, Hurried);
        node.Peers.Use([node.Endpoint]);
        Assert.Empty(node.Peers.Endpoints);

        // By a name of it that it cannot know beforehand.
        node.Peers.Use([new TcpEndpoint("localhost", node.Endpoint.Port)]);
        await node.AskAsync("PUT", "/", """{"a":{"value":1}}""");
        await StatusAsync(node, status => status.Peers.Count == 0);
        Assert.Empty(node.Peers.Endpoints);
    }

    [Fact]
    public async Task A_push_that_failed_is_tried_again()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        // Once it was asked for all it holds, there is no pull that would bring the change.
        var settings = Hurried with { PullInterval = TimeSpan.FromDays(1) };
        await using var node = await HttpNode.StartAsync(1, settings, Short, new TcpEndpoint("127.0.0.1", port));
        await AnswerAsync(listener, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");

        await node.AskAsync("PUT", "/", """{"a":{"value":1}}""");
        var first = await AnswerAsync(listener, "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        var second = await AnswerAsync(listener, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("PUT / ", first, StringComparison.Ordinal);
        Assert.StartsWith("PUT / ", second, StringComparison.Ordinal);
        Assert.Contains("""{"a":{"value":1,""", second, StringComparison.Ordinal);
        await StatusAsync(node, status => status.OwedPushes == 0);
        listener.Stop();
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nrubbish", SyncErrorKind.MalformedPayload)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"a\":{\"value\":1,\"ts\":5},\"b\":7}", SyncErrorKind.MalformedPayload)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", SyncErrorKind.LimitExceeded)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{", SyncErrorKind.Unreachable)]
    [InlineData("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\nwho are you", SyncErrorKind.InvalidRequest)]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nConnection: close\r\n\r\n", SyncErrorKind.Unreachable)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n{}", SyncErrorKind.MalformedPayload)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\nBOMB", SyncErrorKind.LimitExceeded)]
    [InlineData("nonsense\r\n\r\n", SyncErrorKind.Unreachable)]
    [InlineData("", SyncErrorKind.Unreachable)]
    public async Task An_answer_that_is_none_is_an_error_in_time(string answer, SyncErrorKind kind)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var peer = new HttpPeer(new TcpEndpoint("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port), false, http, new NodeId(1), StateSettings.Default, Short, (_, _) => { });

        var asking = peer.AskAsync(default);
        using var accepted = await listener.AcceptTcpClientAsync();
        await accepted.GetStream().WriteAsync((byte[])[.. Encoding.Latin1.GetBytes(answer.Replace("BOMB", "", StringComparison.Ordinal)), .. answer.EndsWith("BOMB", StringComparison.Ordinal) ? Packed(new byte[1 << 20]) : []]);
        if (answer.Contains("Connection: close", StringComparison.Ordinal))
            accepted.Client.Shutdown(SocketShutdown.Send);
        // Else the connection stays open, and nothing more comes.
        var result = await asking.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(kind, result.Error?.Kind);
        listener.Stop();
    }

    [Fact]
    public async Task A_peer_that_answers_rubbish_is_told_once_and_stays_in_the_status_while_its_pushes_work()
    {
        var rubbish = true;
        await using var peer = await StandInPeer.StartAsync((method, _) => method == "PUT" ? (204, "") : (200, Volatile.Read(ref rubbish) ? "<html>" : "{}"));
        await using var node = await HttpNode.StartAsync(1, Hurried, null, peer.Endpoint);
        await PeerAsync(node, status => status.Failures > 0);
        await node.AskAsync("PUT", "/", """{"a":{"value":1}}""");
        var before = await PeerAsync(node, status => status.Pushes > 0);

        var status = await PeerAsync(node, status => status.Failures > before.Failures + 2);

        Assert.True(status is { IsFailing: true, LastErrorSecondsAgo: >= 0 });
        Assert.Contains("no map of entries", status.LastError, StringComparison.Ordinal);
        var line = Assert.Single(await node.LoggedAsync("the pull failed"));
        Assert.Contains($"peer {peer.Name}: the pull failed", line, StringComparison.Ordinal);
        Assert.Contains("warning", line, StringComparison.Ordinal);

        Volatile.Write(ref rubbish, false);
        var after = await PeerAsync(node, status => !status.IsFailing);
        Assert.Contains("no map of entries", after.LastError, StringComparison.Ordinal);
        Assert.Contains($"after {after.Failures} failures", Assert.Single(await node.LoggedAsync("the pull works again")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(422)]
    [InlineData(413)]
    public async Task An_entry_that_a_peer_refuses_is_named_and_the_others_come_to_it(int refusal)
    {
        var taken = new ConcurrentDictionary<string, bool>();
        await using var peer = await StandInPeer.StartAsync((method, body) =>
        {
            if (method != "PUT")
                return (200, "{}");
            var keys = JsonNode.Parse(body)!.AsObject().Select(entry => entry.Key).ToArray();
            if (keys.Contains("bad"))
                return (refusal, "what is bad");
            foreach (var key in keys)
                taken[key] = true;
            return (204, "");
        });
        await using var node = await HttpNode.StartAsync(1, Hurried, null, peer.Endpoint);
        await node.State.WriteAsync([.. Enumerable.Range(0, 200).Select(i => StateSet.To(i == 100 ? "bad" : $"key/{i}", "1"u8.ToArray()))]);

        var status = await PeerAsync(node, status => status.RefusedEntries.Count == 1 && taken.Count == 199);

        Assert.Equal(("bad", true), (status.RefusedEntries[0].Key, status.RefusedEntries[0].Why.EndsWith($"{refusal}: what is bad", StringComparison.Ordinal)));
        Assert.Equal((1, false), (status.Refused, status.IsLevel));
        Assert.Single(await node.LoggedAsync("the key \"bad\" is set aside"));
        await node.AskAsync("PUT", "/later", """{"value":1}""");
        await PeerAsync(node, _ => taken.ContainsKey("later"));
    }

    [Fact]
    public async Task A_peer_that_cannot_be_reached_is_an_error()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var http = new HttpClient();
        var peer = new HttpPeer(new TcpEndpoint("127.0.0.1", port), false, http, new NodeId(1), StateSettings.Default, Short, (_, _) => { });

        Assert.Equal(SyncErrorKind.Unreachable, (await peer.HandAsync([])).Error?.Kind);
        Assert.Equal(SyncErrorKind.Unreachable, (await peer.AskAsync(default)).Error?.Kind);
    }

    [Fact]
    public async Task A_peer_that_takes_longer_to_make_durable_what_it_is_handed_than_to_begin_an_answer_has_taken_it()
    {
        var limits = new StateHttpLimits { ConnectWithin = TimeSpan.FromMilliseconds(10), ReadWithin = TimeSpan.FromMilliseconds(10) };
        using var slow = new CancellationTokenSource();
        await using var there = await StandInPeer.StartAsync((_, _) =>
        {
            slow.CancelAfter(10 * (limits.ConnectWithin + limits.ReadWithin));
            slow.Token.WaitHandle.WaitOne();
            return (204, "");
        });
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var peer = new HttpPeer(there.Endpoint, false, http, new NodeId(1), StateSettings.Default, limits, (_, _) => { });

        Assert.Null((await peer.HandAsync([])).Error);
    }

    [Fact]
    public async Task An_answer_that_comes_drop_by_drop_is_given_up()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var patient = StateSettings.Default with { PlainAnswerWithin = TimeSpan.FromHours(1) };
        var peer = new HttpPeer(new TcpEndpoint("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port), false, http, new NodeId(1), patient, Short, (_, _) => { });

        var asking = peer.AskAsync(default);
        using var accepted = await listener.AcceptTcpClientAsync();
        var dripping = DripAsync(accepted.GetStream());

        Assert.Equal(SyncErrorKind.Unreachable, (await asking.WaitAsync(TimeSpan.FromSeconds(60))).Error?.Kind);
        await dripping;
        listener.Stop();
    }

    // Until nobody takes it any more.
    private static async Task DripAsync(NetworkStream stream)
    {
        using var drops = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        try
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n"u8.ToArray());
            while (await drops.WaitForNextTickAsync())
                await stream.WriteAsync(" "u8.ToArray());
        }
        catch (IOException)
        {
        }
    }

    [Fact]
    public async Task A_peer_that_turned_out_to_be_this_node_is_asked_again_after_a_while()
    {
        var time = new ManualTime();
        await using var one = await HttpNode.StartAsync(1, Hurried);
        var two = await HttpNode.StartAsync(2, Hurried);
        using var http = new HttpClient();
        var log = new NodeLog(TextWriter.Null, TimeProvider.System, NodeLogLevel.Info);
        using var peers = new HttpPeers(one.State, new NodeId(2), Hurried, Short, http, false, false, log, time);
        var endpoint = two.Endpoint;
        peers.Use([endpoint]);
        await StatusAsync(one, status => status.Peers.Count == 0 && peers.Endpoints.Count == 0);
        await two.DisposeAsync();

        peers.Use([endpoint]);
        Assert.Empty(peers.Endpoints);
        time.Advance(HttpPeers.SelfFor);

        Assert.Equal([endpoint], peers.Endpoints);
    }

    [Fact]
    public void A_node_is_never_its_own_peer_however_its_address_is_written()
    {
        Assert.Equal(StatesReader.Peer("[::1]:14631", 1), StatesReader.Peer("[0:0:0:0:0:0:0:1]:14631", 1));
        Assert.Equal(StatesReader.Peer("::1", 14631), StatesReader.Peer("0:0:0:0:0:0:0:1", 14631));
        Assert.Equal(StatesReader.Peer("127.0.0.1:14631", 1), StatesReader.Peer("[::ffff:7f00:1]:14631", 1));
    }

    private static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    // What a foreign node does: it reads all of one, and puts it to another.
    private static async Task CarryAsync(HttpNode from, HttpNode to)
    {
        var whole = await from.AskExchangeAsync("GET", "/" + await to.VersionAsync());
        if (whole.Status == HttpStatusCode.OK)
            Assert.Equal(HttpStatusCode.NoContent, (await to.AskExchangeAsync("PUT", "/", whole.Body)).Status);
    }

    private static async Task<StatePeerStatus> PeerAsync(HttpNode node, Func<StatePeerStatus, bool> holds) =>
        (await StatusAsync(node, status => status.Peers is [var peer] && holds(peer))).Peers[0];

    private static async Task<StateStatus> StatusAsync(HttpNode node, Func<StateStatus, bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            if (await node.State.StatusAsync(patience.Token) is { } status && holds(status))
                return status;
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    // One request of any kind, with its body, on a connection of its own.
    private static async Task<string> AnswerAsync(TcpListener listener, string answer)
    {
        using var accepted = await listener.AcceptTcpClientAsync().WaitAsync(TimeSpan.FromSeconds(60));
        var (stream, text, buffer) = (accepted.GetStream(), "", new byte[8192]);
        while (!IsWhole(text))
            text += Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer));
        await stream.WriteAsync(Encoding.Latin1.GetBytes(answer));
        return text;
    }

    private static bool IsWhole(string request)
    {
        var end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
            return false;
        var length = request.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase));
        return length is null || request.Length - end - 4 >= int.Parse(length["Content-Length: ".Length..], System.Globalization.CultureInfo.InvariantCulture);
    }
}

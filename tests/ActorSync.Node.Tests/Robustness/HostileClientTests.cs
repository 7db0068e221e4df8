using System.Net;
using System.Net.Sockets;
using ActorSync.Graphs;
using ActorSync.Node.Tests.Fakes;
using ActorSync.Peers;
using ActorSync.Transport.Tcp;
using ActorSync.Wire;
using Xunit.Abstractions;

namespace ActorSync.Node.Tests.Robustness;

/// <summary>
/// Clients that write whatever they like to a running daemon. It answers with typed errors and counts them, shuts out who
/// goes on, stores nothing of it, keeps its memory, and serves an honest peer all the while.
/// </summary>
public sealed class HostileClientTests(ITestOutputHelper output) : IAsyncLifetime, IDisposable
{
    private const long MostMemory = 384L << 20;

    private readonly TemporaryFolder _folder = new();
    private readonly int _seed = Environment.TickCount;
    private Daemon _daemon = null!;
    private HonestPeer _honest = null!;
    private GraphId _graph;
    private Random _random = null!;

    public async Task InitializeAsync()
    {
        output.WriteLine($"seed {_seed}");
        _random = new Random(_seed);
        _graph = await Filled.WriteAsync(_folder.At("data"), 1000);
        _daemon = await Daemon.StartAsync(_folder.At("data"));
        _honest = await HonestPeer.BeginAsync(_daemon, _graph);
    }

    public async Task DisposeAsync()
    {
        await _honest.DisposeAsync();
        await _daemon.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Bytes_that_are_no_link_are_refused_and_counted()
    {
        for (var i = 0; i < 200; i++)
        {
            var bytes = new byte[_random.Next(1, 3000)];
            _random.NextBytes(bytes);
            using var client = await OpenAsync();
            await WriteAsync(client, bytes);
        }
        await SurvivedAsync(SyncErrorKind.MalformedPayload);
    }

    [Fact]
    public async Task Half_handshakes_that_stay_open_push_out_each_other_and_not_the_honest()
    {
        var opening = await CaptureOpeningAsync();
        var clients = new List<TcpClient>();
        for (var i = 0; i < 150; i++)
        {
            clients.Add(await OpenAsync());
            await WriteAsync(clients[^1], opening.AsMemory(0, i % opening.Length));
        }
        await using (await RawPeer.ConnectAsync(_daemon.Endpoint))
        {
            // Whoever says nothing is closed: each of them reads to the end of its stream.
            foreach (var client in clients)
                await ReadToEndAsync(client).WaitAsync(TimeSpan.FromSeconds(20));
        }
        await SurvivedAsync(SyncErrorKind.Busy);
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Random_payloads_are_answered_with_typed_errors_until_the_peer_is_shut_out()
    {
        var node = new NodeId(new UInt128(RawPeer.NewNumber(), RawPeer.NewNumber()));
        await using (var peer = await RawPeer.ConnectAsync(_daemon.Endpoint, node: node))
        {
            var answers = ReadAllAsync(peer);
            while (!answers.IsCompleted)
            {
                var bytes = new byte[_random.Next(1, 200)];
                _random.NextBytes(bytes);
                await peer.SendAsync(bytes);
            }
            var failures = (await answers).OfType<SyncFailure>().ToArray();
            Assert.NotEmpty(failures);
            Assert.All(failures, failure => Assert.True(PeerStanding.IsFault(failure.Kind), failure.Sentence));
        }
        await using (var again = await RawPeer.ConnectAsync(_daemon.Endpoint, node: node))
            Assert.Empty(await ReadAllAsync(again));
        await SurvivedAsync(SyncErrorKind.UnknownVersion);
    }

    [Fact]
    public async Task Mutated_messages_are_refused()
    {
        var golden = Directory.GetFiles(Path.Combine(Repository.Root, "tests/ActorSync.Core.Tests/Wire/golden"), "*.hex")
            .Select(file => Convert.FromHexString(string.Concat(File.ReadAllText(file).Where(char.IsAsciiHexDigit)))).ToArray();
        for (var i = 0; i < 150; i++)
        {
            await using var peer = await RawPeer.ConnectAsync(_daemon.Endpoint);
            var answers = ReadAllAsync(peer);
            for (var j = 0; j < 40 && await peer.SendAsync(Mutate(golden[_random.Next(golden.Length)])) is null; j++)
                continue;
            await peer.DisposeAsync();
            await answers;
        }
        await SurvivedAsync(SyncErrorKind.MalformedPayload);
    }

    [Fact]
    public async Task A_flood_of_polls_and_subscribes_takes_no_one_elses_place()
    {
        await using var peer = await RawPeer.ConnectAsync(_daemon.Endpoint);
        var answers = ReadAllAsync(peer);
        for (var i = 0; i < 3000; i++)
        {
            await peer.SendAsync(new Poll(new SessionId(RawPeer.NewNumber()), _graph, 0, 0, 1, default, RawPeer.Nothing));
            await peer.SendAsync(peer.Subscribe(_graph) with { Id = new SubscriptionId(RawPeer.NewNumber()) });
        }
        Assert.Equal(2, (await _daemon.StatusAsync()).OpenSubscriptions);
        await SurvivedAsync(SyncErrorKind.Busy);
        await peer.DisposeAsync();
        Assert.Contains((await answers).OfType<SyncFailure>(), failure => failure.Kind == SyncErrorKind.Busy);
    }

    [Fact]
    public async Task Peers_that_ask_and_never_read_cost_their_queue_and_no_more()
    {
        var peers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => RawPeer.ConnectAsync(_daemon.Endpoint)));
        var unknown = new Poll(new SessionId(1), _graph, 0, 0, 1024, default, RawPeer.Nothing);
        await Task.WhenAll(peers.Select(async peer =>
        {
            await peer.SendAsync(peer.Subscribe(_graph));
            for (var i = 0; i < 20_000; i++)
                await peer.SendAsync(unknown with { Session = new SessionId(RawPeer.NewNumber()) });
        }));
        await SurvivedAsync(SyncErrorKind.Busy);
        foreach (var peer in peers)
            await peer.DisposeAsync();
    }

    [Fact]
    public async Task Payloads_that_are_announced_and_never_come_and_those_that_are_too_long_do_no_harm()
    {
        var opening = await CaptureOpeningAsync();
        var clients = new List<TcpClient>();
        for (var i = 0; i < 100; i++)
        {
            clients.Add(await OpenAsync());
            RandomNode(opening);
            await WriteAsync(clients[^1], (byte[])[.. opening, .. BitConverter.GetBytes(i % 2 == 0 ? 1 << 20 : 3 << 20), 1, 2, 3]);
        }
        await SurvivedAsync(SyncErrorKind.LimitExceeded);
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Names_that_come_once_do_not_take_the_place_of_those_that_come_later()
    {
        for (var i = 0; i < 1100; i++)
            await (await RawPeer.ConnectAsync(_daemon.Endpoint)).DisposeAsync();
        await using var late = await Subscriber.OpenAsync(_daemon.Endpoint, _graph);
        await SurvivedAsync(null);
    }

    private async Task SurvivedAsync(SyncErrorKind? counted)
    {
        await _honest.EndAsync();
        var status = await _daemon.StatusAsync();
        var memory = _daemon.PeakMemory;
        output.WriteLine($"honest: {_honest.Commits} commits, the longest took {_honest.Longest.TotalMilliseconds:F0} ms; at most {memory >> 20} MiB; errors {string.Join(", ", status.Errors)}");
        Assert.True(_honest.Commits > 0);
        Assert.True(memory < MostMemory, $"{memory >> 20} MiB");
        if (counted is { } kind)
            Assert.True(status.Errors.GetValueOrDefault(kind.ToString()) > 0, $"{kind} is not among {string.Join(", ", status.Errors)}");
        Assert.Equal(1000 + _honest.Commits, Assert.Single(status.Graphs).Commands);
        await _honest.DisposeAsync();
        _daemon.Signal(Daemon.SigTerm);
        Assert.Equal((0, ""), (await _daemon.EndAsync(TimeSpan.FromSeconds(30)), _daemon.Error));
    }

    private byte[] Mutate(byte[] payload)
    {
        var bytes = payload.ToArray();
        for (var i = _random.Next(1, 4); i > 0; i--)
            bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
        return _random.Next(3) switch
        {
            0 => bytes[..Math.Max(1, _random.Next(bytes.Length))],
            1 => [.. bytes, (byte)_random.Next(256)],
            _ => bytes,
        };
    }

    private async Task<TcpClient> OpenAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(_daemon.Endpoint));
        return client;
    }

    // What a real connector says first.
    private static async Task<byte[]> CaptureOpeningAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var self = new PeerIdentity(new NodeId(1), new InstanceId(1));
        var connecting = new TcpLinkConnector().ConnectAsync(listener.LocalEndpoint.ToString()!, new LinkIdentity(self, WireLimits.Default.PayloadBytes)).AsTask();
        using var client = await listener.AcceptTcpClientAsync();
        var buffer = new byte[256];
        var read = await client.GetStream().ReadAsync(buffer);
        client.Close();
        await connecting;
        return buffer[..read];
    }

    // The node id stands behind the magic, the header, the byte of the frame and two versions.
    private void RandomNode(byte[] opening) => _random.NextBytes(opening.AsSpan(4 + 4 + 1 + 4, NodeId.Size));

    private static async Task WriteAsync(TcpClient client, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await client.GetStream().WriteAsync(bytes);
        }
        catch (IOException)
        {
            // It was closed for what it said before.
        }
    }

    private static async Task ReadToEndAsync(TcpClient client)
    {
        var buffer = new byte[1024];
        try
        {
            while (await client.GetStream().ReadAsync(buffer) > 0)
                continue;
        }
        catch (IOException)
        {
            // That is an end, too.
        }
    }

    private static async Task<List<SyncMessage>> ReadAllAsync(RawPeer peer)
    {
        var all = new List<SyncMessage>();
        while ((await peer.TryReceiveAsync()).TryGet(out var message, out _))
            all.Add(message);
        return all;
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ActorSync.Actors;
using ActorSync.Graphs.Stores;
using ActorSync.Node.Configuration;
using ActorSync.Node.Hosting;
using ActorSync.Node.States;
using ActorSync.Peers;
using ActorSync.States;
using ActorSync.Transport.Memory;
using ActorSync.Transport.Tcp;

namespace ActorSync.Node.Tests.States;

/// <summary>A node in memory whose state "shared" is spoken of over HTTP, at ports of its own.</summary>
internal sealed class HttpNode : IAsyncDisposable
{
    private static readonly TcpEndpoint Anywhere = new("127.0.0.1", 0);

    private readonly ISyncNode _node;
    private readonly StateHost _host;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };

    private readonly LogText _log;

    private HttpNode(ISyncNode node, StateHost host, ISharedState state, LogText log)
    {
        _log = log;
        _node = node;
        _host = host;
        State = state;
    }

    public ISyncNode Node => _node;

    public ISharedState State { get; }

    /// <summary>The lines of the log that have a text in them, once there is one.</summary>
    public async Task<IReadOnlyList<string>> LoggedAsync(string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            string[] lines = [.. _log.ToString().Split('\n').Where(line => line.Contains(text, StringComparison.Ordinal))];
            if (lines.Length > 0)
                return lines;
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public IReadOnlyList<HttpEndpoint> Endpoints => _host.Endpoints;

    public Uri Application => _host.Endpoints[0].Address;

    public Uri Exchange => _host.Endpoints[1].Address;

    public TcpEndpoint Endpoint => new(Exchange.Host, Exchange.Port, Exchange.Scheme == "https");

    public HttpPeers Peers => _host.Peers[StatesSettings.Usual];

    public static Task<HttpNode> StartAsync(uint number, StateSettings? state = null, StateHttpLimits? limits = null, params TcpEndpoint[] peers) =>
        StartAsync(number, null, state, limits, peers);

    /// <summary>One whose endpoints speak TLS, when there are certificates.</summary>
    public static async Task<HttpNode> StartAsync(uint number, TlsFiles? tls, StateSettings? state = null, StateHttpLimits? limits = null, params TcpEndpoint[] peers)
    {
        var anywhere = Anywhere with { IsTls = tls is not null };
        var written = new LogText();
        var log = new NodeLog(written, TimeProvider.System, NodeLogLevel.Info);
        var sync = new SyncSettings { States = state ?? StateSettings.Default };
        var node = SyncNode.Start(new SyncNodeOptions
        {
            Store = new MemoryNodeStore(new PeerIdentity(new NodeId(number), new InstanceId(1))),
            Connector = new MemoryLinkNetwork(),
            Settings = sync,
            EngineConfiguration = "akka.loglevel = INFO",
            Log = (level, line) => log.Write(Enum.Parse<NodeLogLevel>(level.ToString()), line),
        }).Value;
        var settings = new NodeSettings
        {
            DataFolder = "",
            Sync = sync,
            Tls = tls,
            States = new StatesSettings { Http = [new StateHttpSettings(StatesSettings.Usual, anywhere, anywhere, peers)], Limits = limits ?? new StateHttpLimits() },
        };
        var host = (await StateHost.StartAsync(node, settings, TimeProvider.System, log, CancellationToken.None)).Value;
        return new HttpNode(node, host, (await node.OpenStateAsync(StatesSettings.Usual)).Value, written);
    }

    /// <summary>One request; a body is JSON.</summary>
    public async Task<(HttpStatusCode Status, string Body, HttpResponseHeaders Headers)> AskAsync(string method, Uri uri, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), uri);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers);
    }

    public Task<(HttpStatusCode Status, string Body, HttpResponseHeaders Headers)> AskAsync(string method, string path, string? body = null) =>
        AskAsync(method, new Uri(Application, path), body);

    /// <summary>A request to the side of the peers.</summary>
    public Task<(HttpStatusCode Status, string Body, HttpResponseHeaders Headers)> AskExchangeAsync(string method, string path, string? body = null) =>
        AskAsync(method, new Uri(Exchange, path), body);

    /// <summary>The value of a key here, as JSON; null when it has none.</summary>
    public async Task<string?> ValueAsync(string key) => (await State.GetAsync(key)).Value?.Json();

    public async Task<string> VersionAsync() => (await State.StatusAsync()).Version;

    /// <summary>Waits until the node's state is so.</summary>
    public async Task WaitAsync(Func<IReadOnlyDictionary<string, string>, bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var all = new Dictionary<string, string>();
        await foreach (var change in State.WatchAsync("", patience.Token))
        {
            if (change.IsWhole)
                all.Clear();
            foreach (var entry in change.Entries.Where(entry => !entry.IsTombstone))
                all[entry.Key] = entry.Json();
            foreach (var gone in change.Entries.Where(entry => entry.IsTombstone).Concat(change.Expired))
                all.Remove(gone.Key);
            if (holds(all))
                return;
        }
    }

    /// <summary>A socket to a side, for what no client of HTTP would do.</summary>
    public static async Task<Stream> ConnectAsync(Uri to)
    {
        var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(to.Host, to.Port);
        return client.GetStream();
    }

    // Read while it is written.
    private sealed class LogText : StringWriter
    {
        private readonly Lock _lock = new();

        public override void WriteLine(string? value)
        {
            lock (_lock)
                base.WriteLine(value);
        }

        public override string ToString()
        {
            lock (_lock)
                return base.ToString();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
        await _node.DisposeAsync();
    }

    /// <summary>The kind and the sentence of an error.</summary>
    public static (string Kind, string Message) ErrorOf(string body)
    {
        var error = JsonNode.Parse(body)!["error"]!;
        return ((string)error["kind"]!, (string)error["message"]!);
    }
}

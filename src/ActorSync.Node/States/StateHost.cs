using System.Net;
using System.Net.Security;
using ActorSync.Node.Configuration;
using ActorSync.Node.Hosting;
using ActorSync.Node.Providers;
using ActorSync.Peers.Providers;
using ActorSync.States;

namespace ActorSync.Node.States;

/// <summary>The shared states of a running node: shares them, loads their seeds, and speaks of them over HTTP.</summary>
internal sealed class StateHost : IAsyncDisposable
{
    private readonly ISyncNode _node;
    private readonly StatesSettings _settings;
    private readonly TlsFiles? _files;
    private readonly StateSettings _exchange;
    private readonly TimeProvider _time;
    private readonly NodeLog _log;
    private readonly List<HttpEndpoint> _endpoints = [];
    private readonly Dictionary<StateName, HttpPeers> _peers = [];
    private readonly List<ObservedPeers> _sources = [];
    private readonly List<Task> _following = [];
    private readonly CancellationTokenSource _end = new();
    private StateTls? _tls;
    private HttpClient? _http;

    private StateHost(ISyncNode node, NodeSettings settings, TimeProvider time, NodeLog log)
    {
        _node = node;
        _settings = settings.States;
        _files = settings.Tls;
        _exchange = settings.Sync.States;
        _time = time;
        _log = log;
    }

    /// <summary>Where applications and other nodes find states, in the order of the configuration.</summary>
    public IReadOnlyList<HttpEndpoint> Endpoints => _endpoints;

    /// <summary>The nodes that each state over HTTP is exchanged with: whoever finds peers tells of them here.</summary>
    public IReadOnlyDictionary<StateName, HttpPeers> Peers => _peers;

    /// <summary>The providers of those that are found, for the status.</summary>
    public IReadOnlyList<ObservedPeers> Sources => _sources;

    /// <summary>Begins; on an error nothing is left running.</summary>
    public static async Task<Result<StateHost>> StartAsync(ISyncNode node, NodeSettings settings, TimeProvider time, NodeLog log, CancellationToken cancellation)
    {
        var host = new StateHost(node, settings, time, log);
        if (await host.StartAsync(cancellation) is not { } error)
            return host;
        await host.DisposeAsync();
        return error;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_following).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
        foreach (var endpoint in _endpoints)
            await endpoint.DisposeAsync();
        foreach (var peers in _peers.Values)
            peers.Dispose();
        _http?.Dispose();
    }

    private async Task<SyncError?> StartAsync(CancellationToken cancellation)
    {
        if (_settings.Provider is { Provider: ProviderKind.Mesh } && _node.Membership is null)
            return new SyncError(SyncErrorKind.InvalidRequest, "actorsync.states.peers.provider = mesh: the node is in no mesh; start it with --mesh, or with --join HOST:PORT");
        if (_files is not null && _settings.Http.Count > 0 && !StateTls.Open(_files, _log).TryGet(out _tls, out var error))
            return error;
        var states = new Dictionary<StateName, ISharedState>();
        foreach (var name in _settings.Share.Concat(_settings.Http.Select(http => http.State)).Concat(_settings.Seeds.Select(seed => seed.State)).Distinct())
        {
            if (!(await _node.OpenStateAsync(name, cancellation)).TryGet(out var state, out error))
                return error;
            // One state that is damaged holds up nothing else.
            if (await state.StatusAsync(cancellation) is { Error: { } why })
                _log.Error($"the state \"{name}\" cannot be used: {why}; stop the node and repair the store (actorsync store repair): peers send it again");
            else
                states.Add(name, state);
        }
        foreach (var seed in _settings.Seeds.Where(seed => states.ContainsKey(seed.State)))
        {
            if (!(await StateSeeder.LoadAsync(states[seed.State], seed.File, _exchange.Limits.EntriesPerSet, cancellation)).TryGet(out var keys, out error))
                return error;
            _log.Info($"state {seed.State}: {keys} keys seeded from {seed.File}");
        }
        foreach (var http in _settings.Http.Where(http => states.ContainsKey(http.State)))
        {
            if (await ServeAsync(http, states[http.State], cancellation) is { } refused)
                return refused;
        }
        return null;
    }

    private async Task<SyncError?> ServeAsync(StateHttpSettings http, ISharedState state, CancellationToken cancellation)
    {
        var peers = new HttpPeers(state, _node.Id, _exchange, _settings.Limits, Client(), _tls is not null, _settings.AnyoneMayReadAndWrite, _log, _time);
        _peers.Add(http.State, peers);
        void Tell(string full) => _log.Warning($"state {http.State}: {full}");
        if (http.Application is { } application)
        {
            var handler = new ApplicationEndpoint(state, _settings.Limits, _time);
            if (!(await HttpEndpoint.StartAsync((http.State, "application"), application, _settings.Limits, _tls, handler.HandleAsync, Report, Tell, cancellation)).TryGet(out var started, out var error))
                return error;
            _endpoints.Add(started);
            _log.Info($"state {http.State}: applications at {started.Address}");
        }
        if (http.Exchange is { } exchange)
        {
            var handler = new ExchangeEndpoint(_node.Id, state, _exchange, _settings.Limits, peers);
            if (!(await HttpEndpoint.StartAsync((http.State, "exchange"), exchange, _settings.Limits, _tls, handler.HandleAsync, Report, Tell, cancellation)).TryGet(out var started, out var error))
                return error;
            _endpoints.Add(started);
            peers.Own(new IPEndPoint(IPAddress.Parse(started.Address.Host.Trim('[', ']')), started.Address.Port));
            _log.Info($"state {http.State}: exchange at {started.Address}");
        }
        peers.Use(http.Peers);
        if (_settings.Provider is { } provider)
            _following.Add(FollowAsync(provider, peers, http));
        return null;
    }

    // At the node itself nobody is asked: neither by the address of the exchange, nor by the node's own name.
    private Task FollowAsync(ProviderSettings provider, HttpPeers peers, StateHttpSettings http)
    {
        var own = http.Exchange is { } exchange ? exchange with { Port = _endpoints[^1].Address.Port } : null;
        var ports = new PeerPorts(own?.Port ?? StatesReader.ExchangePort, provider.TargetPort);
        var source = new ObservedPeers(
            new TargetedPeers(ProviderFactory.Create(provider, _time, _node.Membership), ports, () => Interfaces.Of(own, _node.Id)), $"state {http.State}");
        _sources.Add(source);
        return peers.FollowAsync(source, http.Peers, _end.Token);
    }

    private void Report(Exception e) => _log.Error($"a request failed: {e}");

    // One for all peers: connections are kept and used again.
    private HttpClient Client()
    {
        if (_http is not null)
            return _http;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = _settings.Limits.ConnectWithin,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxConnectionsPerServer = _exchange.PullsMost,
        };
        if (_tls is { } tls)
        {
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                LocalCertificateSelectionCallback = (_, _, _, _, _) => tls.Credentials.Certificate,
                RemoteCertificateValidationCallback = (_, shown, sent, errors) => tls.BelievesServer(shown, sent, errors),
            };
        }
        return _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }
}

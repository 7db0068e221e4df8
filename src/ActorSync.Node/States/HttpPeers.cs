using System.Net;
using System.Net.NetworkInformation;
using ActorSync.Node.Configuration;
using ActorSync.Node.Hosting;
using ActorSync.Peers;
using ActorSync.Peers.Providers;
using ActorSync.States;
using ActorSync.Transport.Tcp;

namespace ActorSync.Node.States;

/// <summary>
/// The nodes that a state is exchanged with over HTTP. They may change at any time (<see cref="Use"/>). This node is never
/// among them: neither by its addresses, nor by what it says when it turns out to have spoken to itself.
/// </summary>
internal sealed class HttpPeers : IDisposable
{
    /// <summary>How long a peer that turned out to be this node is left out: its name, or who answers there, may be another's then.</summary>
    public static readonly TimeSpan SelfFor = TimeSpan.FromMinutes(5);

    private static readonly NodeId Somebody = new(UInt128.MaxValue);

    private readonly ISharedState _state;
    private readonly NodeId _self;
    private readonly StateSettings _settings;
    private readonly StateHttpLimits _limits;
    private readonly HttpClient _http;
    private readonly bool _isSecure;
    private readonly bool _isOpen;
    private readonly NodeLog _log;
    private readonly Lock _lock = new();
    private readonly HashSet<TcpEndpoint> _own = [];
    private readonly HashSet<TcpEndpoint> _met = [];
    private readonly HashSet<TcpEndpoint> _told = [];
    private readonly ITimer _again;
    private TcpEndpoint[] _found = [];
    private Dictionary<TcpEndpoint, HttpPeer> _peers = [];
    private HashSet<TcpEndpoint> _leftOut = [];

    /// <param name="state">The state.</param>
    /// <param name="self">This node.</param>
    /// <param name="settings">The state's settings.</param>
    /// <param name="limits">What peers may take.</param>
    /// <param name="http">The client of all peers.</param>
    /// <param name="isSecure">Whether peers off loopback speak TLS.</param>
    /// <param name="isOpen">Whether they may be spoken to without it.</param>
    /// <param name="log">The node's log.</param>
    /// <param name="time">Says when to ask again who answers.</param>
    public HttpPeers(ISharedState state, NodeId self, StateSettings settings, StateHttpLimits limits, HttpClient http, bool isSecure, bool isOpen, NodeLog log, TimeProvider time)
    {
        _state = state;
        _self = self;
        _settings = settings;
        _limits = limits;
        _http = http;
        _isSecure = isSecure;
        _isOpen = isOpen;
        _log = log;
        _again = time.CreateTimer(_ => AskAgain(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The endpoints that are spoken to.</summary>
    public IReadOnlyList<TcpEndpoint> Endpoints
    {
        get
        {
            lock (_lock)
                return [.. _peers.Keys];
        }
    }

    public void Dispose() => _again.Dispose();

    /// <summary>This node answers there: it is no peer.</summary>
    public void Own(IPEndPoint listening)
    {
        lock (_lock)
        {
            foreach (var address in AddressesOf(listening.Address))
                _own.Add(new TcpEndpoint(TcpEndpoint.Canonical(address.ToString()), listening.Port));
        }
    }

    /// <summary>
    /// The peers are now these. Those that stay keep what is known of them. One off loopback is spoken to over TLS, or left
    /// out and told of once, while it is found.
    /// </summary>
    public void Use(IEnumerable<TcpEndpoint> endpoints)
    {
        TcpEndpoint[] leftOut;
        lock (_lock)
        {
            _found = [.. endpoints.Distinct()];
            var found = _found.Where(endpoint => !_own.Contains(endpoint with { IsTls = false }) && !_met.Contains(endpoint)).Take(_settings.PeersMost).ToLookup(MaySpeak);
            _peers = found[true].ToDictionary(endpoint => endpoint, endpoint => _peers.GetValueOrDefault(endpoint) ?? Make(endpoint));
            leftOut = [.. found[false].Where(endpoint => !_leftOut.Contains(endpoint))];
            _leftOut = [.. found[false]];
            _state.Exchange.UsePeers([.. _peers.Values]);
        }
        foreach (var endpoint in leftOut)
            _log.Warning($"state {_state.Name}: the peer {StatesReader.Named(endpoint)} is left out: it {StatesReader.NeedsTls}");
    }

    /// <summary>Keeps to the peers that a provider finds, beside some that are fixed, until it is cancelled. Each has its port (<see cref="TargetedPeers"/>).</summary>
    public async Task FollowAsync(IPeerProvider provider, IReadOnlyList<TcpEndpoint> also, CancellationToken cancellation)
    {
        await foreach (var view in provider.WatchAsync(cancellation))
            Use([.. also, .. view.Peers.Where(peer => peer.Port is not null).Select(peer => new TcpEndpoint(TcpEndpoint.Canonical(peer.Host), peer.Port!.Value))]);
    }

    /// <summary>The peer that a request comes from, as far as that can be told: what it sends is not sent back to it.</summary>
    public NodeId SourceOf(HttpContext context)
    {
        lock (_lock)
        {
            if (NodeId.TryParse(context.Request.Headers[ExchangeEndpoint.NodeHeader].ToString(), out var node))
                return _peers.Values.FirstOrDefault(peer => peer.Node == node)?.Id ?? node;
            // One that does not say who it is is known by its address, but for the one address that all share on this machine.
            if (context.Connection.RemoteIpAddress is not { } address || IPAddress.IsLoopback(address))
                return Somebody;
            var from = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
            return _peers.Values.Where(peer => peer.Endpoint.Host == from).ToArray() is [var one] ? one.Id : Somebody;
        }
    }

    private bool MaySpeak(TcpEndpoint endpoint) => _isSecure || _isOpen || endpoint.IsLoopback();

    private HttpPeer Make(TcpEndpoint endpoint) => new(endpoint, _isSecure && (endpoint.IsTls || !endpoint.IsLoopback()), _http, _self, _settings, _limits, OnMet);

    private void OnMet(HttpPeer peer, NodeId node)
    {
        lock (_lock)
        {
            peer.Node = node;
            if (node != _self || !_peers.Remove(peer.Endpoint))
                return;
            _met.Add(peer.Endpoint);
            _again.Change(SelfFor, Timeout.InfiniteTimeSpan);
            _state.Exchange.UsePeers([.. _peers.Values]);
            if (!_told.Add(peer.Endpoint))
                return;
        }
        _log.Info($"state {_state.Name}: {peer.Name} is this node itself, and no peer");
    }

    private void AskAgain()
    {
        lock (_lock)
        {
            _met.Clear();
            _told.IntersectWith(_found);
            Use(_found);
        }
    }

    private static IEnumerable<IPAddress> AddressesOf(IPAddress listening)
    {
        if (!listening.Equals(IPAddress.Any) && !listening.Equals(IPAddress.IPv6Any))
            return [listening];
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces().SelectMany(network => network.GetIPProperties().UnicastAddresses).Select(unicast => unicast.Address);
        }
        catch (NetworkInformationException)
        {
            return [IPAddress.Loopback, IPAddress.IPv6Loopback];
        }
    }
}

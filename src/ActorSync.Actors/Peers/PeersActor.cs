using ActorSync.Graphs;
using ActorSync.Graphs.Hellos;
using ActorSync.Peers;
using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

/// <summary>All peers of the node: a <see cref="PeerActor"/> each, a <see cref="DialerActor"/> per endpoint to keep a link to.</summary>
public sealed class PeersActor : ReceiveActor
{
    /// <summary>A link was made, by a dialer or by the peer.</summary>
    public sealed record LinkMade(ILink Link, IActorRef? Dialer) : ILocalMessage;

    /// <summary>Keep a link to this endpoint, for someone. Answered by <see cref="DialerActor.Dialed"/>.</summary>
    public sealed record Dial(string Endpoint, LinkKeepers For = LinkKeepers.Application) : ILocalMessage;

    /// <summary>Keep it no longer for them. Unless it is kept for others, the link is closed.</summary>
    public sealed record LetGo(string Endpoint, LinkKeepers For) : ILocalMessage;

    /// <summary>Close the link to a peer, named by endpoint or node id, and make none again. Answered by <see cref="HungUp"/>.</summary>
    public sealed record HangUp(string Peer) : ILocalMessage;

    public sealed record HungUp(SyncError? Error) : ILocalMessage;

    /// <summary>Answered by <see cref="Found"/>: the peer's actor, or null.</summary>
    public sealed record Find(NodeId Peer) : ILocalMessage;

    /// <summary>As <see cref="Find"/>, by the first digits of the node id.</summary>
    public sealed record FindByDigits(string Digits) : ILocalMessage;

    public sealed record Found(IActorRef? Actor) : ILocalMessage;

    /// <summary>From a peer's actor: it has seen this link. What it has not seen when it stops, goes to the next one.</summary>
    public sealed record Attended(ILink Link) : ILocalMessage;

    /// <summary>From a peer's actor: it has no link now.</summary>
    public sealed record Broke(NodeId Peer) : ILocalMessage;

    /// <summary>From a peer's actor: a subscription of this graph is wanted of it, or no longer.</summary>
    public sealed record Wants(NodeId Peer, GraphId Graph, LinkKeepers For, bool IsWanted) : ILocalMessage;

    /// <summary>From a peer's actor: it is wanted to tell of this graph on these terms; null for no longer.</summary>
    public sealed record WantsHello(NodeId Peer, GraphId Graph, LinkKeepers For, HelloTerms? Terms) : ILocalMessage;

    /// <summary>Answered by <see cref="PeerActor.Wanted"/>, with how often the peer's actor had something taken back when it asked.</summary>
    public sealed record GetWanted(NodeId Peer, int TakenBack = 0) : ILocalMessage;

    /// <summary>Answered by <see cref="PeerActor.WantedHellos"/>.</summary>
    public sealed record GetWantedHellos(NodeId Peer, int TakenBack = 0) : ILocalMessage;

    /// <summary>Answered by <see cref="All"/>.</summary>
    public sealed record GetAll : ILocalMessage
    {
        public static readonly GetAll Instance = new();
    }

    public sealed record All(IReadOnlyList<IActorRef> Peers, IReadOnlyList<IActorRef> Dialers) : ILocalMessage;

    /// <summary>Each peer that has a link tells whoever asks: <see cref="PeerActor.LinkUp"/>, in order with what is published of it.</summary>
    public sealed record AnnounceLinks : ILocalMessage
    {
        public static readonly AnnounceLinks Instance = new();
    }

    /// <summary>Close all links, and stop.</summary>
    public sealed record Close : ILocalMessage
    {
        public static readonly Close Instance = new();
    }

    private readonly SyncContext _sync;
    private readonly ILinkConnector _connector;
    private readonly ILinkListener? _listener;
    private readonly LinkIdentity _identity;
    private readonly Dictionary<NodeId, IActorRef> _peers = [];
    private readonly Dictionary<string, IActorRef> _dialers = [];
    private readonly Dictionary<string, LinkKeepers> _keepers = [];
    private readonly Dictionary<IActorRef, NodeId> _dialed = [];
    private readonly Dictionary<IActorRef, List<LinkMade>> _unattended = [];
    private readonly LinkedList<NodeId> _broken = new();
    private readonly Dictionary<NodeId, WantedSubscriptions> _wanted = [];
    private readonly Dictionary<NodeId, WantedHellos> _wantedHellos = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private IActorRef? _accepting;
    private bool _closing;

    public PeersActor(SyncContext sync, ILinkConnector connector, ILinkListener? listener)
    {
        _sync = sync;
        _connector = connector;
        _listener = listener;
        _identity = new LinkIdentity(sync.Self, sync.Settings.Wire.PayloadBytes);
        Receive<LinkMade>(OnLinkMade);
        Receive<Attended>(OnAttended);
        Receive<Broke>(OnBroke);
        Receive<Wants>(OnWants);
        Receive<WantsHello>(OnWantsHello);
        Receive<GetWanted>(get => Sender.Tell(new PeerActor.Wanted([.. _wanted.GetValueOrDefault(get.Peer)?.All ?? []], get.TakenBack)));
        Receive<GetWantedHellos>(get => Sender.Tell(new PeerActor.WantedHellos([.. _wantedHellos.GetValueOrDefault(get.Peer)?.All ?? []], get.TakenBack)));
        Receive<Dial>(OnDial);
        Receive<LetGo>(OnLetGo);
        Receive<HangUp>(OnHangUp);
        Receive<Find>(find => Sender.Tell(new Found(_peers.GetValueOrDefault(find.Peer))));
        Receive<FindByDigits>(OnFindByDigits);
        Receive<GetAll>(_ => Sender.Tell(new All([.. _peers.Values], [.. _dialers.Values])));
        Receive<AnnounceLinks>(OnAnnounceLinks);
        Receive<Terminated>(OnTerminated);
        Receive<Close>(_ => OnClose());
    }

    public static Props Props(SyncContext sync, ILinkConnector connector, ILinkListener? listener) =>
        Akka.Actor.Props.Create(() => new PeersActor(sync, connector, listener));

    protected override void PreStart()
    {
        if (_listener is not null)
            _accepting = Context.Watch(Context.ActorOf(ListenerActor.Props(_listener), "listener"));
    }

    private void OnLinkMade(LinkMade made)
    {
        var node = made.Link.Peer.Node;
        var linked = _peers.Count - _broken.Count;
        var isNew = !_peers.ContainsKey(node) || _broken.Contains(node);
        if (_closing || isNew && linked >= _sync.Settings.MaximumPeers)
        {
            _log.Warning("A link to peer {0} is closed: {1} peers are linked, or the node is closing", node.ToShortString(), linked);
            _sync.Errors.Count(SyncErrorKind.Busy);
            made.Link.DisposeInBackground();
            made.Dialer?.Tell(new PeerActor.Detached(node, new SyncError(SyncErrorKind.Busy, "the node has as many peers as it may have")));
            return;
        }
        Attach(node, made);
    }

    // A peer's actor that is about to stop may not see the link any more.
    private void Attach(NodeId node, LinkMade made)
    {
        if (!_peers.TryGetValue(node, out var peer))
        {
            ForgetOldest();
            peer = Context.ActorOf(PeerActor.Props(node, _sync), $"peer-{node}");
            Context.Watch(peer);
            _peers.Add(node, peer);
        }
        if (made.Dialer is not null)
            _dialed[made.Dialer] = node;
        if (!_unattended.TryGetValue(peer, out var links))
            _unattended.Add(peer, links = []);
        links.Add(made);
        _broken.Remove(node);
        peer.Tell(new PeerActor.Attach(made.Link, made.Dialer));
    }

    // A peer whose link broke is remembered for a while, but only so many: names that come once and never again must not
    // take the place of those that stay.
    private void ForgetOldest()
    {
        if (_broken.Count < _sync.Settings.MaximumPeers)
            return;
        _peers[_broken.First!.Value].Tell(PeerActor.Stop.Instance);
        _broken.RemoveFirst();
    }

    private void OnBroke(Broke broke)
    {
        // A link that is on its way to the peer's actor counts already.
        if (_peers.TryGetValue(broke.Peer, out var peer) && peer.Equals(Sender) && !_unattended.ContainsKey(peer) && !_broken.Contains(broke.Peer))
            _broken.AddLast(broke.Peer);
    }

    private void OnAttended(Attended attended)
    {
        if (!_unattended.TryGetValue(Sender, out var links))
            return;
        links.RemoveAll(made => made.Link == attended.Link);
        if (links.Count == 0)
            _unattended.Remove(Sender);
    }

    private void OnWants(Wants wants)
    {
        if (!_wanted.TryGetValue(wants.Peer, out var graphs))
            _wanted.Add(wants.Peer, graphs = new WantedSubscriptions());
        if (wants.IsWanted)
            graphs.Add(wants.Graph, wants.For);
        else
            graphs.Remove(wants.Graph, wants.For);
        if (graphs.IsEmpty)
            _wanted.Remove(wants.Peer);
    }

    private void OnWantsHello(WantsHello wants)
    {
        if (!_wantedHellos.TryGetValue(wants.Peer, out var graphs))
            _wantedHellos.Add(wants.Peer, graphs = new WantedHellos());
        if (wants.Terms is { } terms)
            graphs.Add(wants.Graph, wants.For, terms);
        else
            graphs.Remove(wants.Graph, wants.For);
        if (graphs.IsEmpty)
            _wantedHellos.Remove(wants.Peer);
    }

    private void OnDial(Dial dial)
    {
        if (_closing)
        {
            Sender.Tell(new DialerActor.Dialed(new SyncError(SyncErrorKind.ShuttingDown, "the node is shutting down")));
            return;
        }
        if (!_dialers.TryGetValue(dial.Endpoint, out var dialer))
        {
            dialer = Context.ActorOf(DialerActor.Props(dial.Endpoint, _connector, _identity, _sync.Settings.Backoff, _sync.Random));
            Context.Watch(dialer);
            _dialers.Add(dial.Endpoint, dialer);
        }
        _keepers[dial.Endpoint] = _keepers.GetValueOrDefault(dial.Endpoint) | dial.For;
        dialer.Forward(DialerActor.WhenDialed.Instance);
    }

    private void OnLetGo(LetGo letGo)
    {
        if (!_keepers.TryGetValue(letGo.Endpoint, out var keepers) || !_dialers.TryGetValue(letGo.Endpoint, out var dialer))
            return;
        _keepers[letGo.Endpoint] = keepers &= ~letGo.For;
        if (keepers != LinkKeepers.None)
            return;
        var isMet = _dialed.TryGetValue(dialer, out var node);
        GiveUp(letGo.Endpoint, dialer);
        if (isMet && !_dialed.ContainsValue(node) && !_wanted.ContainsKey(node) && !_wantedHellos.ContainsKey(node))
            _peers.GetValueOrDefault(node)?.Tell(PeerActor.Stop.Instance);
    }

    private void GiveUp(string endpoint, IActorRef dialer)
    {
        Context.Stop(dialer);
        _dialers.Remove(endpoint);
        _keepers.Remove(endpoint);
        _dialed.Remove(dialer);
    }

    private void OnHangUp(HangUp hangUp)
    {
        NodeId? node = _dialers.TryGetValue(hangUp.Peer, out var dialer)
            ? _dialed.TryGetValue(dialer, out var dialed) ? dialed : null
            : ByDigits(hangUp.Peer);
        if (dialer is null && node is null)
        {
            Sender.Tell(new HungUp(new SyncError(SyncErrorKind.Unreachable, $"there is no peer {hangUp.Peer}")));
            return;
        }
        // Every endpoint that leads to the peer is given up, and what was wanted of it; the mesh keeps the links of its members.
        var leading = _dialers.Where(pair => pair.Value.Equals(dialer) || node is not null && _dialed.TryGetValue(pair.Value, out var to) && to == node).ToArray();
        if (Array.Find(leading, pair => _keepers.GetValueOrDefault(pair.Key).HasFlag(LinkKeepers.Mesh)) is { Key: { } kept })
        {
            Sender.Tell(new HungUp(new SyncError(SyncErrorKind.NotAllowed, $"the link to {kept} is kept by the mesh: it ends when that member leaves")));
            return;
        }
        foreach (var (endpoint, actor) in leading)
            GiveUp(endpoint, actor);
        if (node is { } known)
        {
            _wanted.Remove(known);
            _wantedHellos.Remove(known);
            _peers.GetValueOrDefault(known)?.Tell(PeerActor.Stop.Instance);
        }
        Sender.Tell(new HungUp(null));
    }

    private void OnFindByDigits(FindByDigits find) =>
        Sender.Tell(new Found(ByDigits(find.Digits) is { } node ? _peers[node] : null));

    private NodeId? ByDigits(string digits)
    {
        var matches = _peers.Keys.Where(node => digits.Length >= 4 && node.ToString().StartsWith(digits, StringComparison.OrdinalIgnoreCase)).ToArray();
        return matches.Length == 1 ? matches[0] : null;
    }

    private void OnAnnounceLinks(AnnounceLinks announce)
    {
        foreach (var peer in _peers.Values)
            peer.Forward(announce);
    }

    private void OnTerminated(Terminated terminated)
    {
        foreach (var node in _peers.Where(pair => pair.Value.Equals(terminated.ActorRef)).Select(pair => pair.Key).ToArray())
        {
            _peers.Remove(node);
            _broken.Remove(node);
        }
        foreach (var endpoint in _dialers.Where(pair => pair.Value.Equals(terminated.ActorRef)).Select(pair => pair.Key).ToArray())
        {
            _dialers.Remove(endpoint);
            _keepers.Remove(endpoint);
        }
        _dialed.Remove(terminated.ActorRef);
        if (terminated.ActorRef.Equals(_accepting))
            _accepting = null;
        if (_unattended.Remove(terminated.ActorRef, out var links))
        {
            foreach (var made in links)
                OnLinkMade(made);
        }
        StopIfClosed();
    }

    private void OnClose()
    {
        _closing = true;
        if (_accepting is not null)
            Context.Stop(_accepting);
        foreach (var dialer in _dialers.Values)
            Context.Stop(dialer);
        foreach (var peer in _peers.Values)
            peer.Tell(PeerActor.Stop.Instance);
        StopIfClosed();
    }

    private void StopIfClosed()
    {
        if (_closing && _accepting is null && _peers.Count == 0 && _dialers.Count == 0)
            Context.Stop(Self);
    }
}

using ActorSync.Actors;
using ActorSync.Peers;
using Akka.Actor;

namespace ActorSync.Cluster;

/// <summary>
/// One end of a link between two nodes of a cluster. Remoting may lose messages and never tells: payloads are numbered,
/// and a gap, like silence, ends the link; a new one is made, and the protocol goes on from what is durable.
/// <code>
/// dials:   Asking ──LinkOpened──> Open ──gap, silence, Close, LinkEnded──> stopped
/// accepts:                        Open ──...
/// </code>
/// </summary>
internal sealed class ClusterLinkActor : ReceiveActor, IWithTimers
{
    /// <summary>From the link: send this.</summary>
    public sealed record Out(ReadOnlyMemory<byte> Bytes);

    /// <summary>From the link: a payload was taken out of it.</summary>
    public sealed record TookOne
    {
        public static readonly TookOne Instance = new();
    }

    /// <summary>From the link: its owner is done with it.</summary>
    public sealed record Close
    {
        public static readonly Close Instance = new();
    }

    private sealed record Pulse
    {
        public static readonly Pulse Instance = new();
    }

    /// <summary>A sign of life is given so often.</summary>
    public static readonly TimeSpan AliveEvery = TimeSpan.FromSeconds(3);

    /// <summary>An end that is not heard for so long is gone.</summary>
    public static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(10);

    private readonly LinkIdentity _self;
    private IActorRef _other;
    private Action<SyncError> _end = _ => { };
    private ulong _sent;
    private ulong _sentTaken;
    private ulong _received;
    private ulong _taken;
    private ulong _toldTaken;

    private readonly Action<ClusterLinkActor> _start;

    public ClusterLinkActor(LinkIdentity self, IActorRef other, Action<ClusterLinkActor> start)
    {
        _self = self;
        _other = other;
        _start = start;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Asks the node at the address for a link; whoever waits is told <see cref="Result{ILink}"/>.</summary>
    public static Props Dials(LinkIdentity self, string address, IActorRef asker) =>
        Akka.Actor.Props.Create(() => new ClusterLinkActor(self, ActorRefs.Nobody, actor => actor.Dial(address, asker)));

    /// <summary>Is the other end of a link that was asked for, and hands it to the peers.</summary>
    public static Props Accepts(LinkIdentity self, OpenLink open, IActorRef other, IActorRef peers) =>
        Akka.Actor.Props.Create(() => new ClusterLinkActor(self, other, actor => actor.Accept(open, peers)));

    protected override void PreStart() => _start(this);

    protected override void PostStop() => _end(new SyncError(SyncErrorKind.ShuttingDown, "the node is shutting down"));

    private void Dial(string address, IActorRef asker)
    {
        Become(() => Asking(address, asker));
        Context.SetReceiveTimeout(DeadAfter);
        Context.ActorSelection($"{address}/user/{ClusterLinksActor.Name}").Tell(new OpenLink(_self.Self, _self.MaxPayloadBytes), Self);
    }

    private void Accept(OpenLink open, IActorRef peers)
    {
        _other.Tell(new LinkOpened(_self.Self, _self.MaxPayloadBytes));
        peers.Tell(new PeersActor.LinkMade(Begin(open.From, open.MaxPayloadBytes, $"{_other.Path.Address}"), null));
    }

    private void Asking(string address, IActorRef asker)
    {
        Receive<LinkOpened>(opened =>
        {
            Context.SetReceiveTimeout(null);
            _other = Sender;
            asker.Tell(new Result<ILink>(Begin(opened.From, opened.MaxPayloadBytes, address)));
        });
        Receive<LinkEnded>(refused => Refuse(refused.Why));
        Receive<ReceiveTimeout>(_ => Refuse(new SyncError(SyncErrorKind.Unreachable, $"{address} does not answer")));

        void Refuse(SyncError why)
        {
            asker.Tell((Result<ILink>)why);
            Context.Stop(Self);
        }
    }

    private ClusterLink Begin(PeerIdentity peer, int maxPayloadBytes, string remoteName)
    {
        var link = new ClusterLink(Self, peer, remoteName, Math.Min(maxPayloadBytes, _self.MaxPayloadBytes));
        Timers.StartPeriodicTimer(Pulse.Instance, Pulse.Instance, AliveEvery);
        _end = link.End;
        Become(() => Open(link));
        return link;
    }

    private void Open(ClusterLink link)
    {
        Receive<Out>(send => _other.Tell(new LinkPayload(++_sent, send.Bytes)));
        Receive<LinkPayload>(payload => OnPayload(link, payload));
        Receive<TookOne>(_ => OnTookOne());
        Receive<LinkTaken>(taken => OnTaken(link, taken));
        Receive<Pulse>(_ => OnPulse(link));
        Receive<LinkEnded>(ended => End(link, ended.Why));
        Receive<Close>(_ => Part(link, new SyncError(SyncErrorKind.Unreachable, "closed by peer"), new SyncError(SyncErrorKind.ShuttingDown, $"this node closed the link to {link.RemoteName}")));
    }

    private void OnPayload(ClusterLink link, LinkPayload payload)
    {
        link.Hear();
        if (payload.Number != ++_received)
            Part(link, new SyncError(SyncErrorKind.Unreachable, $"the payload {_received} was lost on its way: the link begins anew"));
        else if (payload.Bytes.Length > link.MaxPayloadBytes || payload.Bytes.IsEmpty)
            Part(link, new SyncError(SyncErrorKind.LimitExceeded, $"a payload of {payload.Bytes.Length} bytes, and the link takes 1 to {link.MaxPayloadBytes}"));
        else if (!link.Offer(payload.Bytes))
            Part(link, new SyncError(SyncErrorKind.LimitExceeded, $"more than {ClusterLink.Window} payloads that were not taken yet"));
    }

    // The other end hears of half a window at a time.
    private void OnTookOne()
    {
        _taken++;
        if (_taken - _toldTaken >= ClusterLink.Window / 2)
            TellTaken();
    }

    private void TellTaken()
    {
        _toldTaken = _taken;
        _other.Tell(new LinkTaken(_taken));
    }

    private void OnTaken(ClusterLink link, LinkTaken taken)
    {
        link.Hear();
        if (taken.Number > _sent || taken.Number < _sentTaken)
        {
            Part(link, new SyncError(SyncErrorKind.MalformedPayload, $"{taken.Number} payloads are said to be taken, of {_sent} that were sent and {_sentTaken} that were taken before"));
            return;
        }
        if (taken.Number > _sentTaken)
            link.MakeRoom((int)(taken.Number - _sentTaken));
        _sentTaken = taken.Number;
    }

    private void OnPulse(ClusterLink link)
    {
        if (link.SilentFor > DeadAfter)
            Part(link, new SyncError(SyncErrorKind.Unreachable, $"nothing was heard of {link.RemoteName} for {DeadAfter.TotalSeconds} s"));
        else
            TellTaken();
    }

    private void Part(ClusterLink link, SyncError why, SyncError? here = null)
    {
        _other.Tell(new LinkEnded(why));
        End(link, here ?? why);
    }

    private void End(ClusterLink link, SyncError why)
    {
        link.End(why);
        Context.Stop(Self);
    }
}

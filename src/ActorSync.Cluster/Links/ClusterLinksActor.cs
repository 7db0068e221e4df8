using ActorSync.Peers;
using ActorSync.Wire;
using Akka.Actor;

namespace ActorSync.Cluster;

/// <summary>Makes links with other nodes of the cluster, and takes those that they make.</summary>
internal sealed class ClusterLinksActor : ReceiveActor
{
    /// <summary>Where other nodes find it, below /user.</summary>
    public const string Name = "cluster-links";

    /// <summary>Links that may be there at one time; members and their second links, while one takes the place of the other.</summary>
    public const int LinksMost = 2048;

    /// <summary>Make a link to the node at this address. Answered by <see cref="Result{ILink}"/>.</summary>
    public sealed record Dial(string Address, LinkIdentity Self);

    /// <summary>Whoever takes links that others make.</summary>
    public sealed record ServePeers(IActorRef Peers);

    private readonly LinkIdentity _self;
    private IActorRef? _peers;

    public ClusterLinksActor(LinkIdentity self)
    {
        _self = self;
        Receive<ServePeers>(serve => _peers = serve.Peers);
        Receive<Dial>(dial => Context.ActorOf(ClusterLinkActor.Dials(dial.Self, dial.Address, Sender)));
        Receive<OpenLink>(OnOpen);
    }

    public static Props Props(LinkIdentity self) => Akka.Actor.Props.Create(() => new ClusterLinksActor(self));

    // What is wrong with one link ends it; whoever wants one makes another.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    private void OnOpen(OpenLink open)
    {
        if (_peers is not { } peers || Context.GetChildren().Take(LinksMost).Count() == LinksMost)
            Sender.Tell(new LinkEnded(new SyncError(SyncErrorKind.Busy, "the node is just starting, or has as many links as it may have; try again later")));
        else if (open.From.Node == _self.Self.Node)
            Sender.Tell(new LinkEnded(new SyncError(SyncErrorKind.InvalidRequest, $"both ends of the link are node {open.From.Node.ToShortString()}: its store was copied")));
        else if (open.MaxPayloadBytes < WireLimits.SmallestPayloadBytes)
            Sender.Tell(new LinkEnded(new SyncError(SyncErrorKind.InvalidRequest, $"payloads of at most {open.MaxPayloadBytes} bytes are too small: {WireLimits.SmallestPayloadBytes} are the least")));
        else
            Context.ActorOf(ClusterLinkActor.Accepts(_self, open, Sender, peers));
    }
}

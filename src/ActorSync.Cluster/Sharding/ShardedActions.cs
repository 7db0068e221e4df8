using ActorSync.Actors;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Placement;
using ActorSync.Wire;
using Akka.Actor;

namespace ActorSync.Cluster;

/// <summary>
/// Carries the actions of this node's applications to the entity of their graph, and its answer back. What is lost with
/// the owner's node gets no answer: then the caller is told at once that the action may have been carried out. While an
/// owner cannot be reached, or is just gone, and the shard is not elsewhere yet, another holder of the graph carries actions out: commands
/// merge.
/// </summary>
internal sealed class ShardedActions : ReceiveActor, IWithTimers
{
    private sealed record GiveUp(ulong Token) : ILocalMessage;

    private sealed record Settled : ILocalMessage
    {
        public static readonly Settled Instance = new();
    }

    private sealed record Waiting(IActorRef Asker, NodeId? Owner) : ILocalMessage;

    // How long the cluster may take, once it has taken a member out, to have its shards elsewhere: what is told to them meanwhile is lost.
    private static readonly TimeSpan SettlesWithin = TimeSpan.FromSeconds(3);

    private readonly MeshContext _mesh;
    private readonly IActorRef _graphs;
    private readonly IActorRef _region;
    private readonly Dictionary<ulong, Waiting> _waiting = [];
    private MembershipView _view;
    private MembershipView? _before;
    private ulong _tokens;

    public ShardedActions(MeshContext mesh, IActorRef graphs, IActorRef region)
    {
        _mesh = mesh;
        _graphs = graphs;
        _region = region;
        _view = new MembershipView(mesh.Self, []);
        Receive<MembershipActor.ViewChanged>(changed => OnView(changed.View));
        Receive<MeshActor.Act>(OnAct);
        Receive<Carried>(answer => OnAnswer(answer.Message));
        Receive<Settled>(_ => _before = null);
        Receive<GiveUp>(late => Answer(late.Token, Lost("in time")));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(MeshContext mesh, IActorRef graphs, IActorRef region) => Akka.Actor.Props.Create(() => new ShardedActions(mesh, graphs, region));

    protected override void PreStart()
    {
        _mesh.Sync.Events.Subscribe(Self, typeof(MembershipActor.ViewChanged));
        _mesh.Sync.Router.Tell(SyncRouter.ServeActions.Instance);
    }

    protected override void PostStop() => _mesh.Sync.Events.Unsubscribe(Self);

    private static GraphActor.Acted Lost(string when) =>
        new(new SyncError(SyncErrorKind.Unreachable, $"the graph's owner did not answer {when}: the action may have been carried out"));

    private void OnAct(MeshActor.Act act)
    {
        var holders = Rendezvous.Holders(_view, act.Graph, _mesh.Options.Placement);
        if (IsLost(holders) || _before is not null && IsLost(Rendezvous.Holders(_before, act.Graph, _mesh.Options.Placement)))
        {
            _graphs.Forward(act);
            return;
        }
        var within = act.Within ?? _mesh.Options.Holding.ReplicateWithin;
        _waiting.Add(++_tokens, new Waiting(Sender, holders.Count > 0 ? holders[0] : null));
        Timers.StartSingleTimer(_tokens, new GiveUp(_tokens), within + _mesh.Sync.Settings.GraphTimeout);
        _region.Tell(new Carried(new ForwardAction(
            _tokens, act.Graph, act.Action.Priority, act.Ack ?? _mesh.Options.Ack, (uint)within.TotalMilliseconds, act.Action.Payload)));
    }

    private bool IsLost(IReadOnlyList<NodeId> holders) => holders.Count > 0 && !_view.Reaches(holders[0]);

    private void OnAnswer(SyncMessage message)
    {
        if (message is ForwardResult result)
            Answer(result.Token, new GraphActor.Acted(result.ToError() is { } error ? error : result.Command!.Value) { Durable = result.Command });
    }

    private void OnView(MembershipView view)
    {
        if (_view.Members.Any(member => view.Find(member.Node) is null))
        {
            _before ??= _view;
            Timers.StartSingleTimer(Settled.Instance, Settled.Instance, SettlesWithin);
        }
        _view = view;
        foreach (var (token, _) in _waiting.Where(waiting => waiting.Value.Owner is { } owner && !view.Reaches(owner)).ToArray())
            Answer(token, Lost("before its node was gone"));
    }

    private void Answer(ulong token, GraphActor.Acted acted)
    {
        if (!_waiting.Remove(token, out var waiting))
            return;
        Timers.Cancel(token);
        waiting.Asker.Tell(acted);
    }
}

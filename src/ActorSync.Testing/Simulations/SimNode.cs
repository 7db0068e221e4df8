using ActorSync.Graphs;
using ActorSync.Graphs.Hellos;
using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Polls;
using ActorSync.Graphs.Subscriptions;
using ActorSync.Machines;
using ActorSync.Peers;

namespace ActorSync.Testing.Simulations;

/// <summary>
/// A node of a simulation: the machines that the actors run, with no actor between, over a disk that outlives them. A
/// crash takes all but the disk; a pause lets what comes wait; the node's clock may run ahead of the others.
/// </summary>
internal sealed class SimNode
{
    private readonly string _name;
    private readonly Dictionary<SimLink, SimPeer> _peers = [];
    private readonly Dictionary<SimLink, HashSet<GraphId>> _wanted = [];
    private readonly Dictionary<SimLink, HashSet<GraphId>> _hellosWanted = [];
    private readonly Queue<Action> _waiting = new();
    private TimeSpan _ahead;
    private int _life;

    public SimNode(Simulation simulation, string name)
    {
        Simulation = simulation;
        _name = name;
        Disk = new SimDisk(this, new NodeId(simulation.NextNode));
    }

    public Simulation Simulation { get; }

    public SimDisk Disk { get; }

    public PeerIdentity Identity => Disk.Identity;

    public Dictionary<GraphId, SimGraph> Graphs { get; } = [];

    /// <summary>What peers are known to hold, across links.</summary>
    public SimKnowledge Acked => Disk.Knowledge;

    /// <summary>Polls of peers that these have finished.</summary>
    public FinishedSessions FinishedSessions { get; private set; } = new();

    public SubscriptionSlots Slots { get; set; } = new(128, 128);

    public PollSettings Polls { get; set; } = PollSettings.Default;

    public SubscriptionSettings Subscriptions { get; set; } = SubscriptionSettings.Default;

    public HelloSettings Hellos { get; set; } = HelloSettings.Default;

    public GraphLimits Limits { get; set; } = GraphLimits.Default;

    /// <summary>Whether too many heads are merged after a while, not at once.</summary>
    public bool WaitsToCollapse { get; set; } = true;

    /// <summary>The policy of the graphs that come after this is set.</summary>
    public IGraphPolicy Policy { get; set; } = OpaquePolicy.Instance;

    /// <summary>Decides from whom the commits of a graph come; null where that is drawn or written down.</summary>
    public ISimSpread? Spread { get; set; }

    /// <summary>Graphs that nobody may subscribe to.</summary>
    public HashSet<GraphId> NotAllowed { get; } = [];

    public IEnumerable<SimPeer> Peers => _peers.Values;

    public IEnumerable<SimLink> Links => _wanted.Keys;

    /// <summary>Whether its process runs.</summary>
    public bool IsRunning { get; private set; } = true;

    public bool IsPaused { get; private set; }

    /// <summary>The node's own monotonic clock.</summary>
    public MonotonicTime Now => Simulation.Now + _ahead;

    /// <summary>Timers that wait.</summary>
    public HashSet<SimTimer> Armed { get; } = [];

    public MonotonicTime OnSimulatedClock(MonotonicTime own) => own + -_ahead;

    /// <summary>Does something later, unless the node crashed meanwhile; when it is paused, once it goes on.</summary>
    public void PostAt(MonotonicTime time, Action action)
    {
        var life = _life;
        Simulation.At(time, () => Do(life, action));
    }

    public void Post(TimeSpan wait, Action action) => PostAt(Simulation.Now + wait, action);

    /// <summary>Does something now, or once the node goes on.</summary>
    public void Do(Action action) => Do(_life, action);

    /// <summary>Links two nodes; the link is up, once it is prepared.</summary>
    public SimLink LinkTo(SimNode other, int maxPayloadBytes = 1 << 20, Action<SimLink>? prepare = null)
    {
        var link = new SimLink(Simulation, this, other) { MaxPayloadBytes = maxPayloadBytes };
        prepare?.Invoke(link);
        Attach(link);
        other.Attach(link);
        link.Up();
        return link;
    }

    public SimPeer PeerAt(SimLink link) => _peers[link];

    /// <summary>What is wanted of a peer outlives the machines that ask for it, as an application asks again.</summary>
    public HashSet<GraphId> WantedOf(SimLink link) => _wanted[link];

    /// <summary>The same of what a peer is to tell of.</summary>
    public HashSet<GraphId> HellosWantedOf(SimLink link) => _hellosWanted[link];

    /// <summary>Has a graph that begins with those commands.</summary>
    public SimGraph Has(GraphId graph, params IReadOnlyList<Command> commands) => Graphs[graph] = new SimGraph(this, Disk.Make(graph, commands));

    /// <summary>The latest version of a graph; null when there is nothing of it.</summary>
    public GraphSnapshot? SnapshotOf(GraphId graph) => Graphs.TryGetValue(graph, out var found) && found.IsOpen ? found.Committed : null;

    /// <summary>Commits what came: a batch with the init command begins the graph if it is not here.</summary>
    public void Receive(GraphId graph, IReadOnlyList<Command> commands, SimPeer? from, Action<Result<ReceiveResult>> answer)
    {
        if (from is not null)
            Spread?.OnArrived(from, commands);
        if (!Graphs.ContainsKey(graph) && commands.Count > 0 && commands[0].Id == graph.Init)
            Graphs.Add(graph, new SimGraph(this, graph, commands[0]));
        if (Graphs.TryGetValue(graph, out var found))
            found.Receive(commands, from?.Identity, answer);
        else
            Post(TimeSpan.Zero, () => answer(new SyncError(SyncErrorKind.UnknownGraph, $"the graph {graph} is not here")));
    }

    /// <summary>A peer showed that it holds these commands.</summary>
    public void TellOf(PeerIdentity holder, GraphId graph, IReadOnlyList<CommandId> commands)
    {
        foreach (var peer in _peers.Values)
        {
            if (peer.Identity == holder)
                peer.Publish(new SubscriptionInput.PeerHolds(graph, commands));
        }
    }

    /// <summary>A peer that was gone for long is forgotten, but for what is wanted of it.</summary>
    public void ForgetDead(SimPeer peer)
    {
        peer.Die();
        _peers[peer.Link] = Begin(peer.Link);
    }

    public void Crash(bool losesTail)
    {
        EndProcess();
        Disk.Crash(losesTail);
    }

    /// <summary>The process ends, and an older state of the disk takes the place of the present one.</summary>
    public void RestoreBackup()
    {
        EndProcess();
        Disk.RestoreBackup();
    }

    public void Restart()
    {
        IsRunning = true;
        FinishedSessions = new FinishedSessions();
        Slots = new SubscriptionSlots(Slots.Limit, Slots.Limit);
        foreach (var (graph, store) in Disk.Stores)
            Graphs.Add(graph, new SimGraph(this, store));
        foreach (var link in _wanted.Keys)
            _peers[link] = Begin(link);
    }

    public void Pause() => IsPaused = true;

    /// <summary>Handles all that waited, in its order.</summary>
    public void Resume()
    {
        IsPaused = false;
        while (!IsPaused && _waiting.TryDequeue(out var action))
            action();
    }

    /// <summary>The machine was asleep: its clock stands later, and all that was to come until then is due.</summary>
    public void JumpAhead(TimeSpan time)
    {
        _ahead += time;
        foreach (var timer in Armed.ToArray())
            timer.OnJump();
    }

    public override string ToString() => _name;

    private void Do(int life, Action action)
    {
        if (life != _life)
            return;
        if (IsPaused)
            _waiting.Enqueue(action);
        else
            action();
    }

    private void Attach(SimLink link)
    {
        _wanted.Add(link, []);
        _hellosWanted.Add(link, []);
        _peers.Add(link, new SimPeer(this, link));
    }

    private SimPeer Begin(SimLink link)
    {
        var peer = new SimPeer(this, link);
        foreach (var graph in _wanted[link])
            peer.Want(graph);
        foreach (var graph in _hellosWanted[link])
            peer.Hello.Want(graph);
        return peer;
    }

    private void EndProcess()
    {
        _life++;
        (IsRunning, IsPaused) = (false, false);
        _waiting.Clear();
        Armed.Clear();
        Graphs.Clear();
        _peers.Clear();
        Simulation.Watch?.OnProcessEnds(this);
    }
}

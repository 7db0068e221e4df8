using ActorSync.Graphs;
using ActorSync.Graphs.Hellos;
using ActorSync.Graphs.Polls;
using ActorSync.Graphs.Spread;
using ActorSync.Graphs.Subscriptions;
using ActorSync.Peers;
using ActorSync.States;
using ActorSync.Wire;

namespace ActorSync.Actors;

/// <summary>What the actors of a node are set to. Every number that a peer can make grow has its limit here.</summary>
public sealed record SyncSettings
{
    public GraphLimits Graphs { get; init; } = GraphLimits.Default;

    /// <summary>What the commands of each graph mean here.</summary>
    public GraphPolicies Policies { get; init; } = GraphPolicies.Opaque;

    /// <summary>Which peers may send finalize commands.</summary>
    public FinalizeRights PeersMayFinalize { get; init; } = FinalizeRights.All;

    /// <summary>Commits that may wait for whoever watches them; a watcher that falls further behind is cut off, and told.</summary>
    public int WatchedCommits { get; init; } = 64;

    /// <summary>A graph goes to rest after so long without use; null for never.</summary>
    public TimeSpan? GraphIdle { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Graphs that are looked at at one time when the node has started, to say what is in them.</summary>
    public int GraphSurveys { get; init; } = 8;

    public WireLimits Wire { get; init; } = WireLimits.Default;

    public PollSettings Polls { get; init; } = PollSettings.Default;

    public SubscriptionSettings Subscriptions { get; init; } = SubscriptionSettings.Default;

    public HelloSettings Hellos { get; init; } = HelloSettings.Default;

    /// <summary>How shared states are kept and exchanged.</summary>
    public StateSettings States { get; init; } = StateSettings.Default;

    /// <summary>How commits spread through a mesh.</summary>
    public SpreadSettings Spread { get; init; } = SpreadSettings.Default;

    public StandingSettings Standing { get; init; } = StandingSettings.Default;

    public BackoffSettings Backoff { get; init; } = new();

    /// <summary>Peers that may hold a subscription here.</summary>
    public int MaximumSubscriptions { get; init; } = 128;

    /// <summary>Members of the node's own mesh or cluster that may hold one besides.</summary>
    public int MaximumMemberSubscriptions { get; init; } = 1024;

    /// <summary>Peers that may be linked at one time.</summary>
    public int MaximumPeers { get; init; } = 1024;

    /// <summary>
    /// The same for a member of a mesh: states that all are known to have say nothing, and subscriptions are asked for as
    /// long as <see cref="SpreadSettings.Hello"/> says, so that an idle mesh sends keep-alives alone.
    /// </summary>
    public SyncSettings InMesh() => this with
    {
        States = States with { PullsOnlyUnlevel = true },
        Subscriptions = Subscriptions with { RemainOpen = Subscriptions.RemainOpen > Spread.Hello.Duration ? Subscriptions.RemainOpen : Spread.Hello.Duration },
    };

    /// <summary>Polls of one graph that are answered at one time.</summary>
    public int SessionsPerGraph { get; init; } = 256;

    /// <summary>Polls of one peer that are answered at one time, over all graphs: no peer takes the places of the others.</summary>
    public int SessionsPerPeer { get; init; } = 16;

    /// <summary>Payloads of one peer that may wait to be dispatched; no more is read from its link meanwhile.</summary>
    public int InboundPayloads { get; init; } = 32;

    /// <summary>Bytes of payloads that may wait for one peer's link; what comes on top is dropped, as a link may.</summary>
    public int OutboundBytes { get; init; } = 16 << 20;

    /// <summary>Pushes of one peer that may wait to be stored; what comes on top is dropped, and comes again.</summary>
    public int StoringPushes { get; init; } = 64;

    /// <summary>A peer whose link broke is dead after so long without a new one.</summary>
    public TimeSpan DeadAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a graph may take to answer another actor.</summary>
    public TimeSpan GraphTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the parts of a node may take to finish what they do when it shuts down.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);
}

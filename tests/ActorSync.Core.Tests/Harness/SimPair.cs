using ActorSync.Graphs;
using ActorSync.Testing.Simulations;
using ActorSync.Wire;

namespace ActorSync.Core.Tests.Harness;

/// <summary>Two linked nodes that share one graph: this one polls and subscribes, the other answers and pushes.</summary>
internal sealed class SimPair
{
    public SimPair(IReadOnlyList<Command> here, IReadOnlyList<Command> there, int seed = 1, int maxPayloadBytes = 1 << 20)
        : this(here, there, new Simulation(seed), maxPayloadBytes, _ => { })
    {
    }

    public SimPair(IReadOnlyList<Command> here, IReadOnlyList<Command> there, Simulation simulation, int maxPayloadBytes, Action<SimNode> prepare)
    {
        Simulation = simulation;
        Here = new SimNode(simulation, "here");
        There = new SimNode(simulation, "there");
        prepare(Here);
        prepare(There);
        if (here.Count > 0)
            Here.Has(GraphMaker.Graph, here);
        if (there.Count > 0)
            There.Has(GraphMaker.Graph, there);
        Link = Here.LinkTo(There, maxPayloadBytes);
    }

    public Simulation Simulation { get; }

    public SimNode Here { get; }

    public SimNode There { get; }

    public SimLink Link { get; }

    /// <summary>What this node keeps of the other.</summary>
    public SimPeer AtHere => Here.PeerAt(Link);

    /// <summary>What the other keeps of this one.</summary>
    public SimPeer AtThere => There.PeerAt(Link);

    public SimGraph GraphHere => Here.Graphs[GraphMaker.Graph];

    public SimGraph GraphThere => There.Graphs[GraphMaker.Graph];

    public bool IsLevel => Here.SnapshotOf(GraphMaker.Graph)?.Heads.Digest == There.SnapshotOf(GraphMaker.Graph)?.Heads.Digest;

    /// <summary>Bytes of all payloads, both ways.</summary>
    public long Bytes => Link.Sent.Sum(sent => (long)sent.Bytes);

    /// <summary>The commands that the other node sent, each as often as it was sent.</summary>
    public List<CommandId> CommandsSent => [.. Link.Sent.Where(sent => sent.From == There).SelectMany(sent => sent.Commands).Select(command => command.Id)];

    /// <summary>Polls and waits for the end.</summary>
    public Result<PollOutcome> Poll(ulong maxBytes = 0)
    {
        Result<PollOutcome>? result = null;
        AtHere.Poll(GraphMaker.Graph, maxBytes, done => result = done);
        Assert.True(Simulation.RunUntil(() => result is not null, TimeSpan.FromHours(3)), "the poll does not end");
        return result!.Value;
    }

    public void Subscribe()
    {
        AtHere.Want(GraphMaker.Graph);
        Simulation.Run(TimeSpan.FromSeconds(1));
    }

    /// <summary>Requests of the session until payload flowed, each with an answer.</summary>
    public int RoundTrips => Link.Messages<Poll>(Here).Count() + Link.Messages<Narrowed>(Here).Count();
}

using ActorSync.Graphs;

namespace ActorSync.Testing.Simulations;

/// <summary>What a node hears of its peers that decides from whom commits come.</summary>
internal interface ISimSpread
{
    void OnLinked(SimPeer peer);

    void OnUnlinked(SimPeer peer);

    /// <summary>The peer subscribed to the graph here, or does so no longer.</summary>
    void OnFollows(SimPeer peer, GraphId graph, bool isOn);

    /// <summary>The peer asked to be told of the graph here.</summary>
    void OnHears(SimPeer peer, GraphId graph);

    /// <summary>A push of the peer was kept.</summary>
    void OnPushed(SimPeer peer, GraphId graph, ReceiveResult kept);

    /// <summary>What the peer told of had to be polled for.</summary>
    void OnMissed(SimPeer peer, GraphId graph);

    /// <summary>Commands of the peer came, new or not.</summary>
    void OnArrived(SimPeer peer, IReadOnlyList<Command> commands);

    /// <summary>A graph has a new version.</summary>
    void OnChanged(GraphSnapshot snapshot);
}

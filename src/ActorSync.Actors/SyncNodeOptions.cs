using ActorSync.Actors;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;
using Akka.Actor;

namespace ActorSync;

/// <summary>What a node is made of.</summary>
public sealed record SyncNodeOptions
{
    /// <summary>Where its graphs live; the node closes it when it is disposed of.</summary>
    public required INodeStore Store { get; init; }

    /// <summary>What opening the store found; null for one that is not on a disk.</summary>
    public StoreStatus? Recovered { get; init; }

    /// <summary>Makes links to other nodes.</summary>
    public required ILinkConnector Connector { get; init; }

    /// <summary>Begins to accept links, as this node; null for a node that only dials.</summary>
    public Func<LinkIdentity, Result<ILinkListener>>? Listen { get; init; }

    /// <summary>The mesh that the node is a member of; null for none.</summary>
    public MeshOptions? Mesh { get; init; }

    /// <summary>The cluster of the engine that the node is in, with the placement of <see cref="Mesh"/>; null for none.</summary>
    internal INodeCluster? Cluster { get; init; }

    /// <summary>The actor system that its actors are in, and the name of the one above them; null for an actor system of its own.</summary>
    internal (ActorSystem System, string Name)? Place { get; init; }

    /// <summary>Limits and times.</summary>
    public SyncSettings Settings { get; init; } = new();

    /// <summary>Counts the errors that were seen; the listener of <see cref="Listen"/> may count its own with them.</summary>
    public ErrorCounts Errors { get; init; } = new();

    /// <summary>
    /// Takes the lines of the engine's log, a level and a sentence each, one at a time; null for the loggers that
    /// <see cref="EngineConfiguration"/> names, which print them.
    /// </summary>
    public Action<EngineLogLevel, string>? Log { get; init; }

    /// <summary>HOCON for the actor engine, on top of its defaults; for example <c>akka.loglevel = DEBUG</c>.</summary>
    public string EngineConfiguration { get; init; } = "";
}

/// <summary>How grave a line of the engine's log is.</summary>
public enum EngineLogLevel
{
    Debug,
    Info,
    Warning,
    Error,
}

using ActorSync.Node.Configuration;

namespace ActorSync.Node.Hosting;

/// <summary>
/// Makes a node out of its settings: opens the store, starts the actors, listens where the settings say. The error says
/// what stands in the way (<see cref="SyncErrorKind.InvalidRequest"/> for a configuration that cannot be); nothing is
/// left behind then.
/// </summary>
public delegate Task<Result<ISyncNode>> NodeFactory(NodeSettings settings, CancellationToken cancellation);

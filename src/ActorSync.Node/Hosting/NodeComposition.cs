using ActorSync.Node.Configuration;
using ActorSync.Peers;
using ActorSync.Storage;
using ActorSync.Transport;
using ActorSync.Transport.Tcp;

namespace ActorSync.Node.Hosting;

/// <summary>Puts a node together: the durable store, links over TCP, the actors.</summary>
public static class NodeComposition
{
    /// <summary>A <see cref="NodeFactory"/>.</summary>
    public static async Task<Result<ISyncNode>> CreateAsync(NodeSettings settings, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var isNew = !Directory.Exists(settings.DataFolder);
        if (!(await NodeStore.OpenAsync(StoreSettingsOf(settings))).TryGet(out var store, out var error))
            return error;
        var started = SyncNode.Start(new SyncNodeOptions
        {
            Store = store,
            Connector = new LinkConnector(new Dictionary<string, ILinkConnector> { ["tcp"] = new TcpLinkConnector() }),
            Listen = settings.Listen is { } endpoint ? identity => Listen(endpoint, identity) : null,
            EngineConfiguration = $"akka.loglevel = {settings.LogLevel.ToString().ToUpperInvariant()}\n{settings.EngineConfiguration}",
        });
        if (started.Error is null)
            return started;
        await store.DisposeAsync();
        // A store that was made for a node that cannot be: nothing is changed.
        if (isNew)
            Directory.Delete(settings.DataFolder, recursive: true);
        return started;
    }

    private static StoreSettings StoreSettingsOf(NodeSettings settings) => new()
    {
        Folder = settings.DataFolder,
        Fsync = settings.Fsync,
        FsyncInterval = settings.FsyncInterval,
    };

    // The settings are in order: what stands in the way is the machine's state, such as a port in use.
    private static Result<ILinkListener> Listen(TcpEndpoint endpoint, LinkIdentity identity) =>
        TcpLinkListener.Start(endpoint.ToString(), identity).TryGet(out var listener, out var error) ? listener : new SyncError(SyncErrorKind.Busy, error.Message);
}

using System.Globalization;
using ActorSync.Actors;
using ActorSync.Node.Configuration;
using ActorSync.Node.Demo;
using ActorSync.Node.Output;
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
        var made = new MadeFolders(settings.DataFolder);
        var started = await StartAsync(settings);
        if (started.Error is { } error)
            made.TakeAway(error);
        return started;
    }

    private static async Task<Result<ISyncNode>> StartAsync(NodeSettings settings)
    {
        if (!(await NodeStore.OpenAsync(StoreSettingsOf(settings))).TryGet(out var store, out var error))
            return error;
        var errors = new ErrorCounts();
        var started = SyncNode.Start(new SyncNodeOptions
        {
            Store = store,
            Recovered = Describe(store.Recovery, settings),
            Log = settings.Log is { } log ? (level, line) => log.Write(LevelOf(level), line) : null,
            Connector = new LinkConnector(new Dictionary<string, ILinkConnector> { ["tcp"] = new TcpLinkConnector() }),
            Listen = settings.Listen is { } endpoint ? identity => Listen(endpoint, identity, errors) : null,
            Settings = settings.Sync,
            Errors = errors,
            EngineConfiguration = $"akka.loglevel = {settings.LogLevel.ToString().ToUpperInvariant()}\n{settings.EngineConfiguration}",
        });
        if (started.Error is not null)
            await store.DisposeAsync();
        return started;
    }

    // A store that is new has lost nothing.
    private static StoreStatus Describe(StoreRecovery found, NodeSettings settings) => new(
        found.WasUnclean, found.LostTails, found.TornBytes, found.IsNewInstance && !found.IsNew, found.LostPeerKnowledge,
        settings.Fsync.ToString().ToLowerInvariant(), RiskOf(settings));

    private static string? RiskOf(NodeSettings settings) => settings.Fsync switch
    {
        FsyncMode.Always => null,
        FsyncMode.Interval => string.Create(CultureInfo.InvariantCulture,
            $"fsync interval: a failure of system or power may lose the commits of the last {settings.FsyncInterval.TotalMilliseconds} ms, which were acknowledged"),
        _ => "fsync never: a failure of system or power may lose the commits of minutes, which were acknowledged",
    };

    private static NodeLogLevel LevelOf(EngineLogLevel level) => level switch
    {
        EngineLogLevel.Debug => NodeLogLevel.Debug,
        EngineLogLevel.Info => NodeLogLevel.Info,
        EngineLogLevel.Warning => NodeLogLevel.Warning,
        _ => NodeLogLevel.Error,
    };

    internal static StoreSettings StoreSettingsOf(NodeSettings settings) => new()
    {
        Folder = settings.DataFolder,
        Fsync = settings.Fsync,
        FsyncInterval = settings.FsyncInterval,
        Opening = settings.Log is { } log ? new ProgressTo<OpeningProgress>(progress => log.Info(Describe(progress))) : null,
    };

    private static string Describe(OpeningProgress progress) => string.Create(CultureInfo.InvariantCulture,
        $"graph {progress.Graph.ToShortString()} is being opened, every command of it is hashed: {Units.Bytes(progress.DoneBytes)} of {Units.Bytes(progress.TotalBytes)}, {Units.Seconds(progress.Left.TotalSeconds)} left");

    // The settings are in order: what stands in the way is the machine's state, such as a port in use.
    private static Result<ILinkListener> Listen(TcpEndpoint endpoint, LinkIdentity identity, ErrorCounts errors) =>
        TcpLinkListener.Start(endpoint.ToString(), identity, report: (error, _) => errors.Count(error.Kind)).TryGet(out var listener, out var error) ? listener : new SyncError(SyncErrorKind.Busy, error.Message);
}

using System.Globalization;
using System.Net;
using ActorSync.Actors;
using ActorSync.Membership;
using ActorSync.Node.Configuration;
using ActorSync.Node.Demo;
using ActorSync.Node.Output;
using ActorSync.Peers;
using ActorSync.Storage;
using ActorSync.Transport;
using ActorSync.Transport.Streams;
using ActorSync.Transport.Tcp;
using ActorSync.Transport.Tls;

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
        if (CheckMesh(settings) is { } nowhere)
            return nowhere;
        if (!Certificates(settings).TryGet(out var certificates, out var error) || !Links(settings, certificates).TryGet(out var links, out error))
            return error;
        if (!(await NodeStore.OpenAsync(StoreSettingsOf(settings))).TryGet(out var store, out error))
            return error;
        // Who the node is stands in its store.
        if (certificates?.BelongTo(store.Node) is { } foreign)
        {
            await store.DisposeAsync();
            return foreign;
        }
        var errors = new ErrorCounts();
        var options = new SyncNodeOptions
        {
            Store = store,
            Recovered = Describe(store.Recovery, settings),
            Log = settings.Log is { } log ? (level, line) => log.Write(LevelOf(level), line) : null,
            Connector = Connector(links),
            Listen = settings.Listen is { } endpoint ? identity => Listen(endpoint, identity, links, Report(settings.Log, errors)) : null,
            Mesh = IsMember(settings) ? MeshOf(settings.Mesh, settings.DeadAfter) : null,
            Settings = settings.Sync,
            Errors = errors,
            EngineConfiguration = $"akka.loglevel = {settings.LogLevel.ToString().ToUpperInvariant()}\n{settings.EngineConfiguration}",
        };
        var started = SyncNode.Start(settings.ClusterShards is { } shards ? EngineCluster.Join(options, shards, certificates?.Current().Certificate) : options);
        if (started.Error is not null)
            await store.DisposeAsync();
        return started;
    }

    private static MeshOptions MeshOf(MeshSettings mesh, TimeSpan aliveWithin) => new()
    {
        Membership = MembershipSettings.Default with { AliveWithin = aliveWithin },
        Join = [.. mesh.Join.Select(endpoint => endpoint.ToString())],
        Endpoints = [.. mesh.Advertise.Select(endpoint => endpoint.ToString())],
        Roles = mesh.Roles,
        Placement = mesh.Placement,
        Ack = mesh.Ack,
        Holding = mesh.Holding,
    };

    private static bool IsMember(NodeSettings settings) => settings.Mesh.Enabled || settings.ClusterShards is not null;

    // "Everywhere" is where one listens, not where one is reached.
    private static SyncError? CheckMesh(NodeSettings settings) =>
        settings is { ClusterShards: not null, Mesh.Enabled: true }
            ? new SyncError(SyncErrorKind.InvalidRequest, "a node is in a cluster or in a mesh: remove akka.actor.provider = cluster, or mesh.enabled, mesh.join, --mesh and --join")
        : IsMember(settings) && settings is { Mesh.Advertise.Count: 0, Listen: { } listen } && IPAddress.TryParse(listen.Host, out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
            ? new SyncError(SyncErrorKind.InvalidRequest, $"a member of a mesh that listens at {listen} must say where the others reach it: set actorsync.mesh.advertise")
            : null;

    private static LinkConnector Connector(TcpLinkSettings links)
    {
        var tcp = new TcpLinkConnector(links);
        return new LinkConnector(new Dictionary<string, ILinkConnector> { ["tcp"] = tcp, ["tls"] = tcp });
    }

    // Null where no link is over TLS.
    private static Result<CertificateFiles?> Certificates(NodeSettings settings)
    {
        if (settings.Tls is { } files)
            return CertificateFiles.Open(files, settings.Log).TryGet(out var certificates, out var error) ? certificates : error;
        return settings.Listen is { IsTls: true } || settings.Peers.Any(peer => peer.Endpoint.IsTls) || settings.ProvidedPeers is { IsTls: true }
            ? new SyncError(SyncErrorKind.InvalidRequest, "an endpoint over tls:// needs certificates: set actorsync.tls.certificate and actorsync.tls.authorities")
            : (CertificateFiles?)null;
    }

    private static Result<TcpLinkSettings> Links(NodeSettings settings, CertificateFiles? certificates)
    {
        if (settings.DeadAfter <= settings.KeepAlive)
            return new SyncError(SyncErrorKind.InvalidRequest, "actorsync.links.dead-after must be longer than actorsync.links.keep-alive");
        var pulse = new StreamLinkSettings { KeepAliveInterval = settings.KeepAlive, DeadAfter = settings.DeadAfter };
        if (certificates is null)
            return new TcpLinkSettings { Stream = pulse };
        var tls = new TlsSettings { Credentials = () => certificates.Current(), ChecksHostName = settings.Tls!.ChecksHostName, RequiresNodeName = settings.Tls.RequiresNodeName };
        return new TcpLinkSettings { Tls = tls, Stream = pulse };
    }

    // A store that is new has lost nothing.
    private static StoreStatus Describe(StoreRecovery found, NodeSettings settings) => new(
        found.WasUnclean, found.LostTails, found.TornBytes, found.IsNewInstance && !found.IsNew, found.LostPeerKnowledge,
        settings.Fsync.ToString().ToLowerInvariant(), RiskOf(settings), found.LostEnds)
    {
        Missing = found.Missing,
        LostCatalog = found.LostCatalog,
        StrayBytes = found.StrayBytes,
    };

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

    private static Action<SyncError, string> Report(NodeLog? log, ErrorCounts errors)
    {
        var refused = log is null ? null : new RefusedLinks(log, TimeProvider.System);
        return (error, _) =>
        {
            errors.Count(error.Kind);
            refused?.Add(error);
        };
    }

    // The settings are in order: what stands in the way is the machine's state, such as a port in use.
    private static Result<ILinkListener> Listen(TcpEndpoint endpoint, LinkIdentity identity, TcpLinkSettings links, Action<SyncError, string> report) =>
        TcpLinkListener.Start(endpoint.ToString(), identity, links, report: report).TryGet(out var listener, out var error) ? listener : new SyncError(SyncErrorKind.Busy, error.Message);
}

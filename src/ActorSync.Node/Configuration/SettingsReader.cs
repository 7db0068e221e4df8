using System.Globalization;
using ActorSync.Actors;
using ActorSync.Graphs;
using ActorSync.Placement;
using ActorSync.Storage;
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace ActorSync.Node.Configuration;

/// <summary>Maps the keys under <c>actorsync</c> onto <see cref="NodeSettings"/>; the first bad value is the error.</summary>
public static class SettingsReader
{
    /// <summary>The key of the peers: a section, or a list of peers in its place.</summary>
    public const string PeersPath = "actorsync.peers";

    private static readonly string[] PeerKeys = ["endpoint", "mode", "graphs", "interval"];

    public static Result<NodeSettings> Read(Config config)
    {
        if (KnownKeys.Check(config) is { } error)
            return error;
        if (!SyncSettingsReader.Read(HoconLines.Of(config, "actorsync.sync")).TryGet(out var sync, out error))
            return error;
        try
        {
            return Map(config, config.WithFallback(KnownKeys.Reference)) with { Sync = sync, EngineConfiguration = HoconLines.Of(config, "akka") };
        }
        catch (SyncException e)
        {
            return e.Error;
        }
    }

    private static NodeSettings Map(Config given, Config config) => new()
    {
        DataFolder = Path.GetFullPath(Text(config, "data") is { Length: > 0 } folder ? folder : throw Bad("actorsync.data", "", "expected a folder")),
        Listen = Text(config, "listen") is "" or "off" ? null : Value(config, "listen", value => Endpoints.ParseListen(value.GetString()!).Value),
        Tls = Tls(config),
        KeepAlive = Span(config, "links.keep-alive", TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)),
        DeadAfter = Span(config, "links.dead-after", TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)),
        Mesh = MeshReader.Read(config),
        ClusterShards = ClusterShards(given, config),
        ControlPath = Text(config, "control") is { Length: > 0 } path ? Path.GetFullPath(path) : null,
        Fsync = Choice<FsyncMode>(config, "fsync.mode"),
        FsyncInterval = Span(config, "fsync.interval", TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1)),
        Peers = IsPeerList(given) ? Peers(given.GetValue(PeersPath)) : [],
        ProvidedPeers = IsPeerList(given) ? null : Provided(config),
        LogLevel = Choice<NodeLogLevel>(config, "log-level"),
        States = StatesReader.Read(config),
    };

    // Who asks for the cluster's provider means to be in one; the embedded engine refuses it with a sentence of its own.
    private static int? ClusterShards(Config given, Config config)
    {
        var shards = Value(config, "cluster.shards", value => value.GetInt() is >= 1 and <= PlacementRule.MostShards and var number ? number : throw new FormatException($"expected 1 to {PlacementRule.MostShards}"));
        if (given.GetString("akka.actor.provider", "") == "cluster")
            return shards;
        return shards == KnownKeys.Reference.GetInt("actorsync.cluster.shards")
            ? null
            : throw new SyncException(new SyncError(SyncErrorKind.InvalidRequest, "actorsync.cluster is for a node in a cluster: set akka.actor.provider = cluster, or remove it"));
    }

    private static bool IsPeerList(Config given) => given.GetValue(PeersPath) is { } peers && !peers.IsObject();

    private static ProvidedPeerSettings? Provided(Config config)
    {
        var provider = ProviderReader.Read(config, "peers");
        if (provider.Provider is ProviderKind.Mesh or ProviderKind.Cluster)
        {
            var own = provider.Provider.ToString().ToLowerInvariant();
            throw Bad($"{PeersPath}.provider", own, $"expected static, dns or kubernetes: to the members of its {own} a node keeps links anyway");
        }
        var isTls = Choice<LinkKind>(config, "peers.links") == LinkKind.Tls;
        // What will not be linked to is better said at the start than each time it is tried.
        foreach (var peer in provider.Endpoints)
        {
            if (Endpoints.OfPeer(peer with { Port = peer.Port ?? NodeSettings.DefaultPort }, isTls).Error is { } error)
                throw new SyncException(new SyncError(error.Kind, $"{PeersPath}.endpoints: {error.Message}"));
        }
        return provider.IsNone ? null : new ProvidedPeerSettings
        {
            Provider = provider,
            Mode = Choice<PeerMode>(config, "peers.mode"),
            Graphs = Value(config, "peers.graphs", Graphs),
            IsTls = isTls,
            Interval = Span(config, "peers.interval", TimeSpan.FromMilliseconds(10), TimeSpan.FromDays(1)),
        };
    }

    private static TlsFiles? Tls(Config config)
    {
        var (certificate, key, authorities) = (Text(config, "tls.certificate"), Text(config, "tls.key"), Text(config, "tls.authorities"));
        if (certificate.Length == 0 && key.Length == 0 && authorities.Length == 0)
            return null;
        if (certificate.Length == 0)
            throw Bad("actorsync.tls.certificate", "\"\"", "expected a file in PEM, as other keys of tls are given");
        if (authorities.Length == 0)
            throw Bad("actorsync.tls.authorities", "\"\"", "expected a file in PEM: the authorities whose certificates are believed");
        return new TlsFiles
        {
            Certificate = Path.GetFullPath(certificate),
            Key = key.Length == 0 ? null : Path.GetFullPath(key),
            Authorities = Path.GetFullPath(authorities),
            ChecksHostName = Value(config, "tls.check-host-name", value => value.GetBoolean()),
            RequiresNodeName = Value(config, "tls.require-node-name", value => value.GetBoolean()),
        };
    }

    private static PeerSettings[] Peers(HoconValue? peers)
    {
        var elements = peers?.Elements() ?? [];
        if (elements.Count > NodeSettings.MaximumPeers)
            throw Bad("actorsync.peers", $"{elements.Count} peers", $"expected at most {NodeSettings.MaximumPeers}");
        if (elements.Count == 0 && peers is not null && peers.IsString())
            throw Bad("actorsync.peers", $"{peers}", "expected a list such as [{ endpoint = \"127.0.0.1:7401\" }], or a section that says where peers come from");
        return [.. elements.Select((peer, i) => Peer(peer, $"peers.{i}"))];
    }

    private static PeerSettings Peer(HoconValue value, string path)
    {
        if (value.GetObject() is not { } keys)
            throw Bad($"actorsync.{path}", $"{value}", "expected { endpoint = \"HOST:PORT\" }");
        if (keys.Items.Keys.FirstOrDefault(key => !PeerKeys.Contains(key)) is { } unknown)
            throw new SyncException(KnownKeys.Unknown($"actorsync.{path}", unknown, PeerKeys));
        if (!keys.Items.ContainsKey("endpoint"))
            throw Bad($"actorsync.{path}", "nothing", "expected an endpoint, HOST:PORT");
        var peer = new Config(new HoconRoot(value));
        var defaults = new PeerSettings { Endpoint = Value(peer, "endpoint", text => Endpoints.ParsePeer(text.GetString()!).Value, path) };
        return defaults with
        {
            Mode = peer.HasPath("mode") ? Choice<PeerMode>(peer, "mode", path) : defaults.Mode,
            Graphs = peer.HasPath("graphs") ? Value(peer, "graphs", Graphs, path) : defaults.Graphs,
            Interval = peer.HasPath("interval") ? Span(peer, "interval", TimeSpan.FromMilliseconds(10), TimeSpan.FromDays(1), path) : defaults.Interval,
        };
    }

    private static string[] Graphs(HoconValue value)
    {
        var graphs = value.Texts().Select(text => text!).ToArray();
        if (graphs.Length == 0)
            throw new FormatException("expected a list: [\"*\"] for all, or graphs' names");
        return Array.Find(graphs, graph => graph != "*" && !GraphId.TryParse(graph, out _)) is { } bad
            ? throw new FormatException($"'{bad}' is not a graph: expected \"*\" or 64 hexadecimal digits")
            : graphs;
    }

    internal static string Text(Config config, string key) =>
        Value(config, key, value => value.IsString() ? value.GetString() ?? "" : throw new FormatException("expected a text"));

    /// <summary>A list of texts; an example of one stands in the error.</summary>
    internal static string[] Texts(HoconValue value, string example) =>
        value.IsString() || value.IsObject() ? throw new FormatException($"expected a list such as {example}")
        : value.Texts() is var texts && texts.All(text => text is not null) ? [.. texts.Select(text => text!)]
        : throw new FormatException($"expected a list of texts such as {example}");

    internal static TEnum Choice<TEnum>(Config config, string key, string? section = null)
        where TEnum : struct, Enum
        => Value(config, key, value =>
            Array.Find(Enum.GetValues<TEnum>(), choice => Name(choice) == value.GetString()) is var found && Name(found) == value.GetString()
                ? found
                : throw new FormatException($"expected {string.Join(", ", Enum.GetValues<TEnum>().Select(Name))}"), section);

    private static string Name<TEnum>(TEnum choice)
        where TEnum : struct, Enum
        => choice.ToString().ToLowerInvariant();

    internal static TimeSpan Span(Config config, string key, TimeSpan least, TimeSpan most, string? section = null) => Value(config, key, value =>
    {
        var span = value.GetTimeSpan(allowInfinite: false);
        return span >= least && span <= most ? span : throw new FormatException($"expected from {Describe(least)} to {Describe(most)}");
    }, section);

    private static string Describe(TimeSpan span) =>
        span < TimeSpan.FromSeconds(1) ? $"{span.TotalMilliseconds} ms" : string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds} s");

    internal static T Value<T>(Config config, string key, Func<HoconValue, T> read, string? section = null)
    {
        var path = section is null ? $"{KnownKeys.Root}.{key}" : $"{KnownKeys.Root}.{section}.{key}";
        var value = config.GetValue(section is null ? path : key)!;
        try
        {
            return read(value);
        }
        catch (SyncException e)
        {
            throw new SyncException(new SyncError(e.Error.Kind, $"{path}: {e.Error.Message}"), e);
        }
        catch (Exception e) when (e is FormatException or NotSupportedException or OverflowException or ArgumentException)
        {
            throw Bad(path, $"{value}", e.Message.TrimEnd('.'), e);
        }
    }

    internal static SyncException Bad(string path, string value, string expected, Exception? inner = null) =>
        new(new SyncError(SyncErrorKind.InvalidRequest, $"the configuration key {path} = {value}: {expected}"), inner);
}

using System.Net;
using ActorSync.States;
using ActorSync.Transport.Tcp;
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace ActorSync.Node.Configuration;

/// <summary>Reads the keys under <c>actorsync.states</c>; what is wrong is thrown as for the other keys (<see cref="SettingsReader"/>).</summary>
internal static class StatesReader
{
    private const string Section = "actorsync.states";
    private const int ApplicationPort = 3097;
    public const int ExchangePort = 4097;

    /// <summary>What is said of an endpoint that others could listen to.</summary>
    public const string NeedsTls = $"is not on loopback: set actorsync.tls, or {Section}.anyone-on-the-network-may-read-and-write = true if that is so";

    private static readonly string[] HttpKeys = ["state", "application", "exchange", "peers", "target-port"];
    private static readonly string[] SeedKeys = ["state", "file"];

    public static StatesSettings Read(Config config)
    {
        var settings = new StatesSettings
        {
            Share = SettingsReader.Value(config, "states.share", value => value.Texts().Select(text => Name(text!)).Distinct().ToArray()),
            Seeds = [.. Objects(config, "seeds").Select(Seed)],
            Limits = Limits(config),
            Provider = ProviderReader.Read(config, "states.peers") is { IsNone: false } provider ? provider : null,
            HasTls = config.GetString("actorsync.tls.certificate") is { Length: > 0 },
            AnyoneMayReadAndWrite = SettingsReader.Value(config, "states.anyone-on-the-network-may-read-and-write", value => value.GetBoolean()),
        };
        // What will not be spoken to is better said at the start than when it is met.
        if (settings is { Provider: { } fixedOnes, HasTls: false, AnyoneMayReadAndWrite: false } && fixedOnes.Endpoints.FirstOrDefault(peer => !new TcpEndpoint(peer.Host, peer.Port ?? ExchangePort).IsLoopback()) is { } open)
            throw SettingsReader.Bad($"{Section}.peers.endpoints", $"{fixedOnes.Endpoints}", $"'{open}' {NeedsTls}");
        settings = settings with { Http = [.. Objects(config, "http").Select((value, i) => Http(value, i, settings))] };
        if (settings.Http.GroupBy(http => http.State).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw SettingsReader.Bad($"{Section}.http", twice.Key.Value, "the state stands there twice");
        if (settings.Http.Count > StatesSettings.HttpMost)
            throw SettingsReader.Bad($"{Section}.http", $"{settings.Http.Count} states", $"expected at most {StatesSettings.HttpMost}");
        return settings;
    }

    private static StateHttpLimits Limits(Config config)
    {
        return new StateHttpLimits
        {
            BodyBytes = Bytes("body-bytes"),
            AnswerBytes = Bytes("answer-bytes"),
            Connections = Count("connections"),
            Watches = Count("watches"),
            HeaderWithin = Time("header-within"),
            BodyWithin = Time("body-within"),
            IdleWithin = Time("idle-within"),
            ConnectWithin = Time("connect-within"),
            ReadWithin = Time("read-within"),
        };

        int Count(string key) => SettingsReader.Value(config, $"states.{key}", value => value.GetInt() is > 0 and var count ? count : throw new FormatException("expected at least 1"));

        int Bytes(string key) => SettingsReader.Value(config, $"states.{key}", value =>
            value.GetByteSize() is >= 1024 and <= int.MaxValue and var size ? (int)size : throw new FormatException($"expected from 1024 to {int.MaxValue}"));

        TimeSpan Time(string key) => SettingsReader.Span(config, $"states.{key}", TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1));
    }

    private static StateSeed Seed(HoconValue value, int number)
    {
        var (seed, path) = (Of(value, $"states.seeds.{number}", SeedKeys), $"states.seeds.{number}");
        if (!seed.HasPath("file"))
            throw SettingsReader.Bad($"actorsync.{path}", "nothing", "expected a file");
        return new StateSeed(StateOf(seed, path), SettingsReader.Value(seed, "file", text => Path.GetFullPath(text.GetString()!), path));
    }

    private static StateHttpSettings Http(HoconValue value, int number, StatesSettings settings)
    {
        var path = $"states.http.{number}";
        var http = Of(value, path, HttpKeys);
        var application = Listen(http, "application", ApplicationPort, path, settings);
        var exchange = Listen(http, "exchange", ExchangePort, path, settings);
        var port = http.HasPath("target-port")
            ? SettingsReader.Value(http, "target-port", text => text.GetInt() is > 0 and <= ushort.MaxValue and var given ? given : throw new FormatException("expected from 1 to 65535"), path)
            : exchange is { Port: > 0 } own ? own.Port : ExchangePort;
        var peers = http.HasPath("peers")
            ? SettingsReader.Value(http, "peers", list => list.Texts().Select(text => Allowed(Peer(text!, port), settings)).Distinct().ToArray(), path)
            : [];
        return new StateHttpSettings(StateOf(http, path), application, exchange, peers);
    }

    private static TcpEndpoint? Listen(Config http, string key, int port, string path, StatesSettings settings)
    {
        if (!http.HasPath(key))
            return new TcpEndpoint("127.0.0.1", port);
        return SettingsReader.Value(http, key, value => value.GetString() is "off" or "" ? null : Allowed(TcpEndpoint.Parse(value.GetString()!).Value, settings), path);
    }

    /// <summary>A peer by address alone, or with its port.</summary>
    public static TcpEndpoint Peer(string text, int port)
    {
        var bare = text is ['[', .. var inner, ']'] ? inner : text;
        // What reads addresses takes a port behind an IPv6 address, and leaves it aside; and a bare number for an address.
        if (!bare.StartsWith('[') && bare.AsSpan().ContainsAny('.', ':') && IPAddress.TryParse(bare, out var address))
            return new TcpEndpoint(TcpEndpoint.Canonical(bare), port);
        var endpoint = TcpEndpoint.Parse(text).Value;
        return endpoint.Port > 0 ? endpoint : throw new FormatException($"the port of '{text}' must be from 1 to 65535");
    }

    /// <summary>Where HTTP is spoken, for people: the schemes of links are none of it.</summary>
    public static string Named(TcpEndpoint endpoint) => endpoint.ToString()[TcpEndpoint.Prefix.Length..];

    private static TcpEndpoint Allowed(TcpEndpoint endpoint, StatesSettings settings)
    {
        if (settings.HasTls)
            return endpoint;
        if (endpoint.IsTls)
            throw new FormatException($"'{endpoint}' needs certificates: set actorsync.tls");
        return settings.AnyoneMayReadAndWrite || endpoint.IsLoopback()
            ? endpoint
            : throw new FormatException($"'{Named(endpoint)}' {NeedsTls}");
    }

    private static HoconValue[] Objects(Config config, string key)
    {
        var list = config.GetValue($"{Section}.{key}");
        if (list is null)
            return [];
        var elements = list.Elements();
        if (elements.Count == 0 && list.IsString())
            throw SettingsReader.Bad($"{Section}.{key}", $"{list}", "expected a list such as [{ state = \"shared\" }]");
        return [.. elements];
    }

    private static Config Of(HoconValue value, string path, string[] known)
    {
        if (value.GetObject() is not { } keys)
            throw SettingsReader.Bad($"actorsync.{path}", $"{value}", $"expected {{ {string.Join(", ", known)} }}");
        if (keys.Items.Keys.FirstOrDefault(key => !known.Contains(key)) is { } unknown)
            throw new SyncException(KnownKeys.Unknown($"actorsync.{path}", unknown, known));
        return new Config(new HoconRoot(value));
    }

    private static StateName StateOf(Config of, string path) =>
        of.HasPath("state") ? SettingsReader.Value(of, "state", value => Name(value.GetString()!), path) : StatesSettings.Usual;

    /// <summary>A name that a user's state may have.</summary>
    public static StateName Name(string text)
    {
        var name = new StateName(text);
        return name.IsReserved ? throw new FormatException($"'{text}' is a name of the node's own") : name;
    }
}

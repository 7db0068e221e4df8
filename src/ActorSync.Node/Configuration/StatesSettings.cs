using ActorSync.States;
using ActorSync.Transport.Tcp;

namespace ActorSync.Node.Configuration;

/// <summary>Which shared states a node has, and what of them is spoken over HTTP: the keys under <c>actorsync.states</c>.</summary>
public sealed record StatesSettings
{
    /// <summary>The state that is meant where none is named.</summary>
    public static readonly StateName Usual = new("shared");

    /// <summary>States that a configuration may speak of over HTTP.</summary>
    public const int HttpMost = 64;

    /// <summary>States that are shared from the start.</summary>
    public IReadOnlyList<StateName> Share { get; init; } = [];

    /// <summary>States that are spoken of over HTTP.</summary>
    public IReadOnlyList<StateHttpSettings> Http { get; init; } = [];

    /// <summary>Where further nodes come from that all states over HTTP are exchanged with; null for from nowhere.</summary>
    public ProviderSettings? Provider { get; init; }

    /// <summary>Files of entries that are there at the start.</summary>
    public IReadOnlyList<StateSeed> Seeds { get; init; } = [];

    /// <summary>What HTTP may take.</summary>
    public StateHttpLimits Limits { get; init; } = new();

    /// <summary>Whether the node has certificates: off loopback HTTP speaks TLS then.</summary>
    public bool HasTls { get; init; }

    /// <summary>Whether HTTP off loopback needs no TLS.</summary>
    public bool AnyoneMayReadAndWrite { get; init; }
}

/// <summary>One state over HTTP.</summary>
/// <param name="State">The state.</param>
/// <param name="Application">Where applications read and write it; null for nowhere.</param>
/// <param name="Exchange">Where nodes exchange it; null for nowhere.</param>
/// <param name="Peers">The nodes that it is exchanged with.</param>
public sealed record StateHttpSettings(StateName State, TcpEndpoint? Application, TcpEndpoint? Exchange, IReadOnlyList<TcpEndpoint> Peers);

/// <summary>A file of entries of a state: a full path.</summary>
public sealed record StateSeed(StateName State, string File);

/// <summary>What HTTP may take.</summary>
public sealed record StateHttpLimits
{
    /// <summary>Bytes of a request's body.</summary>
    public int BodyBytes { get; init; } = 8 << 20;

    /// <summary>Bytes of a peer's answer.</summary>
    public int AnswerBytes { get; init; } = 64 << 20;

    /// <summary>Connections to one endpoint at once.</summary>
    public int Connections { get; init; } = 64;

    /// <summary>Of them, those that watch: fewer, so that others find room.</summary>
    public int Watches { get; init; } = 32;

    public TimeSpan HeaderWithin { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan BodyWithin { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan IdleWithin { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan ConnectWithin { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan ReadWithin { get; init; } = TimeSpan.FromSeconds(1);
}

using ActorSync.Machines;

namespace ActorSync.Peers;

/// <summary>How a peer's faults are held against it.</summary>
public sealed record StandingSettings
{
    public static readonly StandingSettings Default = new();

    /// <summary>Strikes at which the link is closed.</summary>
    public int StrikesMost { get; init; } = 20;

    /// <summary>After so long without a fault one strike is forgiven.</summary>
    public TimeSpan ForgiveAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a peer that was shut out is not let in again.</summary>
    public TimeSpan ShutOutFor { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>The strikes against one peer: a fault is one strike, time forgives them one by one.</summary>
public sealed class PeerStanding(StandingSettings settings)
{
    private MonotonicTime _since;
    private MonotonicTime _shutOutUntil;
    private int _strikes;

    /// <summary>The strikes that stand now.</summary>
    public int Strikes(MonotonicTime now)
    {
        var forgiven = settings.ForgiveAfter > TimeSpan.Zero ? (long)((now - _since) / settings.ForgiveAfter) : 0;
        if (forgiven > 0)
        {
            _strikes = (int)Math.Max(0, _strikes - forgiven);
            _since += settings.ForgiveAfter * forgiven;
        }
        return _strikes;
    }

    /// <summary>Notes a fault. True when the peer must be shut out now.</summary>
    public bool Strike(MonotonicTime now)
    {
        _strikes = Strikes(now) + 1;
        _since = now;
        if (_strikes < settings.StrikesMost)
            return false;
        _strikes = 0;
        _shutOutUntil = now + settings.ShutOutFor;
        return true;
    }

    /// <summary>Whether the peer is shut out.</summary>
    public bool IsShutOut(MonotonicTime now) => now < _shutOutUntil;

    /// <summary>Whether an error is the peer's fault, and not this node's state or the network's.</summary>
    public static bool IsFault(SyncErrorKind kind) => kind is
        SyncErrorKind.MalformedPayload or SyncErrorKind.UnknownVersion or SyncErrorKind.UnknownType or SyncErrorKind.LimitExceeded or
        SyncErrorKind.WrongId or SyncErrorKind.WrongMaxCut or SyncErrorKind.Duplicate or SyncErrorKind.InvalidCommand;
}

namespace ActorSync.Placement;

/// <summary>How graphs are taken over and let go, and how long a commit may take to be replicated.</summary>
public sealed record HoldingSettings
{
    public static readonly HoldingSettings Default = new();

    /// <summary>A node newly named holder serves after so long with what it has, should the other holders not all have been polled by then.</summary>
    public TimeSpan TakeOverWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a graph that may be dropped is kept still, from when the present members were first known.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Once the grace period is over, all holders must say within so long that they hold a graph that is dropped then.</summary>
    public TimeSpan ConfirmWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a member that is asked to hold a graph may take to answer; each time in vain doubles it, up to <see cref="AskMost"/>.</summary>
    public TimeSpan AskEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <inheritdoc cref="AskEvery"/>
    public TimeSpan AskMost { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A holder that has not acknowledged a push of a commit for so long is asked.</summary>
    public TimeSpan AskAfter { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a commit may take to be replicated, unless the request says less.</summary>
    public TimeSpan ReplicateWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Commits of one graph that may wait to be replicated; what comes on top is answered at once that it is not.</summary>
    public int AwaitedMost { get; init; } = 4096;

    /// <summary>Actions of one member that may be under way here.</summary>
    public int ForwardedMost { get; init; } = 1024;

    /// <summary>Actions of one member whose result is remembered, should it be asked for again.</summary>
    public int ResultsMost { get; init; } = 1024;

    /// <summary>Holders that one action is tried at.</summary>
    public int TriesMost { get; init; } = 3;

    /// <summary>Channels that one member may have open here, for peers of its.</summary>
    public int ChannelsMost { get; init; } = 256;

    /// <summary>Doubles a wait so many times, up to <see cref="AskMost"/>.</summary>
    internal TimeSpan Wait(int inVain)
    {
        var wait = AskEvery * Math.Pow(2, Math.Min(inVain, 16));
        return wait < AskMost ? wait : AskMost;
    }
}

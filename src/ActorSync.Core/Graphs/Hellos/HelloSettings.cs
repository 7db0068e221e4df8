namespace ActorSync.Graphs.Hellos;

/// <summary>How nodes tell each other of changes, without the commands.</summary>
public sealed record HelloSettings
{
    public static readonly HelloSettings Default = new();

    /// <summary>As publisher: graphs that one peer may be told of.</summary>
    public int GraphsPerPeer { get; init; } = 1024;

    /// <summary>As publisher: the longest that one request is served; a longer one is refused.</summary>
    public TimeSpan DurationAtMost { get; init; } = TimeSpan.FromDays(30);

    /// <summary>As publisher: the shortest schedule delay; a shorter one is refused, but for none at all.</summary>
    public TimeSpan ScheduleDelayAtLeast { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>As subscriber: what to ask for when nothing else is said.</summary>
    public HelloTerms Terms { get; init; } = HelloTerms.Default;

    /// <summary>As subscriber: ask again when no answer came for so long; doubled each time, up to <see cref="RetryAtMost"/>.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// As subscriber: after a poll that did not bring what was told of, the next one of that graph waits so long; doubled
    /// each time, up to <see cref="RetryAtMost"/>.
    /// </summary>
    public TimeSpan PollAgainAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest that the doubling grows to.</summary>
    public TimeSpan RetryAtMost { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>What a subscriber asks of a publisher for one graph.</summary>
/// <param name="ChangeDelay">The least time between two notifications of changes; what changes meanwhile is told at its end. On the wire in milliseconds.</param>
/// <param name="Duration">How long to be told; renewed when half of it is over. On the wire in seconds.</param>
/// <param name="ScheduleDelay">A notification comes after so long even without a change; zero for never. On the wire in milliseconds.</param>
public sealed record HelloTerms(TimeSpan ChangeDelay, TimeSpan Duration, TimeSpan ScheduleDelay)
{
    public static readonly HelloTerms Default = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(60));

    /// <summary>
    /// The subscriber's own, not on the wire: what is told and not here is polled for only when it did not come from
    /// elsewhere within this time.
    /// </summary>
    public TimeSpan Patience { get; init; }

    /// <summary>Null, or which of the three the wire cannot carry, or makes no sense.</summary>
    public SyncError? Check()
    {
        if (ChangeDelay < TimeSpan.Zero || ChangeDelay.TotalMilliseconds > uint.MaxValue)
            return Invalid("the change delay", ChangeDelay, "from nothing to 49 days");
        if (Duration < TimeSpan.FromSeconds(1) || Duration.TotalSeconds > uint.MaxValue)
            return Invalid("the duration", Duration, "from a second to 136 years");
        return ScheduleDelay < TimeSpan.Zero || ScheduleDelay.TotalMilliseconds > uint.MaxValue
            ? Invalid("the schedule delay", ScheduleDelay, "nothing, for never, or at most 49 days")
            : null;
    }

    internal Wire.HelloSubscribe ToRequest(GraphId graph) =>
        new(graph, (uint)ChangeDelay.TotalMilliseconds, (uint)Duration.TotalSeconds, (uint)ScheduleDelay.TotalMilliseconds);

    private static SyncError Invalid(string what, TimeSpan value, string range) =>
        new(SyncErrorKind.InvalidRequest, $"{what} of a hello is {value}: it must be {range}");
}

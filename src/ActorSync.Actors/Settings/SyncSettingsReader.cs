using ActorSync.Graphs;
using ActorSync.Graphs.Hellos;
using ActorSync.Graphs.Polls;
using ActorSync.Graphs.Spread;
using ActorSync.Graphs.Subscriptions;
using ActorSync.Peers;
using ActorSync.States;
using ActorSync.Wire;
using Akka.Configuration;

namespace ActorSync.Actors;

/// <summary>Reads <see cref="SyncSettings"/> from HOCON; what is left out has the default of reference.conf.</summary>
public static class SyncSettingsReader
{
    /// <summary>Every key with its default, and what it means.</summary>
    public static string Reference { get; } = ReadReference();

    /// <summary>Reads the keys below <c>actorsync.sync</c>.</summary>
    /// <param name="hocon">A whole configuration; keys elsewhere are not looked at.</param>
    /// <returns>The settings, or InvalidRequest with the key and what is wrong with its value.</returns>
    public static Result<SyncSettings> Read(string hocon)
    {
        try
        {
            var sync = ConfigurationFactory.ParseString(hocon).WithFallback(ConfigurationFactory.ParseString(Reference)).GetConfig("actorsync.sync")!;
            return Check(Read(new Keys(sync)));
        }
        catch (Exception wrong) when (wrong is ConfigurationException or FormatException or OverflowException)
        {
            return new SyncError(SyncErrorKind.InvalidRequest, wrong.Message);
        }
    }

    private static SyncSettings Read(Keys keys) => new()
    {
        MaximumSubscriptions = keys.Count("maximum-subscriptions", 0),
        MaximumMemberSubscriptions = keys.Count("maximum-member-subscriptions", 0),
        MaximumPeers = keys.Count("maximum-peers", 1),
        InboundPayloads = keys.Count("inbound-payloads", 1),
        OutboundBytes = keys.Bytes("outbound-bytes"),
        StoringPushes = keys.Count("storing-pushes", 1),
        DeadAfter = keys.Time("dead-after"),
        GraphTimeout = keys.Time("graph-timeout"),
        DrainTimeout = keys.Time("drain-timeout"),
        SessionsPerGraph = keys.Count("graph.sessions", 1),
        SessionsPerPeer = keys.Count("sessions-per-peer", 1),
        Policies = PolicyKeys.ReadPolicies(keys.Text("graph.policy"), keys.Texts("graph.policies")),
        PeersMayFinalize = PolicyKeys.ReadRights(keys.Text("graph.peers-may-finalize")),
        GraphIdle = keys.Text("graph.idle") == "off" ? null : keys.Time("graph.idle", least: TimeSpan.FromSeconds(1)),
        GraphSurveys = keys.Count("graph.surveys", 1),
        WatchedCommits = keys.Count("graph.watched-commits", 1),
        Wire = new WireLimits
        {
            PayloadBytes = keys.Bytes("message.payload-bytes", WireLimits.SmallestPayloadBytes),
            CommandsPerMessage = keys.Count("message.commands", 1),
        },
        Graphs = new GraphLimits
        {
            Heads = keys.Count("graph.heads", 1, GraphLimits.MostHeads),
            CollapseWithin = keys.Time("graph.collapse-within"),
            CollapseAtMost = keys.Time("graph.collapse-at-most"),
            CommandPayloadBytes = keys.Bytes("graph.command-payload-bytes"),
            PendingCommands = keys.Count("graph.pending-commands", 1),
            RememberedRejections = keys.Count("graph.remembered-rejections", 1),
            SnapshotEvery = keys.Count("graph.snapshot-every", 0),
        },
        Polls = new PollSettings
        {
            ResponseBytes = keys.Bytes("poll.response-bytes"),
            Window = keys.Count("poll.window", 1),
            RetryAfter = keys.Time("poll.retry-after"),
            Retries = keys.Count("poll.retries", 0),
            GapAfter = keys.Time("poll.gap-after"),
            IdleSession = keys.Time("poll.idle-session"),
            Rejected = keys.Count("poll.rejected", 0),
            WorthNarrowing = keys.Count("poll.worth-narrowing", 0),
            MostCompared = keys.Count("poll.most-compared", 0),
        },
        Subscriptions = new SubscriptionSettings
        {
            PushBytes = keys.Bytes("subscription.push-bytes"),
            UnackedPushes = keys.Count("subscription.unacked-pushes", 1),
            RetryAfter = keys.Time("subscription.retry-after"),
            RetryAtMost = keys.Time("subscription.retry-at-most"),
            RemainOpenAtMost = keys.Time("subscription.remain-open-at-most"),
            GraphsPerSubscription = keys.Count("subscription.graphs", 1),
            RejectedPerGraph = keys.Count("subscription.rejected-per-graph", 0),
            RemainOpen = keys.Time("subscription.remain-open"),
            MaxBytes = keys.LongBytes("subscription.max-bytes"),
        },
        Hellos = new HelloSettings
        {
            GraphsPerPeer = keys.Count("hello.graphs", 1),
            DurationAtMost = keys.Time("hello.duration-at-most"),
            ScheduleDelayAtLeast = keys.Time("hello.schedule-delay-at-least"),
            Terms = new HelloTerms(keys.Time("hello.change-delay"), keys.Time("hello.duration"), keys.Time("hello.schedule-delay")),
            RetryAfter = keys.Time("hello.retry-after"),
            PollAgainAfter = keys.Time("hello.poll-again-after"),
            RetryAtMost = keys.Time("hello.retry-at-most"),
        },
        States = StateKeys(keys),
        Spread = SpreadKeys(keys),
        Standing = new StandingSettings
        {
            StrikesMost = keys.Count("peer.strikes", 1),
            ForgiveAfter = keys.Time("peer.forgive-after"),
            ShutOutFor = keys.Time("peer.shut-out-for"),
        },
        Backoff = new BackoffSettings
        {
            First = keys.Time("peer.backoff-first"),
            Max = keys.Time("peer.backoff-most"),
            ResetAfter = keys.Time("peer.backoff-reset-after"),
        },
    };

    private static StateSettings StateKeys(Keys keys) => new()
    {
        DefaultTtl = keys.Text("state.default-ttl") == "none" ? null : keys.Time("state.default-ttl"),
        TombstoneTtl = keys.Time("state.tombstone-ttl"),
        ExpiredTtl = keys.Time("state.expired-ttl"),
        PurgeInterval = keys.Time("state.purge-interval"),
        PushInterval = keys.Time("state.push-interval"),
        PullInterval = keys.Time("state.pull-interval"),
        PullsOnlyUnlevel = keys.Flag("state.pulls-only-unlevel"),
        LevelWithin = keys.Time("state.level-within"),
        SampledPeers = keys.Count("state.sampled-peers", 1),
        PullsMost = keys.Count("state.pulls", 1),
        PeersMost = keys.Count("state.peers", 1),
        MessageBytes = keys.Bytes("state.message-bytes"),
        AnswerWithin = keys.Time("state.answer-within"),
        PlainAnswerWithin = keys.Time("state.plain-answer-within"),
        Attempts = keys.Count("state.attempts", 1),
        PushRetries = keys.Count("state.push-retries", 0),
        RefusedMost = keys.Count("state.refused", 1),
        RefusedFor = keys.Time("state.refused-for"),
        RoundsMost = keys.Count("state.rounds", 1),
        ScannedEntries = keys.Count("state.scanned-entries", 1),
        WatchedChanges = keys.Count("state.watched-changes", 1),
        WatchedBytes = keys.LongBytes("state.watched-bytes"),
        Limits = new StateLimits
        {
            Keys = keys.Count("state.keys", 1),
            KeyBytes = keys.Count("state.key-bytes", 1, WireLimits.StateKeyBytes),
            ValueBytes = keys.Bytes("state.value-bytes", 1),
            Bytes = keys.LongBytes("state.bytes"),
            PendingEntries = keys.Count("state.pending-entries", 1),
            EntriesPerSet = keys.Count("state.entries-per-set", 1),
            Ahead = keys.Time("state.ahead"),
        },
    };

    private static SpreadSettings SpreadKeys(Keys keys) => new()
    {
        Neighbours = keys.Count("spread.neighbours", 2, Overlay.MostNeighbours),
        NeighboursMost = keys.Count("spread.neighbours-most", 2),
        LinkWithin = keys.Time("spread.link-within"),
        Linger = keys.Time("spread.linger"),
        Patience = keys.Time("spread.patience"),
        PatienceStep = keys.Time("spread.patience-step"),
        Hold = keys.Time("spread.hold"),
        Tolerance = keys.Count("spread.tolerance", 1),
        ToleranceMost = keys.Count("spread.tolerance-most", 1),
        PollEvery = keys.Time("spread.poll-every"),
        PollAtMost = keys.Time("spread.poll-at-most"),
        PollSoon = keys.Time("spread.poll-soon"),
        Hello = SpreadSettings.Default.Hello with { ChangeDelay = keys.Time("spread.change-delay"), Duration = keys.Time("spread.duration") },
    };

    private static Result<SyncSettings> Check(SyncSettings settings) =>
        settings.Hellos.Terms.Check() is { } hello
            ? new SyncError(SyncErrorKind.InvalidRequest, $"actorsync.sync.hello: {hello.Message}")
            : settings.Spread.Hello.Check() is { } spread
            ? new SyncError(SyncErrorKind.InvalidRequest, $"actorsync.sync.spread: {spread.Message}")
            : settings.Graphs.CommandPayloadBytes + Command.MaxOverhead + WireLimits.SentenceBytes > settings.Wire.PayloadBytes
            ? new SyncError(
                SyncErrorKind.InvalidRequest,
                $"actorsync.sync.graph.command-payload-bytes = {settings.Graphs.CommandPayloadBytes}: it must fit into message.payload-bytes = {settings.Wire.PayloadBytes}, with {Command.MaxOverhead + WireLimits.SentenceBytes} to spare")
            : settings;

    private static string ReadReference()
    {
        using var stream = typeof(SyncSettingsReader).Assembly.GetManifestResourceStream("ActorSync.Actors.reference.conf")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private sealed class Keys(Config config)
    {
        public int Count(string key, int least, int most = int.MaxValue) => InRange(key, Of(key, () => config.GetInt(key)), least, most);

        public int Bytes(string key, int least = 1024) => (int)InRange(key, LongBytes(key), least, int.MaxValue);

        public long LongBytes(string key) => InRange(key, Of(key, () => config.GetByteSize(key) ?? -1), 0, long.MaxValue);

        public string Text(string key) => config.GetString(key) ?? throw new ConfigurationException($"actorsync.sync.{key} must be a text");

        // [ ] with a blank in it is a list of one element that is nothing.
        public IEnumerable<string> Texts(string key) => Of(key, () => config.GetStringList(key)).Where(text => text is not null);

        public bool Flag(string key) => Of(key, () => config.GetBoolean(key));

        public TimeSpan Time(string key, TimeSpan? least = null)
        {
            var time = Of(key, () => config.GetTimeSpan(key));
            return time > TimeSpan.Zero && !(time < least) && time <= TimeSpan.FromDays(365)
                ? time
                : throw new ConfigurationException(
                    $"actorsync.sync.{key} = {config.GetString(key)}: it must be {(least is null ? "more than nothing" : $"at least {least.Value.TotalSeconds} s")} and at most a year");
        }

        // The engines say in different ways that a value cannot be read, and not all of them where.
        private T Of<T>(string key, Func<T> read)
        {
            try
            {
                return read();
            }
            catch (Exception e) when (e is FormatException or OverflowException)
            {
                throw new ConfigurationException($"actorsync.sync.{key} = {config.GetString(key)}: {(e.InnerException ?? e).Message.TrimEnd('.')}", e);
            }
        }

        private static T InRange<T>(string key, T value, T least, T most)
            where T : IComparable<T> =>
            value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
                ? value
                : throw new ConfigurationException($"actorsync.sync.{key} = {value}: it must be from {least} to {most}");
    }
}

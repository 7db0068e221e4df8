using ActorSync.Wire;

namespace ActorSync.Testing.Scenarios;

/// <summary>Reads the rules of the simulated network.</summary>
internal static class NetworkRules
{
    private const ulong MostClients = 1000;
    private const ulong MostPercent = 90;

    // A week, of which every payload is kept to be counted.
    private const ulong LongestWait = 7UL * 24 * 3600 * 1000;

    /// <summary>The rule of that name; null when there is none. A field that it does not know makes the file unreadable.</summary>
    public static ScenarioRule? Read(string name, RuleFields fields)
    {
        var rule = Find(name, fields);
        if (rule is not null)
            fields.AllowNoOthers();
        return rule;
    }

    private static ScenarioRule? Find(string name, RuleFields fields) => name switch
    {
        "NodeSettings" => new ScenarioRule.NodeSettings(
            fields.Number("client"),
            fields.OptionalNumber("remain_open", uint.MaxValue),
            fields.OptionalNumber("max_bytes", long.MaxValue),
            fields.OptionalNumber("maximum_subscriptions", int.MaxValue)),
        "Link" => ReadLink(fields),
        "LinkDown" => new ScenarioRule.LinkState(fields.Number("clienta"), fields.Number("clientb"), false),
        "LinkUp" => new ScenarioRule.LinkState(fields.Number("clienta"), fields.Number("clientb"), true),
        "Wait" => new ScenarioRule.Wait(Milliseconds(fields.Number("milliseconds", LongestWait))),
        "Subscribe" => new ScenarioRule.Subscribe(fields.Number("client"), fields.Number("clients", MostClients, 1), fields.Number("peer"), fields.Number("graph")),
        "Unsubscribe" => new ScenarioRule.Unsubscribe(fields.Number("client"), fields.Number("peer"), fields.Number("graph")),
        "Poll" => new ScenarioRule.Poll(fields.Number("client"), fields.Number("peer"), fields.Number("graph"), fields.Number("max_bytes", long.MaxValue, 0)),
        "Hello" => ReadHello(fields),
        "StopHello" => new ScenarioRule.StopHello(fields.Number("client"), fields.Number("peer"), fields.Number("graph")),
        "Lose" => ReadTamper(Tampering.Lose, fields, "count"),
        "Repeat" => ReadTamper(Tampering.Repeat, fields, "count"),
        "Break" => ReadTamper(Tampering.Break, fields, "after"),
        "CountAnew" => new ScenarioRule.CountAnew(),
        "ExpectSent" => new ScenarioRule.ExpectSent(
            fields.Number("from"), fields.Number("to"), Choice<SyncType>(fields, "type") ?? Missing(fields), Range(fields, "count", "at_least", "at_most"), Range(fields, "bytes", "bytes_at_least", "bytes_at_most")),
        "ExpectReceived" => new ScenarioRule.ExpectReceived(fields.Number("client"), fields.Number("graph"), Range(fields, "commands", "at_least", "at_most")),
        "ExpectSubscription" => new ScenarioRule.ExpectSubscription(
            fields.Number("client"),
            fields.Number("peer"),
            fields.Flag("open"),
            Choice<SubscriptionEndReason>(fields, "ended"),
            Choice<SyncErrorKind>(fields, "refused"),
            Range(fields, "bytes_left", "bytes_left_at_least", "bytes_left_at_most")),
        "ExpectPoll" => new ScenarioRule.ExpectPoll(
            fields.Number("client"),
            fields.Number("peer"),
            Range(fields, "polls", "at_least", "at_most"),
            fields.OptionalFlag("level"),
            fields.OptionalFlag("remaining"),
            fields.OptionalNumber("added"),
            Choice<SyncErrorKind>(fields, "failed")),
        _ => null,
    };

    private static ScenarioRule.Link ReadLink(RuleFields fields) => new(
        fields.Number("clienta"),
        fields.Number("clientb"),
        fields.Number("delay", 60_000, 5),
        fields.Number("jitter", 60_000, 0),
        fields.Number("loss", MostPercent, 0),
        fields.Number("repeat", MostPercent, 0),
        fields.Between("max_payload", (ulong)WireLimits.SmallestPayloadBytes, (ulong)WireLimits.Default.PayloadBytes, (ulong)WireLimits.Default.PayloadBytes));

    private static ScenarioRule.Hello ReadHello(RuleFields fields) => new(
        fields.Number("client"),
        fields.Number("peer"),
        fields.Number("graph"),
        Milliseconds(fields.Number("change_delay", uint.MaxValue, 100)),
        TimeSpan.FromSeconds(fields.Between("duration", 1, uint.MaxValue, 600)),
        Milliseconds(fields.Number("schedule_delay", uint.MaxValue, 60_000)));

    private static ScenarioRule.Tamper ReadTamper(Tampering how, RuleFields fields, string count) =>
        new(how, fields.Number("from"), fields.Number("to"), Choice<SyncType>(fields, "type") ?? Missing(fields), fields.Between(count, 1, uint.MaxValue, 1));

    private static NumberRange Range(RuleFields fields, string exactly, string atLeast, string atMost) =>
        new(fields.OptionalNumber(exactly), fields.OptionalNumber(atLeast), fields.OptionalNumber(atMost));

    private static SyncType Missing(RuleFields fields)
    {
        fields.Fail("type is missing");
        return default;
    }

    // By the names of the code, and those alone: a number would be read as one.
    private static T? Choice<T>(RuleFields fields, string name)
        where T : struct, Enum
    {
        if (!fields.Has(name))
            return null;
        if (fields.Text(name) is { } text && Enum.GetNames<T>().Contains(text))
            return Enum.Parse<T>(text);
        fields.Fail($"{name} is none of {string.Join(", ", Enum.GetNames<T>())}");
        return null;
    }

    private static TimeSpan Milliseconds(ulong milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}

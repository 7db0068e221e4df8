using System.Text.Json;

namespace ActorSync.Testing.Scenarios;

/// <summary>A scenario: rules in their order.</summary>
/// <param name="Rules">The rules with their names, as the file gives them.</param>
public sealed record Scenario(IReadOnlyList<(string Name, ScenarioRule Rule)> Rules);

/// <summary>
/// Reads scenario files: a JSON array of objects with one key each, the rule's name, over its fields. Fields that a rule
/// does not know are passed over; an unknown rule, a missing field or one of another type makes the file unreadable.
/// </summary>
public static class ScenarioFile
{
    /// <summary>The most clients, and the most commands of one rule.</summary>
    private const ulong MostClients = 1000;
    private const ulong MostCommands = 1_000_000;

    // Some editors begin a file with it.
    private static ReadOnlySpan<byte> ByteOrderMark => [0xef, 0xbb, 0xbf];

    /// <summary>Reads a file's text. The error says which rule cannot be read, and why.</summary>
    public static Result<Scenario> Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8.Span.StartsWith(ByteOrderMark) ? utf8[ByteOrderMark.Length..] : utf8);
            return Read(document.RootElement);
        }
        catch (JsonException exception)
        {
            return Unreadable($"it is not JSON: {exception.Message}");
        }
        // What stands in quotes is decoded when it is asked for.
        catch (InvalidOperationException exception)
        {
            return Unreadable($"it is not JSON: a text in it is no Unicode: {exception.Message}");
        }
    }

    private static Result<Scenario> Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Array)
            return Unreadable("it is not an array of rules");
        var rules = new List<(string, ScenarioRule)>();
        foreach (var item in root.EnumerateArray())
        {
            var number = rules.Count + 1;
            if (item.ValueKind != JsonValueKind.Object || item.GetPropertyCount() != 1)
                return Unreadable($"rule {number} is not an object of one key");
            var property = item.EnumerateObject().First();
            var fields = new RuleFields(property.Value);
            var rule = ReadRule(property.Name, property.Value, ref fields);
            if (rule is null)
                return Unreadable($"rule {number} is {property.Name}, which is no rule");
            if (fields.Error is { } error)
                return Unreadable($"rule {number}, {property.Name}: {error}");
            rules.Add((property.Name, rule));
        }
        return new Scenario(rules);
    }

    private static ScenarioRule? ReadRule(string name, JsonElement value, ref RuleFields fields)
    {
        switch (name)
        {
            case "AddExpectation":
                fields = RuleFields.Alone(value, out var expectation);
                return new ScenarioRule.AddExpectations(expectation, 1);
            case "PrintGraph":
                return new ScenarioRule.PrintGraph();
        }
        if (value.ValueKind != JsonValueKind.Object)
            fields.Fail("its fields are no object");
        return name switch
        {
            "AddClient" => new ScenarioRule.AddClient(fields.Number("id")),
            "SetupClientsAndGraph" => new ScenarioRule.SetupClientsAndGraph(fields.Number("clients", MostClients), fields.Number("graph"), fields.Number("policy", ulong.MaxValue, 0)),
            "NewGraph" => new ScenarioRule.NewGraph(fields.Number("client"), fields.Number("id"), fields.Number("policy", ulong.MaxValue, 0)),
            "RemoveGraph" => new ScenarioRule.RemoveGraph(fields.Number("client"), fields.Number("id")),
            "VerifyGraphIds" => new ScenarioRule.VerifyGraphIds(fields.Number("client"), fields.Numbers("ids")),
            "ActionSet" => Act(fields, ScenarioPolicy.Set(fields.Number("key"), fields.Number("value"))),
            "ActionDelete" => Act(fields, ScenarioPolicy.Delete(fields.Number("key"))),
            "ActionNoOp" => Act(fields, ScenarioPolicy.NoOp(fields.Number("nonce"))),
            "Sync" => new ScenarioRule.Sync(fields.Number("client"), fields.Number("from"), fields.Number("graph"), fields.OptionalNumber("must_receive"), fields.Number("max_syncs", ulong.MaxValue, 1)),
            "AddExpectations" => new ScenarioRule.AddExpectations(fields.Number("expectation"), fields.Number("repeat", MostCommands)),
            "IgnoreExpectations" => new ScenarioRule.IgnoreExpectations(fields.Flag("ignore")),
            "CompareGraphs" => new ScenarioRule.CompareGraphs(fields.Number("clienta"), fields.Number("clientb"), fields.Number("graph"), fields.Flag("equal")),
            "MaxCut" => new ScenarioRule.MaxCut(fields.Number("client"), fields.Number("graph"), fields.Number("max_cut")),
            "HeadCount" => new ScenarioRule.HeadCount(fields.Number("client"), fields.Number("graph"), fields.Number("count")),
            "ConvergeAll" => new ScenarioRule.ConvergeAll(fields.Number("graph"), fields.Number("clients", MostClients), fields.Number("max_syncs", ulong.MaxValue, 1)),
            "HelloSubscribe" => new ScenarioRule.HelloSubscribe(fields.Number("client"), fields.Number("peer"), fields.Number("graph"), AtLeastOne(fields, "notify_interval")),
            "HelloUnsubscribe" => new ScenarioRule.HelloUnsubscribe(fields.Number("client"), fields.Number("peer"), fields.Number("graph")),
            "IngestPoisonThenSet" => new ScenarioRule.IngestPoisonThenSet(
                fields.Number("client"),
                fields.Number("graph"),
                fields.Number("poison_key"),
                fields.Number("poison_value"),
                fields.Number("key"),
                fields.Number("value")),
            "GenerateGraph" => Generate(fields),
            _ => NetworkRules.Read(name, fields),
        };
    }

    private static ScenarioRule.Act Act(RuleFields fields, byte[] payload) =>
        new(fields.Number("client"), fields.Number("graph"), (uint)fields.Number("priority", uint.MaxValue, 0), fields.Number("repeat", MostCommands, 1), payload);

    private static ScenarioRule.GenerateGraph Generate(RuleFields fields)
    {
        var generation = new Generation
        {
            Clients = fields.Number("clients", MostClients),
            Graph = fields.Number("graph"),
            Commands = fields.Number("commands", MostCommands),
            Method = ReadMethod(fields),
            Policy = fields.Number("policy", ulong.MaxValue, 0),
            SyncClientZero = fields.Flag("sync_client_zero", false),
            Deletes = (int)(fields.OptionalNumber("delete_proportion", 100) ?? fields.Number("delete_chance", 100, 0)),
            NoOps = (int)(fields.OptionalNumber("noop_proportion", 100) ?? fields.Number("noop_chance", 100, 0)),
            Keys = fields.Number("key_range", ulong.MaxValue, 1),
            MaxPriority = (uint)fields.Number("max_priority", uint.MaxValue, 0),
            Seed = fields.OptionalNumber("seed"),
        };
        if (generation.Clients == 0 || generation.Keys == 0)
            fields.Fail("clients and key_range are at least 1");
        if (generation.Method is GenerationMethod.Tick && generation.Clients != 2)
            fields.Fail("the method Tick takes two clients");
        if (generation is { Clients: 1, SyncClientZero: false, Method: not GenerationMethod.None { AddCommandsToClientZero: true } })
            fields.Fail("nobody is left to write when client 0 is alone and does not");
        return new ScenarioRule.GenerateGraph(generation);
    }

    private static GenerationMethod ReadMethod(RuleFields rule)
    {
        var (name, fields) = rule.Choice("sync_method");
        GenerationMethod? method = name switch
        {
            "Poll" => new GenerationMethod.Poll((int)fields.Number("add_command_chance", 1_000_000), (int)fields.Number("sync_chance", 1_000_000)),
            "HelloSync" => new GenerationMethod.Hello(AtLeastOne(fields, "notify_interval"), fields.Text("topology") switch
            {
                "HubAndSpoke" => false,
                "Ring" => true,
                null when !fields.Has("topology") => false,
                _ => Wrong(fields, "topology is neither HubAndSpoke nor Ring"),
            }),
            "None" => new GenerationMethod.None(fields.Flag("add_commands_to_client_zero", false)),
            "Tick" => new GenerationMethod.Tick(fields.Numbers("write_intervals"), AtLeastOne(fields, "sync_interval"), fields.OptionalNumber("hello_notify_interval")),
            _ => null,
        };
        if (method is GenerationMethod.Poll { AddCommandChance: 0 })
            fields.Fail("add_command_chance is at least 1");
        if (method is GenerationMethod.Tick tick && (tick.WriteIntervals.Count != 2 || tick.WriteIntervals.Contains(0UL) || tick.HelloNotifyInterval == 0))
            fields.Fail("write_intervals are two numbers of at least 1, and so is hello_notify_interval");
        if (method is null || fields.Error is not null)
            rule.Fail($"sync_method {name}: {fields.Error ?? "there is no such method"}");
        return method ?? new GenerationMethod.None(true);
    }

    private static ulong AtLeastOne(RuleFields fields, string name)
    {
        var number = fields.Number(name, ulong.MaxValue, 1);
        if (number == 0)
            fields.Fail($"{name} is at least 1");
        return number;
    }

    private static bool Wrong(RuleFields fields, string why)
    {
        fields.Fail(why);
        return false;
    }

    private static SyncError Unreadable(string why) => new(SyncErrorKind.InvalidRequest, why);
}

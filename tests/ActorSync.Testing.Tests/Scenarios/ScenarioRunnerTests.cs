using System.Text;
using ActorSync.Graphs;
using ActorSync.Testing.Scenarios;

namespace ActorSync.Testing.Tests.Scenarios;

/// <summary>The runner must be able to fail, and says where and why; what it cannot read it refuses.</summary>
public sealed class ScenarioRunnerTests
{
    private const string Two = """{ "SetupClientsAndGraph": { "clients": 2, "graph": 0, "policy": 0 } }""";
    private const string Act = """{ "ActionSet": { "client": 0, "graph": 0, "key": 0, "value": 5 } }""";
    private const string Subscribe = """{ "Subscribe": { "client": 1, "peer": 0, "graph": 0 } }""";
    private const string Poll = """{ "Poll": { "client": 1, "peer": 0, "graph": 0 } }""";
    private const string Wait = """{ "Wait": { "milliseconds": 1000 } }""";
    private const string Expected = """{ "AddExpectation": 5 }""";

    [Theory]
    [InlineData(2, "not emitted: none; emitted ones that were not expected: 5", Two, Act)]
    [InlineData(3, "not emitted: 4; emitted ones that were not expected: 5", Two, """{ "AddExpectation": 4 }""", Act)]
    [InlineData(4, "not emitted: 5", Two, Expected, Expected, Act)]
    [InlineData(4, "hold the same", Two, Expected, """{ "IgnoreExpectations": { "ignore": true } }""", """{ "CompareGraphs": { "clienta": 0, "clientb": 1, "graph": 0, "equal": false } }""")]
    [InlineData(4, "has the heads", Two, Expected, Act, """{ "CompareGraphs": { "clienta": 0, "clientb": 1, "graph": 0, "equal": true } }""")]
    [InlineData(5, "received 1 new commands, not 2", Two, Expected, Act, Expected, """{ "Sync": { "client": 1, "from": 0, "graph": 0, "must_receive": 2 } }""")]
    [InlineData(2, "the greatest max cut: 0, not 1", Two, """{ "MaxCut": { "client": 0, "graph": 0, "max_cut": 1 } }""")]
    [InlineData(2, "heads: 1, not 3", Two, """{ "HeadCount": { "client": 0, "graph": 0, "count": 3 } }""")]
    [InlineData(2, "there is no client 7", Two, """{ "Sync": { "client": 7, "from": 0, "graph": 0 } }""")]
    [InlineData(2, "there is no graph 3", Two, """{ "HeadCount": { "client": 0, "graph": 3, "count": 1 } }""")]
    [InlineData(2, "client 0 is there already", Two, """{ "AddClient": { "id": 0 } }""")]
    [InlineData(2, "cannot sync from itself", Two, """{ "Sync": { "client": 0, "from": 0, "graph": 0 } }""")]
    [InlineData(3, "client 1 does not hold graph 0", Two, """{ "RemoveGraph": { "client": 1, "id": 0 } }""", """{ "MaxCut": { "client": 1, "graph": 0, "max_cut": 0 } }""")]
    [InlineData(3, "does not hold the graph", Two, """{ "RemoveGraph": { "client": 1, "id": 0 } }""", """{ "Sync": { "client": 0, "from": 1, "graph": 0 } }""")]
    [InlineData(4, "holds 1 graphs", Two, """{ "AddClient": { "id": 5 } }""", """{ "NewGraph": { "client": 5, "id": 8, "policy": 8 } }""", """{ "VerifyGraphIds": { "client": 0, "ids": [0, 8] } }""")]
    [InlineData(3, "is not open", Two, Subscribe, """{ "ExpectSubscription": { "client": 1, "peer": 0, "open": true } }""")]
    [InlineData(4, "is open", Two, Subscribe, Wait, """{ "ExpectSubscription": { "client": 1, "peer": 0, "open": false } }""")]
    [InlineData(4, "ended never, not with Expired", Two, Subscribe, Wait, """{ "ExpectSubscription": { "client": 1, "peer": 0, "open": true, "ended": "Expired" } }""")]
    [InlineData(4, "was not refused, not with NotAllowed", Two, Subscribe, Wait, """{ "ExpectSubscription": { "client": 1, "peer": 0, "open": true, "refused": "NotAllowed" } }""")]
    [InlineData(4, "bytes left: 1073741824, not at most 5", Two, Subscribe, Wait, """{ "ExpectSubscription": { "client": 1, "peer": 0, "open": true, "bytes_left_at_most": 5 } }""")]
    [InlineData(4, "payloads Subscribe from client 1 to client 0: 1, not 2", Two, Subscribe, Wait, """{ "ExpectSent": { "from": 1, "to": 0, "type": "Subscribe", "count": 2 } }""")]
    [InlineData(4, "bytes of Subscribe from client 1 to client 0: ", Two, Subscribe, Wait, """{ "ExpectSent": { "from": 1, "to": 0, "type": "Subscribe", "bytes_at_least": 200 } }""")]
    [InlineData(4, "commands that client 1 received: 0, not at least 1", Two, Subscribe, Wait, """{ "ExpectReceived": { "client": 1, "graph": 0, "at_least": 1 } }""")]
    [InlineData(6, "emitted ones that were not expected: 5", Two, Expected, Act, Subscribe, """{ "Wait": { "milliseconds": 1 } }""", Wait)]
    [InlineData(3, "no poll of client 1 at client 0 has ended", Two, Poll, """{ "ExpectPoll": { "client": 1, "peer": 0, "level": true } }""")]
    [InlineData(4, "polls of client 1 at client 0: 1, not 2", Two, Poll, Wait, """{ "ExpectPoll": { "client": 1, "peer": 0, "polls": 2 } }""")]
    [InlineData(4, "the two were level", Two, Poll, Wait, """{ "ExpectPoll": { "client": 1, "peer": 0, "level": false } }""")]
    [InlineData(4, "the answer was not cut", Two, Poll, Wait, """{ "ExpectPoll": { "client": 1, "peer": 0, "remaining": true } }""")]
    [InlineData(4, "commands that the poll added: 0, not 1", Two, Poll, Wait, """{ "ExpectPoll": { "client": 1, "peer": 0, "added": 1 } }""")]
    [InlineData(4, "the poll did not fail, not with Busy", Two, Poll, Wait, """{ "ExpectPoll": { "client": 1, "peer": 0, "failed": "Busy" } }""")]
    [InlineData(2, "client 0 has no link to itself", Two, """{ "LinkDown": { "clienta": 0, "clientb": 0 } }""")]
    [InlineData(2, "the link is up already", Two, """{ "LinkUp": { "clienta": 0, "clientb": 1 } }""")]
    [InlineData(3, "client 1 is linked already: its node is set before", Two, Subscribe, """{ "NodeSettings": { "client": 1 } }""")]
    [InlineData(3, "takes payloads of 1048576 bytes since it was made", Two, Subscribe, """{ "Link": { "clienta": 1, "clientb": 0, "max_payload": 4096 } }""")]
    [InlineData(2, "there is no client 7", Two, """{ "Subscribe": { "client": 7, "peer": 0, "graph": 0 } }""")]
    [InlineData(2, "there is no graph 3", Two, """{ "Poll": { "client": 1, "peer": 0, "graph": 3 } }""")]
    [InlineData(3, "cannot be removed any more", Two, Subscribe, """{ "RemoveGraph": { "client": 1, "id": 0 } }""")]
    public async Task SaysWhichRuleDoesNotHoldAndWhatDiffered(int rule, string difference, params string[] rules)
    {
        var outcome = await RunAsync(rules);
        Assert.False(outcome.Holds);
        Assert.Equal(rule, outcome.Rule);
        Assert.Contains(difference, outcome.Difference, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("it is not JSON", "this is no scenario")]
    [InlineData("it is not JSON", "[{ \"AddClient\": { \"id\": 0 } }")]
    [InlineData("not an array", "{}")]
    [InlineData("rule 1 is not an object of one key", "[3]")]
    [InlineData("rule 2 is not an object of one key", "[{ \"AddExpectation\": 1 }, { \"AddExpectation\": 1, \"AddClient\": { \"id\": 0 } }]")]
    [InlineData("rule 1 is Frobnicate, which is no rule", "[{ \"Frobnicate\": {} }]")]
    [InlineData("rule 1, AddClient: id is missing", "[{ \"AddClient\": {} }]")]
    [InlineData("rule 1, AddClient: its fields are no object", "[{ \"AddClient\": 3 }]")]
    [InlineData("id is no whole number", "[{ \"AddClient\": { \"id\": -1 } }]")]
    [InlineData("id is no whole number", "[{ \"AddClient\": { \"id\": \"0\" } }]")]
    [InlineData("priority is no whole number from 0 to 4294967295", "[{ \"ActionSet\": { \"client\": 0, \"graph\": 0, \"key\": 0, \"value\": 0, \"priority\": 4294967296 } }]")]
    [InlineData("equal is neither true nor false", "[{ \"CompareGraphs\": { \"clienta\": 0, \"clientb\": 1, \"graph\": 0, \"equal\": 1 } }]")]
    [InlineData("ids is missing", "[{ \"VerifyGraphIds\": { \"client\": 0 } }]")]
    [InlineData("sync_method is missing", "[{ \"GenerateGraph\": { \"clients\": 2, \"graph\": 0, \"commands\": 1 } }]")]
    [InlineData("sync_method Post: there is no such method", "[{ \"GenerateGraph\": { \"clients\": 2, \"graph\": 0, \"commands\": 1, \"sync_method\": { \"Post\": {} } } }]")]
    [InlineData("add_command_chance is at least 1", "[{ \"GenerateGraph\": { \"clients\": 2, \"graph\": 0, \"commands\": 1, \"sync_method\": { \"Poll\": { \"add_command_chance\": 0, \"sync_chance\": 1 } } } }]")]
    [InlineData("write_intervals are two numbers", "[{ \"GenerateGraph\": { \"clients\": 2, \"graph\": 0, \"commands\": 1, \"sync_method\": { \"Tick\": { \"write_intervals\": [0, 1] } } } }]")]
    [InlineData("topology is neither HubAndSpoke nor Ring", "[{ \"GenerateGraph\": { \"clients\": 2, \"graph\": 0, \"commands\": 1, \"sync_method\": { \"HelloSync\": { \"topology\": 5 } } } }]")]
    [InlineData("rule 1, Subscribe: peer is missing", "[{ \"Subscribe\": { \"client\": 0, \"graph\": 0 } }]")]
    [InlineData("rule 1, Wait: seconds is no field of it: it has milliseconds", "[{ \"Wait\": { \"milliseconds\": 1, \"seconds\": 1 } }]")]
    [InlineData("rule 1, CountAnew: from is no field of it: it has none", "[{ \"CountAnew\": { \"from\": 1 } }]")]
    [InlineData("rule 1, Wait: milliseconds is no whole number from 0 to", "[{ \"Wait\": { \"milliseconds\": 1.5 } }]")]
    [InlineData("rule 1, Lose: type is none of Poll, Level, Narrow", "[{ \"Lose\": { \"from\": 0, \"to\": 1, \"type\": \"1\" } }]")]
    [InlineData("rule 1, Lose: type is none of Poll, Level, Narrow", "[{ \"Lose\": { \"from\": 0, \"to\": 1, \"type\": 1 } }]")]
    [InlineData("rule 1, Repeat: type is missing", "[{ \"Repeat\": { \"from\": 0, \"to\": 1 } }]")]
    [InlineData("rule 1, Break: after is no whole number from 1", "[{ \"Break\": { \"from\": 0, \"to\": 1, \"type\": \"Push\", \"after\": 0 } }]")]
    [InlineData("rule 1, Link: max_payload is no whole number from 4096 to 1048576", "[{ \"Link\": { \"clienta\": 0, \"clientb\": 1, \"max_payload\": 100 } }]")]
    [InlineData("rule 1, Link: loss is no whole number from 0 to 90", "[{ \"Link\": { \"clienta\": 0, \"clientb\": 1, \"loss\": 100 } }]")]
    [InlineData("rule 1, ExpectSubscription: ended is none of Expired, BudgetSpent", "[{ \"ExpectSubscription\": { \"client\": 0, \"peer\": 1, \"open\": true, \"ended\": \"Tired\" } }]")]
    public void SaysWhyAFileCannotBeRead(string why, string text) =>
        Assert.Contains(why, ScenarioFile.Parse(Encoding.UTF8.GetBytes(text)).Error?.Message, StringComparison.Ordinal);

    [Fact]
    public async Task ANumberIsFreeAgainOnceNobodyHoldsItsGraph()
    {
        const string Remove = """{ "RemoveGraph": { "client": 0, "id": 0 } }""";
        const string OtherPolicy = """{ "NewGraph": { "client": 0, "id": 0, "policy": 9 } }""";
        var taken = await RunAsync(Two, Remove, OtherPolicy);
        Assert.Equal("graph 0 is another graph already", taken.Difference);
        var outcome = await RunAsync(Two, Remove, """{ "RemoveGraph": { "client": 1, "id": 0 } }""", OtherPolicy, """{ "VerifyGraphIds": { "client": 0, "ids": [0] } }""");
        Assert.True(outcome.Holds, outcome.ToString());
    }

    [Theory]
    [InlineData("""[{ "\ud800": {} }]""")]
    [InlineData("""[{ "AddClient": { "id": 1, "\ud800": 2 } }, { "Link": { "clienta": 0, "clientb": 1, "\ud800": 2 } }]""")]
    [InlineData("""[{ "GenerateGraph": { "clients": 2, "graph": 0, "commands": 1, "sync_method": "\ud800" } }]""")]
    [InlineData("""[{ "GenerateGraph": { "clients": 2, "graph": 0, "commands": 1, "sync_method": { "HelloSync": { "topology": "\ud800" } } } }]""")]
    [InlineData("[{ \"\u00ff\u00fe\": {} }]")]
    public void TextThatIsNoUnicodeCannotBeRead(string text) =>
        Assert.Contains("not JSON", ScenarioFile.Parse(Encoding.Latin1.GetBytes(text)).Error!.Message, StringComparison.Ordinal);

    [Fact]
    public void AByteOrderMarkIsPassedOver() =>
        Assert.Single(ScenarioFile.Parse((byte[])[0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes($"[{Two}]")]).Value.Rules);

    [Fact]
    public async Task TheSameSeedDrawsTheSameGraph()
    {
        const string Generate = """{ "GenerateGraph": { "clients": 3, "graph": 0, "commands": 40, "key_range": 9, "sync_method": { "Poll": { "add_command_chance": 1, "sync_chance": 1 } } } }""";
        var printed = new List<string>();
        var scenario = ScenarioFile.Parse(Encoding.UTF8.GetBytes($"[{Generate}, {{ \"AddClient\": {{ \"id\": 3 }} }}, {{ \"IgnoreExpectations\": {{ \"ignore\": true }} }}, {{ \"Sync\": {{ \"client\": 3, \"from\": 0, \"graph\": 0, \"max_syncs\": 9 }} }}]")).Value;
        foreach (var seed in new ulong[] { 5, 5, 6 })
            Assert.True((await ScenarioRunner.RunAsync(scenario, Stores.InMemory(seed) with { Print = printed.Add, Trace = printed.Add })).Holds);
        Assert.Equal(6, printed.Count);
        Assert.Equal(printed[..2], printed[2..4]);
        Assert.NotEqual(printed[..2], printed[4..]);
    }

    [Fact]
    public async Task TheSameSeedGivesTheSameRunOverARoughLink()
    {
        const string Rough = """{ "Link": { "clienta": 0, "clientb": 1, "loss": 30, "repeat": 30, "jitter": 200 } }""";
        const string Write = """{ "ActionNoOp": { "client": 0, "graph": 0, "nonce": 1, "repeat": 7 } }""";
        var scenario = ScenarioFile.Parse(Encoding.UTF8.GetBytes($"[{Two}, {Rough}, {Subscribe}, {Wait}, {Write}, {Wait}, {Write}, {Wait}, {Write}, {Wait}, {Wait}, {Wait}, {Wait}]")).Value;
        var traces = new List<string>();
        foreach (var seed in new ulong[] { 5, 5, 6, 7, 8 })
        {
            var trace = new List<string>();
            Assert.True((await ScenarioRunner.RunAsync(scenario, Stores.InMemory(seed) with { Trace = trace.Add })).Holds);
            traces.Add(string.Join('\n', trace));
        }
        Assert.Equal(traces[0], traces[1]);
        Assert.NotEqual(1, traces.Distinct().Count());
    }

    [Fact]
    public void TheInitCommandOfPolicyZeroHasTheIdThatTheFilesExpect()
    {
        var init = ScenarioPolicy.Init(0);
        Assert.Equal("01d448afd928065458cf670b60f5a594d735af0172c8d67f22a81680132681ca", init.Id.ToString());
        Assert.Equal(new byte[10], init.Payload.ToArray());
    }

    [Fact]
    public void AnIdIsThatOfTheEncodingOfTheFiles()
    {
        var init = ScenarioPolicy.Init(0);
        var command = Command.Create(Prior.Single(init.Address), Priority.Basic(300), ScenarioPolicy.Set(1, 128), ScenarioPolicy.Instance);
        byte[] encoded = [2, 0x20, .. init.Id.ToArray(), 0, 0xac, 0x02, 1, 0x80, 0x01];
        Assert.Equal(new CommandId(System.Security.Cryptography.SHA256.HashData(encoded)), command.Id);

        var other = Command.Create(Prior.Single(init.Address), Priority.Basic(0), ScenarioPolicy.NoOp(3), ScenarioPolicy.Instance);
        var merge = Command.Merge(command.Address, other.Address, ScenarioPolicy.Instance);
        var (left, right) = command.Id < other.Id ? (command, other) : (other, command);
        encoded = [1, 0x20, .. left.Id.ToArray(), 1, 0x20, .. right.Id.ToArray(), 1];
        Assert.Equal(new CommandId(System.Security.Cryptography.SHA256.HashData(encoded)), merge.Id);
    }

    private static Task<ScenarioOutcome> RunAsync(params string[] rules) =>
        ScenarioRunner.RunAsync(ScenarioFile.Parse(Encoding.UTF8.GetBytes($"[{string.Join(",", rules)}]")).Value, Stores.InMemory());
}

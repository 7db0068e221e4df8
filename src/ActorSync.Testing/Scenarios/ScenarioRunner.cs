using ActorSync.Graphs;

namespace ActorSync.Testing.Scenarios;

/// <summary>
/// Runs a scenario: clients that act, sync through encoded payloads and must hold what its rules say. No limit is set on
/// heads. docs/scenarios.md says what every rule means.
/// </summary>
public sealed class ScenarioRunner : IAsyncDisposable
{
    private readonly ScenarioWorld _world;
    private readonly HelloSubscriptions _hellos;
    private readonly ScenarioNetwork _network;

    private ScenarioRunner(ScenarioOptions options)
    {
        _world = new ScenarioWorld(options);
        _hellos = new HelloSubscriptions(_world);
        _network = new ScenarioNetwork(_world);
    }

    /// <summary>Runs the rules in their order, up to the first that does not hold.</summary>
    public static async Task<ScenarioOutcome> RunAsync(Scenario scenario, ScenarioOptions options)
    {
        var runner = new ScenarioRunner(options);
        await using (runner.ConfigureAwait(false))
        {
            for (var i = 0; i < scenario.Rules.Count; i++)
            {
                var (name, rule) = scenario.Rules[i];
                try
                {
                    await runner.ApplyAsync(rule).ConfigureAwait(false);
                }
                catch (RuleDiffersException differs)
                {
                    return new ScenarioOutcome(i + 1, name, differs.Message);
                }
            }
            return ScenarioOutcome.Held;
        }
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    private async Task ApplyAsync(ScenarioRule rule)
    {
        switch (rule)
        {
            case ScenarioRule.Network network:
                await _network.ApplyAsync(network).ConfigureAwait(false);
                _world.Expectations.Check();
                break;
            case ScenarioRule.AddClient add:
                await _world.AddClientAsync(add.Id).ConfigureAwait(false);
                break;
            case ScenarioRule.SetupClientsAndGraph setup:
                await SetupAsync(setup.Clients, setup.Graph, setup.Policy).ConfigureAwait(false);
                break;
            case ScenarioRule.NewGraph graph:
                await _world.NewGraphAsync(graph.Client, graph.Id, graph.Policy).ConfigureAwait(false);
                break;
            case ScenarioRule.RemoveGraph removed:
                _network.Forget(removed.Client, removed.Id);
                await _world.RemoveGraphAsync(removed.Client, removed.Id).ConfigureAwait(false);
                break;
            case ScenarioRule.AddExpectations expectations:
                _world.Expectations.Expect(expectations.Expectation, expectations.Repeat);
                break;
            case ScenarioRule.IgnoreExpectations ignore:
                _world.Expectations.Ignore = ignore.Ignore;
                break;
            case ScenarioRule.HelloSubscribe subscribe:
                _ = (_world.Client(subscribe.Client), _world.Client(subscribe.Peer));
                _hellos.Add(subscribe.Client, subscribe.Peer, subscribe.Graph, subscribe.NotifyInterval);
                break;
            case ScenarioRule.HelloUnsubscribe unsubscribe:
                _hellos.Remove(unsubscribe.Client, unsubscribe.Peer, unsubscribe.Graph);
                break;
            case ScenarioRule.GenerateGraph generate:
                await GenerateAsync(generate.Generation).ConfigureAwait(false);
                break;
            case ScenarioRule.Act or ScenarioRule.Sync or ScenarioRule.ConvergeAll or ScenarioRule.IngestPoisonThenSet:
                await MoveAsync(rule).ConfigureAwait(false);
                await _hellos.TellAsync().ConfigureAwait(false);
                _world.Expectations.Check();
                break;
            default:
                Check(rule);
                break;
        }
    }

    private async Task MoveAsync(ScenarioRule rule)
    {
        switch (rule)
        {
            case ScenarioRule.Act act:
                for (ulong i = 0; i < act.Repeat; i++)
                    await _world.ActAsync(act.Client, act.Graph, act.Priority, act.Payload).ConfigureAwait(false);
                break;
            case ScenarioRule.Sync sync:
                var (received, sent) = await _world.SyncAsync(sync.Client, sync.From, sync.Graph, sync.MaxSyncs).ConfigureAwait(false);
                _world.Trace($"Sync: client {sync.Client} received {received} new commands from client {sync.From}, which sent {sent}");
                if (sync.MustReceive is { } expected && expected != received)
                    throw new RuleDiffersException($"client {sync.Client} received {received} new commands, not {expected}");
                break;
            case ScenarioRule.ConvergeAll converge:
                await _world.ConvergeAsync(converge.Graph, converge.Clients, converge.MaxSyncs).ConfigureAwait(false);
                break;
            case ScenarioRule.IngestPoisonThenSet ingest:
                await IngestAsync(ingest).ConfigureAwait(false);
                break;
        }
    }

    private void Check(ScenarioRule rule)
    {
        switch (rule)
        {
            case ScenarioRule.VerifyGraphIds verify:
                var held = _world.Client(verify.Client).Graphs;
                if (!held.ToHashSet().SetEquals(verify.Ids.Select(_world.Graph)))
                    throw new RuleDiffersException($"client {verify.Client} holds {held.Count} graphs ({string.Join(", ", held.Select(graph => graph.ToShortString()))}), not just those");
                break;
            case ScenarioRule.CompareGraphs compare:
                var difference = _world.Difference(compare.One, compare.Other, compare.Graph);
                if (compare.Equal != difference is null)
                    throw new RuleDiffersException(difference ?? $"clients {compare.One} and {compare.Other} hold the same");
                break;
            case ScenarioRule.MaxCut maxCut:
                CheckNumber("the greatest max cut", maxCut.Expected, _world.Graph(maxCut.Client, maxCut.Graph).Heads.MaxCut);
                break;
            case ScenarioRule.HeadCount heads:
                CheckNumber("heads", heads.Expected, _world.Graph(heads.Client, heads.Graph).Heads.Count);
                break;
        }
    }

    private static void CheckNumber(string what, ulong expected, int found)
    {
        if (expected != (ulong)found)
            throw new RuleDiffersException($"{what}: {found}, not {expected}");
    }

    private async Task SetupAsync(ulong clients, ulong graph, ulong policy)
    {
        for (ulong client = 0; client < clients; client++)
        {
            if (!_world.HasClient(client))
                await _world.AddClientAsync(client).ConfigureAwait(false);
        }
        if (clients == 0)
            return;
        await _world.NewGraphAsync(0, graph, policy).ConfigureAwait(false);
        for (ulong client = 1; client < clients; client++)
        {
            await _world.SyncAsync(client, 0, graph, ulong.MaxValue).ConfigureAwait(false);
            if (_world.Difference(0, client, graph) is { } difference)
                throw new RuleDiffersException(difference);
        }
    }

    private async Task IngestAsync(ScenarioRule.IngestPoisonThenSet ingest)
    {
        var graph = _world.Graph(ingest.Client, ingest.Graph);
        if (graph.Heads.Count != 1)
            throw new RuleDiffersException($"client {ingest.Client} has {graph.Heads.Count} heads, not one");
        var prior = Prior.Single(graph.Heads[0]);
        var facts = graph.Facts;
        var transaction = graph.Begin();
        if (transaction.Add(Command.Create(prior, Priority.Basic(0), ScenarioPolicy.Poison(ingest.PoisonKey, ingest.PoisonValue), ScenarioPolicy.Instance))?.Kind != SyncErrorKind.Rejected)
            throw new RuleDiffersException("the poison command was not rejected");
        var set = Command.Create(prior, Priority.Basic(0), ScenarioPolicy.Set(ingest.Key, ingest.Value), ScenarioPolicy.Instance);
        if (transaction.Add(set) is { } error)
            throw new RuleDiffersException($"the command after the poison was refused: {error}");
        if (!(await transaction.CommitAsync().ConfigureAwait(false)).TryGet(out var commit, out error))
            throw new RuleDiffersException($"client {ingest.Client} cannot commit: {error}");
        _world.Expectations.Emit(commit.Effects.Select(ScenarioPolicy.ValueOf));
        if (ScenarioPolicy.Find(commit.Facts, ingest.Key) != ingest.Value)
            throw new RuleDiffersException($"the value under {ingest.Key} is not {ingest.Value}");
        if (ingest.PoisonKey != ingest.Key && ScenarioPolicy.Find(commit.Facts, ingest.PoisonKey) != ScenarioPolicy.Find(facts, ingest.PoisonKey))
            throw new RuleDiffersException($"the poison command left a fact under {ingest.PoisonKey}");
        if (commit.Commands.Count != 1)
            throw new RuleDiffersException($"{commit.Commands.Count} commands were committed, not one");
    }

    private async Task GenerateAsync(Generation generation)
    {
        var ignored = _world.Expectations.Ignore;
        _world.Expectations.Ignore = true;
        await SetupAsync(generation.Clients, generation.Graph, generation.Policy).ConfigureAwait(false);
        await new GraphGenerator(_world, _hellos, generation).RunAsync().ConfigureAwait(false);
        await _world.ConvergeAsync(generation.Graph, generation.Clients, generation.Commands / 100 + 100).ConfigureAwait(false);
        for (ulong client = 1; client < generation.Clients; client++)
        {
            if (_world.Difference(0, client, generation.Graph) is { } difference)
                throw new RuleDiffersException(difference);
        }
        _world.Expectations.Ignore = ignored;
    }
}

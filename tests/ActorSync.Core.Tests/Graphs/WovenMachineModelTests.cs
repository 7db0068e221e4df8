using ActorSync.Core.Tests.Clients;
using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Graphs.Clients;
using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;

namespace ActorSync.Core.Tests.Graphs;

/// <summary>
/// Actions, batches, commits and failures in any order, with a policy: what is committed, its facts and its effects are
/// those of an application that takes the same steps one by one, with nothing tentative and nothing that fails.
/// </summary>
public sealed class WovenMachineModelTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FactsAndEffectsAreThoseOfTheClientWhateverFails(bool gathers)
    {
        var (failed, gathered, rejected, parallel) = (0, 0, 0, 0);
        for (var seed = 1; seed <= 60; seed++)
        {
            var model = new Model(seed, new OrderPolicy(), new GraphLimits { Heads = 6, PendingCommands = 60, FewEvaluations = gathers ? -1000 : 1024 });
            await model.RunAsync();
            failed += model.Failed;
            gathered += model.Gathered;
            rejected += model.Rejected;
            parallel += model.Parallel;
        }
        Assert.True(failed > 200, $"only {failed} appends failed");
        Assert.True(parallel > 50, $"only {parallel} finalize commands were parallel to others");
        Assert.True(rejected > 200, $"only {rejected} commands were rejected");
        Assert.True(gathers ? gathered > 20 : gathered == 0, $"{gathered} batches were sealed with others");
    }

    private sealed class Model
    {
        private readonly int _seed;
        private readonly Random _random;
        private readonly IGraphPolicy _policy;
        private readonly RandomGraph _theirs;
        private readonly GraphWriter _graph;
        private readonly List<GraphInput> _unheard = [];
        private readonly List<long> _tokens = [];
        private int _next = 1;

        public Model(int seed, IGraphPolicy policy, GraphLimits limits)
        {
            _seed = seed;
            _random = new Random(seed);
            _policy = policy;
            _theirs = new RandomGraph(seed, finalize: seed % 2 == 0);
            _graph = new GraphWriter([_theirs.Commands[0]], limits, policy);
        }

        public int Failed { get; private set; }

        public int Gathered { get; private set; }

        public int Rejected { get; private set; }

        public int Parallel { get; private set; }

        public async Task RunAsync()
        {
            for (var step = 0; step < 150; step++)
                Step();
            for (var i = 0; i < 20 && (_graph.Appending > 0 || _unheard.Count > 0); i++)
            {
                while (_graph.Appending > 0)
                    _unheard.Add(_graph.SettleInStore());
                while (_unheard.Count > 0)
                    Hear(0);
            }
            Assert.All(_tokens, token => Assert.True(_graph.IsAnswered(token), $"seed {_seed}: {token} is not answered"));
            var acts = _graph.Outputs.OfType<GraphOutput.Acted>().Count(acted => acted.Result.Error is null);
            Gathered = _graph.Outputs.OfType<GraphOutput.Received>().Count(received => received.Result is { Error: null, Value.Added: > 0 }) + acts - _graph.Commits.Count();
            var received = _graph.Outputs.OfType<GraphOutput.Received>().Where(received => received.Result.Error is null).Select(received => received.Result.Value).ToArray();
            Parallel = received.Sum(result => result.Refused.Count(refused => refused.Kind == SyncErrorKind.ParallelFinalize));
            Rejected = received.Sum(result => result.Rejected.Count);
            await ReplayAsync();
        }

        private async Task ReplayAsync()
        {
            var store = new MemoryNodeStore(new PeerIdentity(new NodeId(1), new InstanceId(1)));
            await using var client = (await GraphClient.CreateAsync(store, _theirs.Commands[0], _policy)).Value;
            foreach (var commit in _graph.Commits)
            {
                var transaction = client.Begin();
                Assert.All(commit.Commands, command => Assert.Null(transaction.Add(command)));
                var again = (await transaction.CommitAsync()).Value;
                Assert.Equal(again.Heads, commit.Heads);
                Assert.True(again.Facts.IsSameAs(commit.Facts), $"seed {_seed}: other facts after {again.Heads}");
                Assert.Equal(again.Effects.Select(Show), commit.Effects.Select(Show));
            }
            Assert.Equal(client.Heads, _graph.Committed.Heads);
            Assert.True(client.Facts.IsSameAs(_graph.Machine.Facts), $"seed {_seed}: other facts at the end");
        }

        private void Step()
        {
            switch (_random.Next(7))
            {
                case 0:
                    _tokens.Add(_graph.Act(BitConverter.GetBytes(_random.Next(1000)), _random.Next(12) == 0 ? Priority.Finalize : null));
                    break;
                case 1 or 2 or 3:
                    // What a failed batch carried comes again, so that every command arrives some day.
                    _next = Math.Min(_theirs.Commands.Count, _next + _random.Next(1, 8));
                    _tokens.Add(_graph.Receive([.. _theirs.Commands.Take(_next).Skip(Math.Max(0, _random.Next(3) == 0 ? 0 : _next - 8))]));
                    break;
                case 4 or 5 when _graph.Appending > 0:
                    _unheard.Add(_graph.SettleInStore(ok: _random.Next(6) > 0));
                    Failed += _unheard[^1] is GraphInput.CommitFailed ? 1 : 0;
                    break;
                case 6 when _unheard.Count > 0:
                    Hear(_random.Next(4) == 0 ? _random.Next(_unheard.Count) : 0);
                    break;
            }
        }

        private void Hear(int index)
        {
            var input = _unheard[index];
            _unheard.RemoveAt(index);
            _graph.Handle(input);
        }

        private static string Show(Effect effect) => $"{effect.Command} {effect.Name} {Convert.ToHexString(effect.Payload.Span)}";
    }
}

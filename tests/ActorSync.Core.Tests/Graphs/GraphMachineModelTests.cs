using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;

namespace ActorSync.Core.Tests.Graphs;

/// <summary>
/// Actions, batches, commits and failures in any order: what is answered as durable is in the store, what failed is not
/// shown, and what is committed is at every moment what the store holds.
/// </summary>
public sealed class GraphMachineModelTests
{
    [Fact]
    public void WhatIsCommittedIsWhatTheStoreHoldsWhateverTheOrderOfEvents()
    {
        for (var seed = 1; seed <= 300; seed++)
            new Model(seed).Run();
    }

    private sealed class Model(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly GraphWriter _graph = new([GraphMaker.Root], new GraphLimits { Heads = 6, PendingCommands = 40 });
        private readonly List<Command> _theirs = [GraphMaker.Root];
        private readonly List<GraphInput> _unheard = [];
        private readonly List<long> _tokens = [];
        private int _seen;

        public void Run()
        {
            for (var step = 0; step < 150; step++)
            {
                Step();
                Check();
            }
            while (_graph.Appending > 0)
                _unheard.Add(_graph.SettleInStore());
            HearAll();
            Check();
            Assert.All(_tokens, token => Assert.True(_graph.IsAnswered(token), $"seed {seed}: {token} is not answered"));
            Assert.Equal(_graph.Durable.Select(command => command.Id), _graph.Committed.ReadAll().Select(command => command.Id));
            Assert.Equal(GraphMaker.IndexOf(_graph.Durable).Heads(), _graph.Committed.Heads);
            var last = _graph.Act("goes on");
            _graph.SettleAll();
            Assert.Null(_graph.Acted(last).Error);
        }

        private void Step()
        {
            switch (_random.Next(6))
            {
                case 0 or 1:
                    _tokens.Add(_graph.Act($"{_random.Next()}"));
                    break;
                case 2:
                    _tokens.Add(_graph.Receive(Batch()));
                    break;
                case 3 or 4 when _graph.Appending > 0:
                    _unheard.Add(_graph.SettleInStore(ok: _random.Next(5) > 0));
                    break;
                case 5 when _unheard.Count > 0:
                    // Mostly the oldest; at times a later one first.
                    var next = _random.Next(4) == 0 ? _random.Next(_unheard.Count) : 0;
                    Hear(next);
                    break;
            }
        }

        private IReadOnlyList<Command> Batch()
        {
            for (var i = _random.Next(1, 6); i > 0; i--)
                _theirs.Add(GraphMaker.After(_theirs[Math.Max(0, _theirs.Count - 1 - _random.Next(8))], $"theirs {_theirs.Count}"));
            // In causal order; what a failed batch carried comes again, so that every command arrives some day.
            return [.. _theirs.Skip(_random.Next(3) == 0 ? 0 : Math.Max(0, _theirs.Count - 8))];
        }

        private void Hear(int index)
        {
            var input = _unheard[index];
            _unheard.RemoveAt(index);
            _graph.Handle(input);
        }

        private void HearAll()
        {
            while (_unheard.Count > 0)
                Hear(0);
        }

        private void Check()
        {
            var committed = _graph.Committed;
            Assert.True(committed.Count <= _graph.Durable.Count, $"seed {seed}: {committed.Count} are shown, {_graph.Durable.Count} durable");
            Assert.Equal(_graph.Durable[committed.Count - 1].Id, committed.AddressOf(committed.Count - 1).Id);
            foreach (var output in _graph.Outputs.Skip(_seen))
            {
                if (output is GraphOutput.Acted { Result.Error: null } acted)
                    Assert.True(committed.Contains(acted.Result.Value), $"seed {seed}: {acted.Result.Value} is answered and not committed");
            }
            _seen = _graph.Outputs.Count;
        }
    }
}

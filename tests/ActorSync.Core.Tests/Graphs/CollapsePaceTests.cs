using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Stores;
using ActorSync.Machines;
using static ActorSync.Core.Tests.Harness.GraphMaker;

namespace ActorSync.Core.Tests.Graphs;

/// <summary>Too many heads are merged, but not by all nodes at once.</summary>
public sealed class CollapsePaceTests : ICommandReader
{
    private static readonly GraphLimits Limits = new() { Heads = 4, CollapseWithin = TimeSpan.FromSeconds(1), CollapseAtMost = TimeSpan.FromSeconds(8) };

    private readonly Outbox<GraphOutput> _outbox = new();
    private readonly List<Command> _stored = [Root];
    private readonly GraphMachine _machine;
    private MonotonicTime _now = MonotonicTime.Zero + TimeSpan.FromHours(1);
    private MonotonicTime _timer = MonotonicTime.Never;
    private int _made;

    public CollapsePaceTests()
    {
        _machine = GraphMachine.Open(Graph, IndexOf([Root]), this, Limits, OpaquePolicy.Instance, random: new Random(1)).Value;
    }

    [Fact]
    public void Too_many_heads_are_merged_when_the_drawn_time_is_over()
    {
        Grow(5);
        Assert.Equal(5, _machine.Committed.Heads.Count);
        Assert.InRange(_timer - _now, TimeSpan.FromTicks(1), Limits.CollapseWithin);
        Tick();
        Assert.Single(_machine.Committed.Heads);
        Assert.Equal(MonotonicTime.Never, _timer);
    }

    [Fact]
    public void Who_gets_the_merges_of_another_meanwhile_makes_none()
    {
        Grow(5);
        var merges = MergesOf(_machine.Committed);
        Receive(merges);
        var count = _stored.Count;
        Tick();
        Assert.Equal((1, count), (_machine.Committed.Heads.Count, _stored.Count));
    }

    [Fact]
    public void No_more_heads_than_can_be_told_are_waited_with()
    {
        Grow(GraphLimits.MostHeads - 1);
        Assert.Equal(GraphLimits.MostHeads - 1, _machine.Committed.Heads.Count);
        Grow(1);
        Assert.Single(_machine.Committed.Heads);
    }

    [Fact]
    public void The_times_grow_while_it_goes_on_and_begin_anew_after_a_quiet_while()
    {
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 40; i++)
        {
            Grow(5);
            waits.Add(_timer - _now);
            Tick();
        }
        Assert.All(waits, wait => Assert.InRange(wait, TimeSpan.Zero, Limits.CollapseAtMost));
        Assert.InRange(waits.Skip(10).Max(), Limits.CollapseAtMost / 2, Limits.CollapseAtMost);
        _now += 3 * Limits.CollapseAtMost;
        Grow(5);
        Assert.InRange(_timer - _now, TimeSpan.Zero, Limits.CollapseWithin);
    }

    [Fact]
    public void An_action_merges_what_is_here_at_once_and_nothing_is_left_to_do()
    {
        Grow(5);
        Handle(new GraphInput.Act(99, Priority.Basic(0), "act"u8.ToArray()));
        Assert.Single(_machine.Committed.Heads);
        var count = _stored.Count;
        Tick();
        Assert.Equal(count, _stored.Count);
    }

    [Fact]
    public void Where_nobody_else_merges_it_is_done_at_once()
    {
        var graph = new GraphWriter([Root], Limits);
        graph.Receive([.. Enumerable.Range(0, 5).Select(i => After(Root, $"{i}"))]);
        graph.SettleAll();
        Assert.Single(graph.Committed.Heads);
    }

    public ReadOnlyMemory<byte> Read(int ordinal) => _stored[ordinal].Bytes;

    private void Grow(int heads) => Receive([.. Enumerable.Range(0, heads).Select(_ => After(Root, $"head {_made++}"))]);

    private void Receive(IReadOnlyList<Command> commands) => Handle(new GraphInput.Receive(1, commands));

    private void Tick()
    {
        if (_timer != MonotonicTime.Never)
            _now = _timer;
        Handle(new GraphInput.Tick());
    }

    private static List<Command> MergesOf(GraphSnapshot version)
    {
        var merges = new List<Command>();
        var queue = new Queue<Address>(version.Heads);
        while (queue.Count > 1)
        {
            merges.Add(Command.Merge(queue.Dequeue(), queue.Dequeue()));
            queue.Enqueue(merges[^1].Address);
        }
        return merges;
    }

    private void Handle(GraphInput input)
    {
        _machine.Handle(input, _now, _outbox);
        while (_outbox.TryTake(out var output))
        {
            if (output is GraphOutput.StartTimer timer)
                _timer = timer.At;
            if (output is not GraphOutput.Append append)
                continue;
            _stored.AddRange(append.Commands);
            _machine.Handle(new GraphInput.Committed(append.Number), _now, _outbox);
        }
    }
}

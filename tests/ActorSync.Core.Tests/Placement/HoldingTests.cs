using ActorSync.Core.Tests.Harness;
using ActorSync.Machines;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Placement;
using ActorSync.Wire;
using static ActorSync.Core.Tests.Placement.Placed;

namespace ActorSync.Core.Tests.Placement;

/// <summary>Taking a graph over, and letting it go: one node's machine, by hand. The factor is 2.</summary>
public sealed class HoldingTests
{
    private static readonly HoldingSettings Settings = HoldingSettings.Default;

    private readonly GraphWriter _writer = new([GraphMaker.Root]);
    private readonly Outbox<HoldingOutput> _outbox = new();
    private readonly List<HoldingOutput> _outputs = [];
    private MonotonicTime _now = MonotonicTime.Zero + TimeSpan.FromHours(1);
    private MonotonicTime _timer = MonotonicTime.Never;

    [Fact]
    public void A_new_holder_polls_the_others_before_it_serves()
    {
        var machine = Machine(1);
        Handle(machine, new HoldingInput.View(View(0, 1, 2)));
        Assert.Equal(HoldingState.TakingOver, machine.State);
        Assert.Equal([Nodes[0]], Polled());
        Handle(machine, new HoldingInput.Version(_writer.Committed));
        Assert.Equal(HoldingState.TakingOver, machine.State);
        Handle(machine, new HoldingInput.PollEnded(Nodes[0], null));
        Assert.Equal(HoldingState.Serving, machine.State);
        Assert.Equal([Nodes[0]], _outputs.OfType<HoldingOutput.Moved>().Last().Others);
    }

    [Fact]
    public void The_former_holders_are_polled_too()
    {
        var machine = Machine(2);
        Handle(machine, new HoldingInput.View(View(0, 1, 2)));
        Assert.Equal(HoldingState.Absent, machine.State);
        Handle(machine, new HoldingInput.View(View(1, 2)));
        Assert.Equal([Nodes[1]], Polled());
        _outputs.Clear();
        machine = Machine(1);
        Handle(machine, new HoldingInput.View(View(0, 2, 1, 3).Without(3)));
        Handle(machine, new HoldingInput.View(View(1, 2, 3)));
        Assert.Equal([Nodes[0], Nodes[2]], Polled());
    }

    [Fact]
    public void A_holder_that_does_not_answer_holds_up_no_longer_than_the_timeout()
    {
        var machine = Machine(1);
        Handle(machine, new HoldingInput.Version(_writer.Committed));
        Handle(machine, new HoldingInput.View(View(0, 1).Without(0)));
        Assert.Empty(Polled());
        RunUntil(machine, _now + Settings.TakeOverWithin);
        Assert.Equal(HoldingState.Serving, machine.State);
    }

    [Fact]
    public void A_poll_that_fails_is_made_again_and_a_holder_without_the_graph_does_not_serve()
    {
        var machine = Machine(1);
        Handle(machine, new HoldingInput.View(View(0, 1)));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(i + 1, Polled().Count());
            Handle(machine, new HoldingInput.PollEnded(Nodes[0], new SyncError(i % 2 == 0 ? SyncErrorKind.Unreachable : SyncErrorKind.UnknownGraph, "")));
            Tick(machine);
        }
        Assert.Equal(HoldingState.TakingOver, machine.State);
    }

    [Fact]
    public void A_graph_that_is_made_at_a_holder_is_served_at_once_and_told_of()
    {
        var machine = Machine(0);
        Handle(machine, new HoldingInput.View(View(0, 1, 2)));
        Handle(machine, new HoldingInput.Version(_writer.Committed, IsNew: true));
        Assert.Equal(HoldingState.Serving, machine.State);
        Assert.Equal([Nodes[1]], Asked().Select(asked => asked.Node));
        Answer(machine, Nodes[1], Asked().Last().Hold, View(0, 1, 2), holds: false);
        var asked = Asked().Count();
        RunUntil(machine, _now + TimeSpan.FromHours(1));
        Assert.Equal(asked, Asked().Count());
    }

    [Fact]
    public void Who_was_asked_for_what_it_lacks_says_so_again_once_it_has_got_it()
    {
        var machine = Serving(0, View(0, 1));
        _writer.Act("one");
        _writer.SettleAll();
        var hold = new Hold(Graph, 7, View(0, 1).Digest, _writer.Committed.Heads);
        Handle(machine, new HoldingInput.Message(Nodes[1], hold));
        Handle(machine, new HoldingInput.Version(_writer.Committed));
        Handle(machine, new HoldingInput.PollEnded(Nodes[1], null));
        Assert.Equal([(7u, false), (7u, true)], Sent().OfType<HoldingAck>().Select(ack => (ack.Round, ack.HoldsAll)));
        Handle(machine, new HoldingInput.PollEnded(Nodes[1], null));
        Assert.Equal(2, Sent().OfType<HoldingAck>().Count());
    }

    [Fact]
    public void A_member_newly_named_is_told_until_it_says_that_it_knows()
    {
        var machine = Serving(0, View(0, 1));
        Handle(machine, new HoldingInput.View(View(0, 2)));
        Assert.Equal(Nodes[2], Asked().Last().Node);
        var asked = Asked().Count();
        RunUntil(machine, _now + TimeSpan.FromSeconds(10));
        Assert.Equal(asked + 3, Asked().Count());
    }

    [Fact]
    public void Another_incarnation_of_a_holder_is_told_anew()
    {
        var machine = Serving(0, View(0, 1));
        var asked = Asked().Count();
        Handle(machine, new HoldingInput.View(Again(2, 0, 1)));
        Assert.Equal(asked + 1, Asked().Count());
    }

    [Fact]
    public void A_graph_is_dropped_when_as_many_others_as_the_factor_hold_all_of_it_and_the_grace_period_is_over()
    {
        var (machine, view) = Leaving();
        Answer(machine, Nodes[0], Asked().Last().Hold, view);
        Answer(machine, Nodes[1], Asked().Last().Hold, view);
        var leaving = _now;
        RunUntil(machine, leaving + (Settings.Grace - TimeSpan.FromTicks(1)));
        Assert.Empty(_outputs.OfType<HoldingOutput.Drop>());
        RunUntil(machine, leaving + Settings.Grace);
        Assert.Empty(_outputs.OfType<HoldingOutput.Drop>());
        Confirm(machine, view);
        Assert.Equal(_writer.Committed, Assert.Single(_outputs.OfType<HoldingOutput.Drop>()).Version);
        Assert.Equal(HoldingState.Leaving, machine.State);
        Handle(machine, new HoldingInput.Dropped());
        Assert.Equal(HoldingState.Absent, machine.State);
    }

    [Fact]
    public void Answers_of_long_ago_are_asked_for_again_before_it_is_dropped()
    {
        var (machine, view) = Leaving();
        Answer(machine, Nodes[0], Asked().Last().Hold, view);
        Answer(machine, Nodes[1], Asked().Last().Hold, view);
        RunUntil(machine, _now + Settings.Grace);
        var hold = Asked().Last().Hold;
        Answer(machine, Nodes[0], hold, view);
        RunUntil(machine, _now + (Settings.ConfirmWithin + TimeSpan.FromSeconds(1)));
        Answer(machine, Nodes[1], hold, view);
        Assert.Empty(_outputs.OfType<HoldingOutput.Drop>());
        Confirm(machine, view);
        Assert.Single(_outputs.OfType<HoldingOutput.Drop>());
    }

    [Theory]
    [InlineData("one says nothing")]
    [InlineData("one lacks a head")]
    [InlineData("one knows other members")]
    [InlineData("one is no holder by what it knows")]
    [InlineData("one answered an earlier question")]
    [InlineData("one is no holder")]
    [InlineData("the members changed")]
    [InlineData("a commit came")]
    public void Else_it_is_kept(string why)
    {
        var (machine, view) = Leaving();
        var hold = Asked().Last().Hold;
        Answer(machine, Nodes[0], hold, view);
        switch (why)
        {
            case "one lacks a head":
                Answer(machine, Nodes[1], hold, view, holds: false);
                break;
            case "one knows other members":
                Answer(machine, Nodes[1], hold, View(0, 1));
                break;
            case "one is no holder by what it knows":
                Answer(machine, Nodes[1], hold, view, isHolder: false);
                break;
            case "one answered an earlier question":
                Answer(machine, Nodes[1], hold with { Round = hold.Round - 1 }, view);
                break;
            case "one is no holder":
                Answer(machine, Nodes[3], hold, view);
                break;
            case "the members changed":
                Handle(machine, new HoldingInput.View(View(0, 1, 2)));
                Answer(machine, Nodes[1], hold, view);
                break;
            case "a commit came":
                Commit(machine);
                Answer(machine, Nodes[1], hold, view);
                break;
        }
        RunUntil(machine, _now + 3 * Settings.Grace);
        Assert.Empty(_outputs.OfType<HoldingOutput.Drop>());
        Assert.Equal(HoldingState.Leaving, machine.State);
    }

    [Fact]
    public void A_commit_before_the_store_is_deleted_calls_it_off()
    {
        var (machine, view) = Leaving();
        Answer(machine, Nodes[0], Asked().Last().Hold, view);
        Answer(machine, Nodes[1], Asked().Last().Hold, view);
        RunUntil(machine, _now + Settings.Grace);
        Confirm(machine, view);
        Assert.Single(_outputs.OfType<HoldingOutput.Drop>());
        Commit(machine);
        Handle(machine, new HoldingInput.Dropped());
        Assert.Equal(HoldingState.Leaving, machine.State);
        Answer(machine, Nodes[0], Asked().Last().Hold, view);
        Answer(machine, Nodes[1], Asked().Last().Hold, view);
        Assert.Equal(2, _outputs.OfType<HoldingOutput.Drop>().Count());
    }

    [Fact]
    public void Kept_as_it_is_read_it_stays_for_a_grace_period_more()
    {
        var (machine, view) = Dropping();
        var kept = _now;
        var asked = Asked().Count();
        Handle(machine, new HoldingInput.Kept(IsRead: true));
        Assert.Equal(HoldingState.Leaving, machine.State);
        Assert.Equal(asked + 2, Asked().Count());
        Confirm(machine, view);
        RunUntil(machine, kept + (Settings.Grace - TimeSpan.FromTicks(1)));
        Confirm(machine, view);
        Assert.Single(_outputs.OfType<HoldingOutput.Drop>());
        RunUntil(machine, kept + Settings.Grace);
        Confirm(machine, view);
        Assert.Equal(2, _outputs.OfType<HoldingOutput.Drop>().Count());
    }

    [Fact]
    public void Kept_as_something_was_about_to_be_committed_the_holders_are_asked_anew_at_once()
    {
        var (machine, view) = Dropping();
        var asked = Asked().Count();
        Handle(machine, new HoldingInput.Kept(IsRead: false));
        Assert.Equal(asked + 2, Asked().Count());
        Assert.Single(_outputs.OfType<HoldingOutput.Drop>());
        // What was answered before counts no more.
        Answer(machine, Nodes[0], Asked().ElementAt(asked - 1).Hold, view);
        Answer(machine, Nodes[1], Asked().ElementAt(asked - 1).Hold, view);
        Assert.Single(_outputs.OfType<HoldingOutput.Drop>());
        Confirm(machine, view);
        Assert.Single(_outputs.OfType<HoldingOutput.Drop>());
        // The first round told that they hold it; that is confirmed once more, as ever.
        Tick(machine);
        Confirm(machine, view);
        Assert.Equal(2, _outputs.OfType<HoldingOutput.Drop>().Count());
        Assert.Equal(_writer.Committed, _outputs.OfType<HoldingOutput.Drop>().Last().Version);
    }

    [Fact]
    public void Kept_when_it_was_named_again_meanwhile_it_is_taken_over()
    {
        var (machine, _) = Dropping();
        Handle(machine, new HoldingInput.View(View(0, 2, 3)));
        Assert.Equal(HoldingState.TakingOver, machine.State);
        Handle(machine, new HoldingInput.Kept(IsRead: false));
        Assert.Equal(HoldingState.TakingOver, machine.State);
        foreach (var other in Polled().Distinct().ToArray())
            Handle(machine, new HoldingInput.PollEnded(other, null));
        Assert.Equal(HoldingState.Serving, machine.State);
    }

    [Fact]
    public void Who_is_asked_says_what_is_durable_here_and_gets_the_rest()
    {
        var machine = Serving(0, View(0, 1));
        var unknown = GraphMaker.Root.Address with { MaxCut = 7 };
        Handle(machine, new HoldingInput.Message(Nodes[1], new Hold(Graph, 9, View(0, 1).Digest, [GraphMaker.Root.Address, unknown])));
        var ack = Assert.IsType<HoldingAck>(Sent().Last());
        Assert.Equal((9u, View(0, 1).Digest, true), (ack.Round, ack.Digest, ack.IsHolder));
        Assert.Equal([true, false], ack.Held);
        Assert.Equal(Nodes[1], Polled().Last());
    }

    [Fact]
    public void Who_holds_nothing_and_is_not_to_says_so_and_polls_nobody()
    {
        var machine = Machine(2);
        Handle(machine, new HoldingInput.View(View(0, 1, 2)));
        Handle(machine, new HoldingInput.Message(Nodes[0], new Hold(Graph, 1, View(0, 1, 2).Digest, [GraphMaker.Root.Address])));
        Assert.False(Assert.IsType<HoldingAck>(Sent().Single()).IsHolder);
        Assert.Empty(Polled());
    }

    private static HoldingMachine Machine(int place) => new(Graph, Nodes[place], new PlacementRule(2, "sync"), Settings);

    private HoldingMachine Serving(int place, MembershipView view)
    {
        var machine = Machine(place);
        Handle(machine, new HoldingInput.Version(_writer.Committed));
        Handle(machine, new HoldingInput.View(view));
        foreach (var other in Polled().ToArray())
            Handle(machine, new HoldingInput.PollEnded(other, null));
        Assert.Equal(HoldingState.Serving, machine.State);
        return machine;
    }

    // The third in line served, and two come that are drawn more to the graph.
    private (HoldingMachine Machine, MembershipView View) Leaving()
    {
        var machine = Serving(2, View(2, 3));
        var view = View(0, 1, 2, 3);
        Handle(machine, new HoldingInput.View(view));
        Assert.Equal(HoldingState.Leaving, machine.State);
        return (machine, view);
    }

    // All others hold it: the store is about to be deleted.
    private (HoldingMachine Machine, MembershipView View) Dropping()
    {
        var (machine, view) = Leaving();
        Confirm(machine, view);
        RunUntil(machine, _now + Settings.Grace);
        Confirm(machine, view);
        Assert.Single(_outputs.OfType<HoldingOutput.Drop>());
        return (machine, view);
    }

    private void Commit(HoldingMachine machine)
    {
        _writer.Act("more");
        _writer.SettleAll();
        Handle(machine, new HoldingInput.Version(_writer.Committed));
    }

    private void Answer(HoldingMachine machine, NodeId from, Hold hold, MembershipView view, bool holds = true, bool isHolder = true) =>
        Handle(machine, new HoldingInput.Message(from, new HoldingAck(Graph, hold.Round, view.Digest, isHolder, [.. hold.Heads.Select(_ => holds)])));

    private void Confirm(HoldingMachine machine, MembershipView view)
    {
        var hold = Asked().Last().Hold;
        Answer(machine, Nodes[0], hold, view);
        Answer(machine, Nodes[1], hold, view);
    }

    private IEnumerable<NodeId> Polled() => _outputs.OfType<HoldingOutput.Poll>().Select(poll => poll.Node);

    private IEnumerable<SyncMessage> Sent() => _outputs.OfType<HoldingOutput.Send>().Select(send => SyncCodec.Decode(send.Payload, WireLimits.Default).Value);

    private IEnumerable<(NodeId Node, Hold Hold)> Asked() =>
        from send in _outputs.OfType<HoldingOutput.Send>()
        let hold = SyncCodec.Decode(send.Payload, WireLimits.Default).Value as Hold
        where hold is not null
        select (send.Node, hold);

    private void RunUntil(HoldingMachine machine, MonotonicTime end)
    {
        while (_timer <= end)
            Tick(machine);
        _now = end;
    }

    private void Tick(HoldingMachine machine)
    {
        _now = MonotonicTime.Max(_now, _timer);
        _timer = MonotonicTime.Never;
        Handle(machine, new HoldingInput.Tick());
    }

    private void Handle(HoldingMachine machine, HoldingInput input)
    {
        machine.Handle(input, _now, _outbox);
        while (_outbox.TryTake(out var output))
        {
            if (output is HoldingOutput.StartTimer timer)
                _timer = timer.At;
            else
                _outputs.Add(output);
        }
    }
}

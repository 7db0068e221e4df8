using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.Placement;
using ActorSync.Wire;
using static ActorSync.Core.Tests.Placement.Placed;

namespace ActorSync.Core.Tests.Placement;

/// <summary>Actions on graphs that other members hold.</summary>
public sealed class ForwardTests
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(10);
    private static readonly Address Durable = GraphMaker.Root.Address;

    private readonly Outbox<ForwardOutput> _outbox = new();
    private readonly List<(NodeId Node, ForwardAction Action)> _sent = [];
    private readonly List<ForwardOutput.Done> _done = [];
    private readonly ForwardMachine _machine = new(HoldingSettings.Default, new Random(1));
    private readonly ForwardedActions _actions = new(HoldingSettings.Default);
    private MonotonicTime _now = MonotonicTime.Zero + TimeSpan.FromHours(1);
    private MonotonicTime _timer = MonotonicTime.Never;

    [Fact]
    public void An_action_is_carried_out_at_the_first_holder()
    {
        Act(7, Nodes[0], Nodes[1]);
        var (node, action) = Assert.Single(_sent);
        Assert.Equal((Nodes[0], Graph, Priority.Basic(3), AckMode.Replicated, 10_000u, "pay"),
            (node, action.Graph, action.Priority, action.Ack, action.WithinMilliseconds, System.Text.Encoding.UTF8.GetString(action.Payload.Span)));
        Result(Nodes[1], action.Token, Durable, null);
        Assert.Empty(_done);
        Result(Nodes[0], action.Token, Durable, null);
        Result(Nodes[0], action.Token, Durable, null);
        Assert.Equal(new ForwardOutput.Done(7, Durable, null), Assert.Single(_done));
        Assert.Equal(0, _machine.Underway);
    }

    [Theory]
    [InlineData(SyncErrorKind.NotHolder, true)]
    [InlineData(SyncErrorKind.UnknownGraph, true)]
    [InlineData(SyncErrorKind.Busy, true)]
    [InlineData(SyncErrorKind.ShuttingDown, true)]
    [InlineData(SyncErrorKind.Rejected, false)]
    [InlineData(SyncErrorKind.StoreFailed, false)]
    [InlineData(SyncErrorKind.Unreachable, false)]
    public void The_next_holder_is_tried_only_when_this_one_did_nothing(SyncErrorKind why, bool isTried)
    {
        Act(7, Nodes[0], Nodes[1]);
        Result(Nodes[0], _sent[0].Action.Token, null, why);
        Assert.Equal(isTried ? 2 : 1, _sent.Count);
        Assert.Equal(isTried ? 0 : 1, _done.Count);
        if (isTried)
            Result(Nodes[1], _sent[1].Action.Token, null, why);
        Assert.Equal(why, Assert.Single(_done).Error!.Kind);
    }

    [Fact]
    public void What_is_durable_there_and_not_replicated_says_both()
    {
        Act(7, Nodes[0], Nodes[1]);
        Result(Nodes[0], _sent[0].Action.Token, Durable, SyncErrorKind.NotReplicated);
        Assert.Equal((Durable, SyncErrorKind.NotReplicated), (Assert.Single(_done).Command, _done[0].Error!.Kind));
        Assert.Single(_sent);
    }

    [Fact]
    public void Silence_is_asked_again_under_the_same_token_and_in_the_end_left_open()
    {
        Act(7, Nodes[0], Nodes[1]);
        RunUntil(_now + Within);
        Assert.Equal(4, _sent.Count);
        Assert.All(_sent, sent => Assert.Equal((Nodes[0], _sent[0].Action.Token), (sent.Node, sent.Action.Token)));
        Assert.True(_sent[^1].Action.WithinMilliseconds < 4_000);
        Assert.Equal(SyncErrorKind.Unreachable, Assert.Single(_done).Error!.Kind);
        Assert.Contains("may have been carried out", _done[0].Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_holder_that_is_gone_leaves_it_open()
    {
        Act(7, Nodes[0], Nodes[1]);
        Handle(new ForwardInput.Unlinked(Nodes[1]));
        Assert.Empty(_done);
        Handle(new ForwardInput.Unlinked(Nodes[0]));
        Assert.Equal(SyncErrorKind.Unreachable, Assert.Single(_done).Error!.Kind);
    }

    [Fact]
    public void What_is_forwarded_at_a_time_is_bounded()
    {
        for (var i = 0; i <= HoldingSettings.Default.ForwardedMost; i++)
            Act(i, Nodes[0]);
        Assert.Equal(SyncErrorKind.Busy, Assert.Single(_done).Error!.Kind);
        Act(-1);
        Assert.Equal(SyncErrorKind.NotHolder, _done[1].Error!.Kind);
    }

    [Fact]
    public void An_action_that_comes_again_is_carried_out_once()
    {
        Act(7, Nodes[0]);
        var action = _sent[0].Action;
        Assert.True(_actions.Begin(Nodes[5], action, serves: true, out var answer));
        Assert.False(_actions.Begin(Nodes[5], action, serves: true, out answer));
        Assert.Null(answer);
        var result = new ForwardResult(action.Token, Durable, null, "");
        _actions.End(Nodes[5], result);
        Assert.False(_actions.Begin(Nodes[5], action, serves: false, out answer));
        Assert.Equal(result, answer);
        Assert.True(_actions.Begin(Nodes[6], action, serves: true, out _));
    }

    [Fact]
    public void Who_does_not_serve_the_graph_says_so_and_forwards_nothing()
    {
        Act(7, Nodes[0]);
        Assert.False(_actions.Begin(Nodes[5], _sent[0].Action, serves: false, out var answer));
        Assert.Equal(SyncErrorKind.NotHolder, answer!.Why);
        Assert.True(_actions.Begin(Nodes[5], _sent[0].Action, serves: true, out _));
    }

    [Fact]
    public void What_a_member_may_have_under_way_here_is_bounded()
    {
        ForwardResult? answer = null;
        for (var i = 0; i <= HoldingSettings.Default.ForwardedMost; i++)
            _actions.Begin(Nodes[5], new ForwardAction((ulong)i + 1, Graph, Priority.Basic(0), AckMode.Local, 1, default), serves: true, out answer);
        Assert.Equal(SyncErrorKind.Busy, answer!.Why);
    }

    private void Act(long token, params IReadOnlyList<NodeId> holders) =>
        Handle(new ForwardInput.Act(token, Graph, Priority.Basic(3), AckMode.Replicated, "pay"u8.ToArray(), holders, Within));

    private void Result(NodeId from, ulong token, Address? command, SyncErrorKind? why) =>
        Handle(new ForwardInput.Message(from, new ForwardResult(token, command, why, why is null ? "" : "because")));

    private void RunUntil(MonotonicTime end)
    {
        while (_timer <= end)
        {
            (_now, _timer) = (MonotonicTime.Max(_now, _timer), MonotonicTime.Never);
            Handle(new ForwardInput.Tick());
        }
        _now = end;
    }

    private void Handle(ForwardInput input)
    {
        _machine.Handle(input, _now, _outbox);
        while (_outbox.TryTake(out var output))
        {
            switch (output)
            {
                case ForwardOutput.StartTimer timer:
                    _timer = timer.At;
                    break;
                case ForwardOutput.Send send:
                    _sent.Add((send.Node, (ForwardAction)SyncCodec.Decode(send.Payload, WireLimits.Default).Value));
                    break;
                case ForwardOutput.Done done:
                    _done.Add(done);
                    break;
            }
        }
    }
}

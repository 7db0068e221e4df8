using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Machines;
using ActorSync.Placement;
using ActorSync.Wire;
using static ActorSync.Core.Tests.Placement.Placed;

namespace ActorSync.Core.Tests.Placement;

/// <summary>When a commit counts as replicated: three holders, two stores.</summary>
public sealed class ReplicationTests
{
    private static readonly PlacementRule Rule = new(3, null) { Stores = 2 };

    private readonly GraphWriter _writer = new([GraphMaker.Root]);
    private readonly Outbox<ReplicationOutput> _outbox = new();
    private readonly List<ReplicationOutput> _outputs = [];
    private readonly ReplicationMachine _machine = new(Graph, Nodes[0], Rule, HoldingSettings.Default);
    private MonotonicTime _now = MonotonicTime.Zero + TimeSpan.FromHours(1);
    private MonotonicTime _timer = MonotonicTime.Never;
    private long _token;

    public ReplicationTests()
    {
        Handle(new ReplicationInput.View(View(0, 1, 2, 3)));
        Handle(new ReplicationInput.Version(_writer.Committed));
    }

    [Fact]
    public void A_commit_is_replicated_when_enough_holders_acknowledged_it_or_what_follows_it()
    {
        var (first, one) = Await();
        var (_, two) = Await();
        Handle(new ReplicationInput.Acked(Nodes[1], [GraphMaker.Root.Address]));
        Assert.Empty(Answers());
        Handle(new ReplicationInput.Acked(Nodes[1], [first]));
        Assert.Equal((one, 2, null), Answers().Single());
        Handle(new ReplicationInput.Acked(Nodes[2], _writer.Committed.Heads));
        Assert.Equal((two, 2, null), Answers().Last());
        Assert.Equal(0, _machine.Waiting);
    }

    [Fact]
    public void A_graph_that_goes_to_rest_while_a_commit_waits_takes_nothing_from_it()
    {
        var (command, token) = Await();
        Handle(new ReplicationInput.Version(_writer.Committed.AtRest()));
        Handle(new ReplicationInput.Acked(Nodes[1], [command]));
        Assert.Equal((token, 2, null), Answers().Single());

        // Once it rests, what is acknowledged is not seen, and asked for anew when it matters.
        Handle(new ReplicationInput.Version(_writer.Committed));
        var (next, second) = Await();
        Handle(new ReplicationInput.Acked(Nodes[1], [next]));
        Assert.Equal((second, 2, null), Answers().Last());
    }

    [Fact]
    public void What_was_acknowledged_before_counts_at_once()
    {
        _writer.Act("one");
        _writer.SettleAll();
        Handle(new ReplicationInput.Version(_writer.Committed));
        Handle(new ReplicationInput.Acked(Nodes[1], _writer.Committed.Heads));
        Handle(new ReplicationInput.Await(1, _writer.Committed.Heads[0]));
        Assert.Equal((1L, 2, null), Answers().Single());
    }

    [Fact]
    public void Who_does_not_hold_the_graph_does_not_count()
    {
        var (command, token) = Await();
        Handle(new ReplicationInput.Acked(Nodes[3], [command]));
        Handle(new ReplicationInput.Acked(Nodes[9], [command]));
        Handle(new ReplicationInput.Acked(Nodes[0], [command]));
        Assert.Empty(Answers());
        RunUntil(_now + HoldingSettings.Default.ReplicateWithin);
        Assert.Equal((token, 1, SyncErrorKind.NotReplicated), Answers().Single());
    }

    [Fact]
    public void An_acknowledgement_of_an_earlier_incarnation_does_not_count()
    {
        var (command, _) = Await();
        Handle(new ReplicationInput.View(Again(2, 0, 1, 2)));
        Handle(new ReplicationInput.Acked(Nodes[1], [GraphMaker.Root.Address]));
        Assert.Empty(Answers());
        Handle(new ReplicationInput.Acked(Nodes[1], [command]));
        Assert.Single(Answers());
        Handle(new ReplicationInput.View(Again(3, 0, 1, 2)));
        Handle(new ReplicationInput.Await(99, command));
        Assert.Single(Answers());
    }

    [Fact]
    public void A_holder_that_acknowledges_no_push_is_asked()
    {
        var (_, token) = Await();
        RunUntil(_now + HoldingSettings.Default.AskAfter);
        var asked = _outputs.OfType<ReplicationOutput.Send>().ToArray();
        Assert.Equal([Nodes[1], Nodes[2]], asked.Select(send => send.Node));
        var hold = (Hold)SyncCodec.Decode(asked[0].Payload, WireLimits.Default).Value;
        Handle(new ReplicationInput.Message(Nodes[2], new HoldingAck(Graph, hold.Round - 1, hold.Digest, true, [true])));
        Handle(new ReplicationInput.Message(Nodes[2], new HoldingAck(Graph, hold.Round, hold.Digest, true, [false])));
        Handle(new ReplicationInput.Message(Nodes[2], new HoldingAck(Graph, hold.Round, hold.Digest, true, [])));
        Assert.Empty(Answers());
        Handle(new ReplicationInput.Message(Nodes[2], new HoldingAck(Graph, hold.Round, hold.Digest, true, [true])));
        Assert.Equal((token, 2, null), Answers().Single());
        RunUntil(_now + TimeSpan.FromHours(1));
        Assert.Equal(2, _outputs.OfType<ReplicationOutput.Send>().Count());
    }

    [Fact]
    public void A_new_holder_is_asked_soon_however_long_the_others_were_asked_in_vain()
    {
        Await();
        RunUntil(_now + TimeSpan.FromSeconds(5));
        _outputs.Clear();
        Handle(new ReplicationInput.View(View(0, 1, 3)));
        RunUntil(_now + HoldingSettings.Default.AskAfter);
        Assert.Contains(Nodes[3], _outputs.OfType<ReplicationOutput.Send>().Select(send => send.Node));
    }

    [Fact]
    public void Where_fewer_members_hold_the_graph_than_stores_are_asked_for_the_answer_is_at_once()
    {
        Handle(new ReplicationInput.View(View(0)));
        Await();
        Assert.Equal(SyncErrorKind.NotReplicated, Answers().Single().Error);
        Assert.Contains("durable here", _outputs.OfType<ReplicationOutput.Answer>().Single().Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Commits_that_wait_are_bounded()
    {
        for (var i = 0; i <= HoldingSettings.Default.AwaitedMost; i++)
            Handle(new ReplicationInput.Await(i, GraphMaker.Root.Address));
        Assert.Equal(HoldingSettings.Default.AwaitedMost, _machine.Waiting);
        Assert.Equal((long)HoldingSettings.Default.AwaitedMost, Answers().Single().Token);
    }

    private (Address Command, long Token) Await()
    {
        _writer.Act("a command");
        _writer.SettleAll();
        Handle(new ReplicationInput.Version(_writer.Committed));
        Handle(new ReplicationInput.Await(++_token, _writer.Committed.Heads[0]));
        return (_writer.Committed.Heads[0], _token);
    }

    private IEnumerable<(long Token, int Stores, SyncErrorKind? Error)> Answers() =>
        _outputs.OfType<ReplicationOutput.Answer>().Select(answer => (answer.Token, answer.Stores, answer.Error?.Kind));

    private void RunUntil(MonotonicTime end)
    {
        while (_timer <= end)
        {
            (_now, _timer) = (MonotonicTime.Max(_now, _timer), MonotonicTime.Never);
            Handle(new ReplicationInput.Tick());
        }
        _now = end;
    }

    private void Handle(ReplicationInput input)
    {
        _machine.Handle(input, _now, _outbox);
        while (_outbox.TryTake(out var output))
        {
            if (output is ReplicationOutput.StartTimer timer)
                _timer = timer.At;
            else
                _outputs.Add(output);
        }
    }
}

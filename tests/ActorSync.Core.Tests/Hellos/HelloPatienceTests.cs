using ActorSync.Graphs;
using ActorSync.Graphs.Hellos;
using ActorSync.Machines;
using ActorSync.Wire;
using static ActorSync.Core.Tests.Harness.GraphMaker;

namespace ActorSync.Core.Tests.Hellos;

/// <summary>A subscriber that gets the commands from elsewhere, and polls only for what does not come.</summary>
public sealed class HelloPatienceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    private readonly Outbox<HelloSubscriberOutput> _outbox = new();
    private readonly HelloSubscriber _subscriber = new(HelloSettings.Default);
    private readonly List<Command> _commands = [Root];
    private MonotonicTime _now = MonotonicTime.Zero + TimeSpan.FromHours(1);
    private MonotonicTime _timer = MonotonicTime.Never;

    public HelloPatienceTests()
    {
        Handle(new HelloSubscriberInput.Linked());
        Handle(new HelloSubscriberInput.Want(Graph, Snapshot(), HelloTerms.Default with { Patience = Patience }));
        Tell(Root);
    }

    [Fact]
    public void What_does_not_come_in_time_is_polled_for()
    {
        Assert.Equal(0, Tell(After(Root, "a")));
        Assert.Equal(_now + Patience, _timer);
        Assert.Equal(0, Pass(Patience - Tick));
        Assert.Equal(1, Pass(Tick));
        Assert.Equal(0, Pass(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void What_comes_in_time_is_not()
    {
        var command = After(Root, "a");
        Tell(command);
        Pass(Patience / 2);
        Commit(command);
        Assert.Equal(0, Pass(Patience));
        Assert.True(_timer > _now + TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_later_head_has_its_own_time_once_the_one_before_came_and_else_not()
    {
        var (first, second, third) = (After(Root, "a"), After(Root, "b"), After(Root, "c"));
        Tell(first);
        Pass(Patience / 2);
        Commit(first);
        Tell(second);
        Assert.Equal(0, Pass(Patience / 2));
        Tell(third);
        Assert.Equal(1, Pass(Patience / 2));
    }

    [Fact]
    public void Polls_that_brought_nothing_do_not_put_others_off_once_something_came_in_time()
    {
        for (var i = 0; i < 5; i++)
        {
            Tell(After(Root, $"{i}"));
            while (Pass(TimeSpan.FromSeconds(1)) == 0)
            {
            }
            Handle(new HelloSubscriberInput.Polled(Graph, new SyncError(SyncErrorKind.Busy, "later")));
        }
        var command = After(Root, "here");
        Commit(command);
        Tell(command);
        Tell(After(command, "next"));
        Assert.Equal(1, Pass(Patience));
    }

    [Fact]
    public void Patience_is_not_said_to_the_publisher()
    {
        var subscriber = new HelloSubscriber(HelloSettings.Default);
        subscriber.Handle(new HelloSubscriberInput.Linked(), _now, _outbox);
        subscriber.Handle(new HelloSubscriberInput.Want(Graph, Snapshot(), new HelloTerms(Patience, Patience * 100, Patience) { Patience = Patience }), _now, _outbox);
        var sent = new List<SyncMessage>();
        while (_outbox.TryTake(out var output))
        {
            if (output is HelloSubscriberOutput.Send send)
                sent.Add(SyncCodec.Decode(send.Payload, WireLimits.Default).Value);
        }
        Assert.Equal(new HelloSubscribe(Graph, 400, 40, 400), Assert.Single(sent));
    }

    private GraphSnapshot Snapshot() => SnapshotOf([.. _commands]);

    private void Commit(Command command)
    {
        _commands.Add(command);
        Handle(new HelloSubscriberInput.Changed(Snapshot()));
    }

    private int Tell(Command head) => Handle(new HelloSubscriberInput.Notify(new HelloNotify(Graph, head.Address)));

    private int Pass(TimeSpan time)
    {
        _now += time;
        return _now >= _timer ? Handle(new HelloSubscriberInput.Tick()) : 0;
    }

    // How many polls it asks for.
    private int Handle(HelloSubscriberInput input)
    {
        var polls = 0;
        _subscriber.Handle(input, _now, _outbox);
        while (_outbox.TryTake(out var output))
        {
            if (output is HelloSubscriberOutput.StartTimer timer)
                _timer = timer.At;
            if (output is HelloSubscriberOutput.Poll)
                polls++;
        }
        return polls;
    }
}

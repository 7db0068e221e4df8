using ActorSync.Graphs;
using ActorSync.Graphs.Spread;
using ActorSync.Machines;
using ActorSync.Peers;

namespace ActorSync.Core.Tests.Spread;

/// <summary>From whom the commits of one graph come, step by step.</summary>
public sealed class SpreadMachineTests
{
    private static readonly SpreadSettings Settings = SpreadSettings.Default;

    private readonly GraphId _graph = new(Command.Init("a graph"u8.ToArray()).Id);
    private readonly NodeId[] _members = [.. Enumerable.Range(1, 20).Select(i => new NodeId((UInt128)(uint)i * 7919))];
    private readonly Outbox<SpreadOutput> _outbox = new();
    private readonly SpreadMachine _machine;
    private readonly Overlay _view;
    private MonotonicTime _now = MonotonicTime.Zero + TimeSpan.FromHours(1);
    private MonotonicTime _timer = MonotonicTime.Never;

    public SpreadMachineTests()
    {
        _view = new Overlay(_members);
        // One that has eager and lazy neighbours.
        Self = _members.First(member => _view.NeighboursOf(member).Count == 4 && _view.TreeOf(_graph, member).Count == 2);
        _machine = new SpreadMachine(Self, _graph, Settings, new Random(1));
    }

    private NodeId Self { get; }

    private NodeId[] Chosen => [.. _view.NeighboursOf(Self)];

    private NodeId[] Tree => [.. Chosen.Where(_view.TreeOf(_graph, Self).Contains)];

    private NodeId[] Others => [.. Chosen.Except(Tree)];

    [Fact]
    public void Neighbours_on_the_tree_are_subscribed_to_and_the_others_tell_once_there_is_a_link()
    {
        var first = Handle(new SpreadInput.Members(_view));
        Assert.Equal(Chosen, Assert.Single(first.OfType<SpreadOutput.Neighbours>()).Peers);
        Assert.Empty(first.OfType<SpreadOutput.Subscribe>());
        Assert.Equal([new SpreadOutput.Subscribe(Tree[0])], Handle(new SpreadInput.PeerHere(Tree[0])));
        Assert.Equal(Others[0], Assert.IsType<SpreadOutput.Hello>(Assert.Single(Handle(new SpreadInput.PeerHere(Others[0])))).Peer);
        Assert.Empty(Handle(new SpreadInput.PeerHere(Others[0])));
    }

    [Fact]
    public void The_second_lazy_neighbour_is_given_more_time_than_the_first()
    {
        Handle(new SpreadInput.Members(_view));
        var terms = Others.SelectMany(peer => Handle(new SpreadInput.PeerHere(peer))).OfType<SpreadOutput.Hello>().Select(hello => hello.Terms).ToArray();
        Assert.Equal(Settings.Patience, terms[0].Patience);
        Assert.Equal(Settings.Patience + Settings.PatienceStep, terms[1].Patience);
    }

    [Fact]
    public void A_neighbour_whose_push_brings_nothing_new_is_made_lazy()
    {
        Begin();
        Assert.Empty(Handle(new SpreadInput.Pushed(Tree[0], Fresh: 3, Known: 1)));
        var outputs = Handle(new SpreadInput.Pushed(Tree[0], Fresh: 0, Known: 1));
        Assert.Equal(new SpreadOutput.Unsubscribe(Tree[0]), outputs[0]);
        Assert.Equal(Tree[0], Assert.IsType<SpreadOutput.Hello>(outputs[1]).Peer);
        Assert.Equal([Tree[1]], _machine.Eager);
    }

    [Fact]
    public void The_last_eager_neighbour_stays_eager_whatever_happens()
    {
        Begin();
        Handle(new SpreadInput.Pushed(Tree[0], Fresh: 0, Known: 1));
        for (var i = 0; i < 100; i++)
            Assert.Empty(Handle(new SpreadInput.Pushed(Tree[1], Fresh: 0, Known: 1)));
        Pass(Settings.Hold * 2);
        Assert.Empty(Handle(new SpreadInput.Follows(Tree[1], false)));
        Assert.Equal([Tree[1]], _machine.Eager);
    }

    [Fact]
    public void What_a_lazy_neighbour_told_and_did_not_come_makes_it_eager_and_harder_to_leave()
    {
        Begin();
        Assert.Equal([new SpreadOutput.StopHello(Others[0]), new SpreadOutput.Subscribe(Others[0])], Handle(new SpreadInput.Missed(Others[0])));
        Assert.Empty(Handle(new SpreadInput.Pushed(Others[0], 0, 1)));
        Assert.NotEmpty(Handle(new SpreadInput.Pushed(Others[0], 0, 1)));

        Handle(new SpreadInput.Missed(Others[0]));
        for (var i = 0; i < 3; i++)
            Assert.Empty(Handle(new SpreadInput.Pushed(Others[0], 0, 1)));
        Assert.NotEmpty(Handle(new SpreadInput.Pushed(Others[0], 0, 1)));
    }

    [Fact]
    public void Both_ends_of_a_link_mean_the_same_by_it()
    {
        Begin();
        Assert.Contains(new SpreadOutput.Subscribe(Others[0]), Handle(new SpreadInput.Follows(Others[0], true)));
        Pass(Settings.Hold + TimeSpan.FromTicks(1));
        Assert.Contains(new SpreadOutput.Unsubscribe(Others[0]), Handle(new SpreadInput.Follows(Others[0], false)));
    }

    [Fact]
    public void A_neighbour_that_subscribes_here_has_the_graph_and_is_asked_once_more()
    {
        Begin();
        Assert.Equal([new SpreadOutput.Subscribe(Tree[0])], Handle(new SpreadInput.Follows(Tree[0], true)));
    }

    [Fact]
    public void Two_that_change_their_minds_at_the_same_time_do_not_follow_each_other_for_ever()
    {
        Begin();
        Handle(new SpreadInput.Missed(Others[0]));
        Assert.Empty(Handle(new SpreadInput.Follows(Others[0], false)));
        Handle(new SpreadInput.Pushed(Tree[0], 0, 1));
        Assert.Empty(Handle(new SpreadInput.Follows(Tree[0], true)));
    }

    [Fact]
    public void When_an_eager_neighbour_is_gone_all_others_take_over_at_once_and_its_place_is_taken()
    {
        Begin();
        var outputs = Handle(new SpreadInput.PeerGone(Tree[0]));
        Assert.All(Others, peer => Assert.Contains(new SpreadOutput.Subscribe(peer), outputs));
        Assert.Contains(new SpreadOutput.Unsubscribe(Tree[0]), outputs);
        var next = _view.NeighboursOf(Self, peer => peer == Tree[0]).Except(Chosen).ToArray();
        Assert.NotEmpty(next);
        Assert.All(next, peer => Assert.Equal([new SpreadOutput.Subscribe(peer)], Handle(new SpreadInput.PeerHere(peer))));
    }

    [Fact]
    public void When_a_lazy_neighbour_is_gone_nothing_is_pushed_twice_for_it()
    {
        Begin();
        Assert.Empty(Handle(new SpreadInput.PeerGone(Others[0])).OfType<SpreadOutput.Subscribe>());
        Assert.Equal(2, _machine.Eager.Count());
    }

    [Fact]
    public void A_neighbour_that_is_not_linked_in_time_is_passed_over()
    {
        Handle(new SpreadInput.Members(_view));
        foreach (var peer in Chosen[1..])
            Handle(new SpreadInput.PeerHere(peer));
        Pass(Settings.LinkWithin);
        Assert.DoesNotContain(Chosen[0], _machine.Neighbours);
        Assert.All(Chosen[1..], peer => Assert.Contains(peer, _machine.Neighbours));
    }

    [Fact]
    public void Who_comes_back_is_a_neighbour_again_and_who_stood_in_is_left_after_a_while()
    {
        Begin();
        Handle(new SpreadInput.PeerGone(Others[0]));
        foreach (var peer in _machine.Neighbours.ToArray())
            Handle(new SpreadInput.PeerHere(peer));
        Handle(new SpreadInput.PeerHere(Others[0]));
        Assert.InRange(_machine.Neighbours.Count(), 5, 8);
        Pass(Settings.Linger);
        Assert.Equal(Chosen.Order(ById), _machine.Neighbours.Order(ById));
    }

    [Fact]
    public void A_member_that_asks_is_answered_in_kind_and_a_stranger_is_not()
    {
        Begin();
        var other = _members.First(member => member != Self && !Chosen.Contains(member));
        Handle(new SpreadInput.PeerHere(other));
        Assert.Contains(new SpreadOutput.Subscribe(other), Handle(new SpreadInput.Follows(other, true)));
        Assert.Contains(new SpreadOutput.Unsubscribe(other), Handle(new SpreadInput.Follows(other, false)));
        Assert.DoesNotContain(other, _machine.Neighbours);
        Assert.Empty(Handle(new SpreadInput.Follows(new NodeId(1), true)));
    }

    [Fact]
    public void Only_so_many_who_ask_are_taken()
    {
        Begin();
        foreach (var member in _members.Where(member => member != Self))
        {
            Handle(new SpreadInput.PeerHere(member));
            Handle(new SpreadInput.Follows(member, true));
        }
        Assert.Equal(Settings.NeighboursMost, _machine.Neighbours.Count());
    }

    [Fact]
    public void A_member_that_left_is_a_neighbour_no_more()
    {
        Begin();
        var outputs = Handle(new SpreadInput.Members(new Overlay(_members.Where(member => member != Tree[0]))));
        Assert.Contains(new SpreadOutput.Unsubscribe(Tree[0]), outputs);
        Assert.DoesNotContain(Tree[0], _machine.Neighbours);
        Assert.All(Others.Where(_machine.Neighbours.Contains), peer => Assert.Contains(peer, _machine.Eager));
    }

    [Fact]
    public void A_member_outside_is_polled_less_and_less_often_until_that_finds_nothing()
    {
        Begin();
        var polls = PollUntilAtRest();
        Assert.InRange(polls.Count, 4, 8);
        Assert.All(polls.Zip(polls.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, Settings.PollEvery / 2, Settings.PollAtMost * 1.5));
        Assert.Equal(MonotonicTime.Never, _timer);
    }

    [Fact]
    public void What_a_poll_has_found_is_looked_for_at_others()
    {
        Begin();
        PollUntilAtRest();
        Handle(new SpreadInput.PollEnded(Outside, new PollOutcome(false, 1, 1, false, 1)));
        Assert.InRange(_timer - _now, TimeSpan.Zero, Settings.PollEvery * 1.5);
    }

    [Fact]
    public void Whatever_happens_begins_the_polls_anew()
    {
        SpreadInput[] happened = [new SpreadInput.Changed(), new SpreadInput.PeerGone(Outside), new SpreadInput.PeerHere(Outside), new SpreadInput.Members(_view)];
        Begin();
        foreach (var what in happened)
        {
            PollUntilAtRest();
            Handle(what);
            Assert.InRange(_timer - _now, TimeSpan.Zero, Settings.PollEvery * 1.5);
        }
    }

    [Fact]
    public void What_happens_before_the_last_poll_is_polled_for_once_more()
    {
        Begin();
        var end = _now + TimeSpan.FromHours(5);
        while (_timer < end)
        {
            Handle(new SpreadInput.Changed());
            AnswerPolls(Pass(_timer - _now));
        }
        Handle(new SpreadInput.Changed());
        Assert.InRange(PollUntilAtRest().Count, 2, 3);
    }

    [Fact]
    public void While_a_neighbour_is_gone_or_polls_are_not_answered_there_is_no_rest()
    {
        Begin();
        Handle(new SpreadInput.PeerGone(Others[0]));
        for (var i = 0; i < 30; i++)
            AnswerPolls(Pass(_timer - _now));
        Assert.NotEqual(MonotonicTime.Never, _timer);
        Handle(new SpreadInput.PeerHere(Others[0]));
        for (var i = 0; i < 30; i++)
            Pass(_timer - _now);
        Assert.NotEqual(MonotonicTime.Never, _timer);
        PollUntilAtRest();
    }

    [Fact]
    public void A_neighbour_that_asks_to_be_told_here_has_the_graph_and_is_asked_once_more_on_the_same_terms()
    {
        Handle(new SpreadInput.Members(_view));
        Assert.Empty(Handle(new SpreadInput.Hears(Others[1])));
        var asked = Chosen.SelectMany(peer => Handle(new SpreadInput.PeerHere(peer))).ToArray();
        foreach (var peer in Others)
            Assert.Equal(asked.OfType<SpreadOutput.Hello>().Single(hello => hello.Peer == peer), Assert.Single(Handle(new SpreadInput.Hears(peer))));
        Assert.Equal([new SpreadOutput.Subscribe(Tree[0])], Handle(new SpreadInput.Hears(Tree[0])));
        Assert.Empty(Handle(new SpreadInput.Hears(Outside)));
    }

    [Fact]
    public void One_whose_neighbours_all_seem_gone_tries_them_anew()
    {
        var three = new Overlay([Self, Tree[0], Tree[1]]);
        Handle(new SpreadInput.Members(three));
        Pass(Settings.LinkWithin);
        Assert.Equal(2, _machine.Neighbours.Count());
        Assert.Equal([new SpreadOutput.Subscribe(Tree[0])], Handle(new SpreadInput.PeerHere(Tree[0])).OfType<SpreadOutput.Subscribe>());
    }

    [Fact]
    public void One_who_is_no_member_or_alone_asks_nobody()
    {
        Assert.Empty(Handle(new SpreadInput.Members(new Overlay([Self]))).OfType<SpreadOutput.Subscribe>());
        Assert.Empty(_machine.Neighbours);
        Handle(new SpreadInput.Members(new Overlay(_members.Where(member => member != Self))));
        Assert.Empty(_machine.Neighbours);
    }

    private static readonly Comparer<NodeId> ById = Comparer<NodeId>.Create((x, y) => x.Value.CompareTo(y.Value));

    private void Begin()
    {
        Handle(new SpreadInput.Members(_view));
        foreach (var peer in Chosen)
            Handle(new SpreadInput.PeerHere(peer));
        Assert.Equal(Tree, _machine.Eager);
    }

    private NodeId Outside => _members.First(member => member != Self && !Chosen.Contains(member));

    // Each poll is answered that there is nothing; when they went.
    private List<MonotonicTime> PollUntilAtRest()
    {
        var polls = new List<MonotonicTime>();
        for (var i = 0; i < 100 && _timer != MonotonicTime.Never; i++)
            polls.AddRange(Enumerable.Repeat(_timer, AnswerPolls(Pass(_timer - _now))));
        Assert.Equal(MonotonicTime.Never, _timer);
        return polls;
    }

    private int AnswerPolls(List<SpreadOutput> outputs)
    {
        var polls = outputs.OfType<SpreadOutput.Poll>().ToArray();
        // Of those that the overlay names only one that is gone is polled, and that one does not answer.
        foreach (var poll in polls.Where(poll => !Chosen.Contains(poll.Peer)))
        {
            Handle(new SpreadInput.PollEnded(poll.Peer, new PollOutcome(true, 0, 0, false, 1)));
        }
        return polls.Length;
    }

    private List<SpreadOutput> Pass(TimeSpan time)
    {
        _now += time;
        return Handle(new SpreadInput.Tick());
    }

    private List<SpreadOutput> Handle(SpreadInput input)
    {
        var outputs = new List<SpreadOutput>();
        _machine.Handle(input, _now, _outbox);
        while (_outbox.TryTake(out var output))
        {
            if (output is SpreadOutput.StartTimer timer)
                _timer = timer.At;
            else
                outputs.Add(output);
        }
        return outputs;
    }
}

using ActorSync.Machines;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Placement;
using ActorSync.States;

namespace ActorSync.Core.Tests.Membership;

/// <summary>What a member says when something keeps the mesh from working: one machine, by hand.</summary>
public sealed class MemberNoticesTests
{
    private const string Ours = "replication=2,holders=any,stores=2";
    private const string Seed = "tcp://127.0.0.1:9";

    private static readonly MembershipSettings Settings = MembershipSettings.Default;
    private static readonly NodeId Self = new(1);
    private static readonly Member Other = new(new NodeId(2), 5, ["tcp://127.0.0.1:2"], []) { Placement = "replication=all,holders=any,stores=2" };
    private static readonly WallTime Wall = new(1_000_000);

    private readonly Outbox<MembershipOutput> _outbox = new();
    private MonotonicTime _now = MonotonicTime.Zero + TimeSpan.FromHours(1);
    private MonotonicTime _timer = MonotonicTime.Never;

    [Fact]
    public void A_node_that_nobody_answers_says_so_soon_and_then_more_and_more_seldom()
    {
        var machine = Machine(Seed, "tcp://127.0.0.1:1");
        Handle(machine, new MembershipInput.Started([], Wall));
        var said = new List<MembershipOutput.NotJoined>();
        while (said.Count < 12)
        {
            _now = _timer;
            said.AddRange(Handle(machine, new MembershipInput.Tick(Wall)).OfType<MembershipOutput.NotJoined>());
        }

        Assert.All(said, what => Assert.Equal([Seed], what.Seeds));
        Assert.Equal([true, .. Enumerable.Repeat(false, 11)], said.Select(what => what.IsFirst));
        Assert.Equal(Settings.RemindAfter, said[0].For);
        var waits = said.Zip(said.Skip(1), (one, next) => next.For - one.For).ToArray();
        Assert.Equal(waits.Order(), waits);
        Assert.Equal(2 * Settings.RemindAfter, waits[0]);
        Assert.Equal(Settings.RemindMost, waits[^1]);
        Assert.False(machine.IsJoined);
    }

    [Fact]
    public void Who_has_met_a_member_has_joined_and_stays_so_when_that_one_leaves()
    {
        var machine = Machine(Seed);
        Handle(machine, new MembershipInput.Started([], Wall));
        Handle(machine, new MembershipInput.Linked(Other.Node, Wall));
        var written = Handle(machine, Met(Other)).OfType<MembershipOutput.Write>().Single();
        Handle(machine, new MembershipInput.Written(written.Token, null, Wall));
        Handle(machine, Changed(Entry(Self, written.Set.Value!.Value)));
        Assert.True(machine.IsJoined);
        Handle(machine, Changed(StateEntry.Tombstone(MemberEntry.KeyOf(Other.Node), new StateStamp(1_000_001, 0, Other.Node), long.MaxValue)));
        Assert.Single(machine.View.Members);
        Assert.True(machine.IsJoined);
        _now += TimeSpan.FromMinutes(30);
        Assert.Empty(Handle(machine, new MembershipInput.Tick(Wall)).OfType<MembershipOutput.NotJoined>());
    }

    [Fact]
    public void The_first_node_of_a_mesh_waits_for_nobody()
    {
        var machine = Machine("tcp://127.0.0.1:1");
        Handle(machine, new MembershipInput.Started([], Wall));
        _now += TimeSpan.FromHours(1);
        Assert.Empty(Handle(machine, new MembershipInput.Tick(Wall)).OfType<MembershipOutput.NotJoined>());
    }

    [Fact]
    public void A_member_that_places_graphs_by_another_rule_is_told_of_once()
    {
        var machine = Machine();
        Handle(machine, new MembershipInput.Started([], Wall));
        var trouble = Assert.Single(Handle(machine, Met(Other)).OfType<MembershipOutput.Trouble>());
        Assert.Contains(Ours, trouble.Error.Message, StringComparison.Ordinal);
        Assert.Contains(Other.Placement, trouble.Error.Message, StringComparison.Ordinal);
        Assert.Equal(Other.Placement, machine.View.Find(Other.Node)!.Placement);

        Assert.Empty(Handle(machine, Met(Other with { Incarnation = 6 })).OfType<MembershipOutput.Trouble>());
        Assert.Empty(Handle(machine, Met(Other with { Incarnation = 7, Placement = Ours })).OfType<MembershipOutput.Trouble>());
        Assert.Single(Handle(machine, Met(Other with { Incarnation = 8, Placement = "replication=3,holders=any,stores=3" })).OfType<MembershipOutput.Trouble>());
    }

    [Theory]
    [InlineData("")]
    [InlineData(Ours)]
    public void One_that_places_them_alike_or_does_not_say_is_no_trouble(string placement)
    {
        var machine = Machine();
        Handle(machine, new MembershipInput.Started([], Wall));
        Assert.Empty(Handle(machine, Met(Other with { Placement = placement })).OfType<MembershipOutput.Trouble>());
        Assert.Equal(placement, machine.View.Find(Other.Node)!.Placement);
    }

    [Fact]
    public void Who_hears_that_another_renews_its_entry_renews_its_own_with_it_unless_that_is_young()
    {
        var machine = Machine();
        var written = Assert.Single(Handle(machine, new MembershipInput.Started([], Wall)).OfType<MembershipOutput.Write>());
        Handle(machine, new MembershipInput.Written(written.Token, null, Wall));
        Handle(machine, Changed(Entry(Self, written.Set.Value!.Value)));
        Assert.Empty(Handle(machine, Met(Other)).OfType<MembershipOutput.Write>());
        _now += Settings.RenewEvery / 2 + TimeSpan.FromSeconds(1);
        var renewed = Assert.Single(Handle(machine, Met(Other)).OfType<MembershipOutput.Write>());
        Assert.Equal(written.Set.Value!.Value.ToArray(), renewed.Set.Value!.Value.ToArray());
        Handle(machine, new MembershipInput.Written(renewed.Token, null, Wall));
        Assert.Empty(Handle(machine, Met(Other)).OfType<MembershipOutput.Write>());
    }

    [Fact]
    public void How_a_node_places_graphs_is_announced_in_the_words_of_the_configuration()
    {
        var machine = Machine();
        var written = Assert.Single(Handle(machine, new MembershipInput.Started([], Wall)).OfType<MembershipOutput.Write>());
        Assert.Equal(
            """{"incarnation":1000000,"endpoints":["tcp://127.0.0.1:1"],"roles":[],"placement":"replication=2,holders=any,stores=2"}""",
            System.Text.Encoding.UTF8.GetString(written.Set.Value!.Value.Span));
        Assert.Equal("replication=all,holders=sync,stores=2", new PlacementRule(null, "sync").Announced);
        Assert.Equal("replication=3,holders=any,stores=2", (new PlacementRule(3, null) { Stores = 2 }).Announced);
    }

    [Fact]
    public void An_entry_of_a_version_that_does_not_say_how_it_places_graphs_is_read_and_one_that_says_too_much_is_not()
    {
        Assert.Equal("", MemberEntry.Read(Entry(Other.Node, """{"incarnation":1,"endpoints":[],"roles":[]}"""u8.ToArray()), Settings).Value.Placement);
        foreach (var bad in new[] { "\"a b\"", "7", $"\"{new string('x', MemberEntry.PlacementBytes + 1)}\"" })
            Assert.NotNull(MemberEntry.Read(Entry(Other.Node, System.Text.Encoding.UTF8.GetBytes($$"""{"incarnation":1,"endpoints":[],"roles":[],"placement":{{bad}}}""")), Settings).Error);
    }

    [Fact]
    public void A_role_that_nobody_can_have_places_nothing()
    {
        Assert.NotNull(new PlacementRule(2, "two words").Refusal);
        Assert.NotNull(new PlacementRule(2, new string('x', MemberEntry.RoleBytes + 1)).Refusal);
        Assert.Null(new PlacementRule(2, "sync").Refusal);
    }

    private static MembershipMachine Machine(params string[] seeds) => new(Self, ["tcp://127.0.0.1:1"], [], seeds, Settings, new Random(1), Ours);

    private static MembershipInput.Changed Met(Member member) => Changed(Entry(member.Node, MemberEntry.ValueOf(member)));

    private static MembershipInput.Changed Changed(StateEntry entry) => new([entry], [], Wall);

    private static StateEntry Entry(NodeId node, ReadOnlyMemory<byte> value) => StateEntry.Live(MemberEntry.KeyOf(node), value, new StateStamp(1_000_000, 0, node));

    private List<MembershipOutput> Handle(MembershipMachine machine, MembershipInput input)
    {
        var outputs = new List<MembershipOutput>();
        machine.Handle(input, _now, _outbox);
        while (_outbox.TryTake(out var output))
        {
            outputs.Add(output);
            if (output is MembershipOutput.StartTimer timer)
                _timer = timer.At;
        }
        return outputs;
    }
}

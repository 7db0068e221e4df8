using ActorSync.Machines;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.States;

namespace ActorSync.Core.Tests.Membership;

/// <summary>Which links a member wants made: one machine, by hand.</summary>
public sealed class MemberLinksTests
{
    private static readonly MembershipSettings Settings = MembershipSettings.Default;
    private static readonly NodeId Self = new(1);
    private static readonly Member Other = new(new NodeId(2), 5, ["tcp://127.0.0.1:2"], []);
    private static readonly WallTime Wall = new(1_000_000);

    private readonly MembershipMachine _machine = new(Self, ["tcp://127.0.0.1:1"], [], [], Settings, new Random(1));
    private readonly Outbox<MembershipOutput> _outbox = new();
    private readonly MonotonicTime _now = MonotonicTime.Zero + TimeSpan.FromHours(1);

    // Found by a mesh that grew: the second link took the place of the first, and actions that were forwarded over it were
    // not known to be carried out.
    [Fact]
    public void A_member_that_has_made_a_link_itself_is_not_dialed_until_that_breaks()
    {
        Handle(new MembershipInput.Started([], Wall));
        Handle(new MembershipInput.Linked(Other.Node, Wall));
        Assert.Empty(Handle(new MembershipInput.Changed([Entry], [], Wall)).OfType<MembershipOutput.Connect>());
        Assert.Equal([new MembershipOutput.Connect(Other.Endpoints[0])], Handle(new MembershipInput.Unlinked(Other.Node, Wall)).OfType<MembershipOutput.Connect>());
        Assert.Empty(Handle(new MembershipInput.Linked(Other.Node, Wall)).OfType<MembershipOutput.Disconnect>());
    }

    [Fact]
    public void One_that_has_not_is_dialed_and_the_link_is_kept()
    {
        Handle(new MembershipInput.Started([], Wall));
        Assert.Equal([new MembershipOutput.Connect(Other.Endpoints[0])], Handle(new MembershipInput.Changed([Entry], [], Wall)).OfType<MembershipOutput.Connect>());
        Assert.Empty(Handle(new MembershipInput.Linked(Other.Node, Wall)).OfType<MembershipOutput.Disconnect>());
    }

    private static StateEntry Entry => StateEntry.Live(MemberEntry.KeyOf(Other.Node), MemberEntry.ValueOf(Other), new StateStamp(1_000_000, 0, Other.Node));

    private List<MembershipOutput> Handle(MembershipInput input)
    {
        var outputs = new List<MembershipOutput>();
        _machine.Handle(input, _now, _outbox);
        while (_outbox.TryTake(out var output))
            outputs.Add(output);
        return outputs;
    }
}

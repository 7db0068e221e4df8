using ActorSync.Node.Demo;
using ActorSync.Node.Tests.Fakes;

namespace ActorSync.Node.Tests.Demo;

/// <summary>When the mesh of a demo counts as at rest.</summary>
public sealed class CensusTests
{
    private const string Graph = "aa";

    [Fact]
    public void Each_graph_on_as_many_members_as_it_should_be_all_with_the_same_is_rest()
    {
        var census = Of(Host(1, "serving"), Host(2, "serving"), Host(3, null));

        Assert.True(census.IsAtRest);
        Assert.Equal([1, 2], census.Graphs.Single().Holders);
        Assert.Equal([(1, 1, 7L), (2, 1, 7L), (3, 0, 0L)], census.Hosts.Select(host => (host.Number, host.Graphs, host.Commands)));
        Assert.Equal(0, census.MovedSince(census.Graphs));
        Assert.Equal(1, Of(Host(1, "serving"), Host(2, null), Host(3, "serving")).MovedSince(census.Graphs));
    }

    [Fact]
    public void Where_there_are_fewer_members_than_that_all_hold_it() => Assert.True(Of(Host(1, "serving")).IsAtRest);

    [Fact]
    public void One_that_is_leaving_or_coming_or_missing_or_one_too_many_is_none()
    {
        Assert.False(Of(Host(1, "serving"), Host(2, "serving"), Host(3, "leaving")).IsAtRest);
        Assert.False(Of(Host(1, "serving"), Host(2, "takingover"), Host(3, null)).IsAtRest);
        Assert.False(Of(Host(1, "serving"), Host(2, null), Host(3, null)).IsAtRest);
        Assert.False(Of(Host(1, "serving"), Host(2, "serving"), Host(3, "serving")).IsAtRest);
        Assert.False(Of(Host(1, null), Host(2, null)).IsAtRest);
    }

    [Fact]
    public void Nor_are_other_commands_or_a_graph_that_cannot_be_read_or_members_who_see_other_members()
    {
        Assert.False(Of(Host(1, "serving"), Host(2, "serving", digest: "02")).IsAtRest);
        Assert.False(Of(Host(1, "serving"), Host(2, "serving", error: "damaged")).IsAtRest);
        Assert.False(Of(Host(1, "serving"), Host(2, "serving", members: "other")).IsAtRest);
        var unlike = Of(Host(1, "serving"), Host(2, "serving", members: "other"));
        Assert.True(unlike.Graphs.Single().Level);
    }

    private static Census Of(params (int Number, Func<int, NodeStatus> Status)[] hosts) =>
        Census.Of([.. hosts.Select(host => (host.Number, host.Status(hosts.Length)))], [Graph], factor: 2);

    private static (int Number, Func<int, NodeStatus> Status) Host(int number, string? state, string digest = "01", string? error = null, string members = "same") => (number, count =>
        Statuses.Plain(state is null ? [] : [new GraphStatus(Graph, 7, 1, 6, digest, error)]) with
        {
            Mesh = new MeshStatus(
                members,
                [.. Enumerable.Range(1, count).Select(one => new MemberStatus($"{one:x32}", one == number, "reachable", [], [], 1))],
                state is null ? [] : [new HoldingStatus(Graph, state, [])]),
        });
}

using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs;
using Akka.TestKit;
using Address = ActorSync.Graphs.Address;

namespace ActorSync.Actors.Tests.Graphs;

public sealed class ActCallersTests : ActorTest
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);

    private readonly GraphActor.Act _act = new(new byte[] { 1 }, Priority.Basic(0));
    private readonly Address _address = new TestGraph().Add(3, 8).Commands[^1].Address;
    private readonly TestProbe _graph;

    public ActCallersTests() => _graph = CreateTestProbe();

    [Fact]
    public async Task Each_caller_gets_its_own_answer()
    {
        var callers = new ActCallers(Long, TimeProvider.System);
        var (one, other) = (callers.AskAsync(_graph, _act, default), callers.AskAsync(_graph, _act, default));
        var (first, second) = (_graph.ExpectMsg<GraphActor.Act>(), _graph.ExpectMsg<GraphActor.Act>());
        second.Answer(_graph, new GraphActor.Acted(_address));
        Assert.Equal(_address, (await other).Value.Result.Value);
        Assert.False(one.IsCompleted);
        first.Answer(_graph, new GraphActor.Acted(new SyncError(SyncErrorKind.StoreFailed, "the disk is full")));
        Assert.Equal(SyncErrorKind.StoreFailed, (await one).Value.Result.Error?.Kind);
    }

    [Fact]
    public async Task Who_is_not_answered_in_time_hears_so_whether_others_were_or_not()
    {
        var callers = new ActCallers(Short, TimeProvider.System);
        Assert.Equal(SyncErrorKind.Busy, (await callers.AskAsync(_graph, _act, default)).Error?.Kind);
        _graph.ExpectMsg<GraphActor.Act>().Answer(_graph, new GraphActor.Acted(_address));
        var (one, other) = (callers.AskAsync(_graph, _act, default), callers.AskAsync(_graph, _act, default));
        Assert.Equal(SyncErrorKind.Busy, (await one).Error?.Kind);
        Assert.Equal(SyncErrorKind.Busy, (await other).Error?.Kind);
    }

    [Fact]
    public async Task A_caller_may_give_up_and_the_answer_is_nobodys_then()
    {
        var callers = new ActCallers(Long, TimeProvider.System);
        using var givesUp = new CancellationTokenSource();
        var asking = callers.AskAsync(_graph, _act, givesUp.Token);
        var act = _graph.ExpectMsg<GraphActor.Act>();
        await givesUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        act.Answer(_graph, new GraphActor.Acted(_address));
        _graph.ExpectNoMsg(TimeSpan.Zero);
    }
}

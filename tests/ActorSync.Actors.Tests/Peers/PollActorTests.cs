using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs;
using ActorSync.Wire;
using Akka.Actor;
using Akka.TestKit;

namespace ActorSync.Actors.Tests.Peers;

public sealed class PollActorTests : ActorTest
{
    private static readonly SessionId Session = new(100);

    private readonly TestGraph _graph = new TestGraph().Add(5, 8);
    private readonly SyncSettings _settings = new();
    private readonly TestProbe _router;
    private readonly TestProbe _peer;
    private IActorRef _poll = ActorRefs.Nobody;

    public PollActorTests()
        : base(ManualScheduler.Config) =>
        (_router, _peer) = (CreateTestProbe(), CreateTestProbe());

    [Fact]
    public void The_parts_are_stored_in_their_order_progress_is_reported_and_the_end_is_told()
    {
        var progress = new Reports();
        Start(new PollOptions { Progress = progress });
        ExpectSent<Poll>(_peer);
        Tell(Part(1, 3, 6, 0));
        Tell(Part(0, 0, 3, 3));
        Tell(new PollEnd(Session, 2, false));
        Stored(3);
        Stored(3);

        var outcome = ExpectMsg<PollActor.Ended>().Result.Value;
        Assert.Equal((6, 6, false), ((int)outcome.Received, (int)outcome.Added, outcome.Remaining));
        Assert.Equal([3, 6], progress.Received);
        ExpectTerminated(_poll);
        Assert.Equal(2, ExpectSent<Credit>(_peer).Received);
    }

    [Fact]
    public void A_session_that_the_peer_has_forgotten_is_begun_anew_from_what_is_here_now()
    {
        Start();
        ExpectSent<Poll>(_peer);
        Tell(Part(0, 0, 3, 3));
        Stored(3);
        _poll.Tell(new PollActor.Relinked(Peer(_peer)));
        Assert.Equal(1, ExpectSent<SyncResume>(_peer).Next);
        Tell(new SyncFailure(SyncErrorKind.UnknownSession, Session.Value, null, "not known here"));
        _router.ExpectMsg<SyncRouter.ReadGraph>();
        _router.Reply(new GraphActor.Version(_graph.Id, _graph.Snapshot));

        var anew = ExpectSent<Poll>(_peer);
        Assert.NotEqual(Session, anew.Session);
        Assert.Equal(_graph.Snapshot.Heads.Digest, anew.Digest);
        // What comes late of the old session is nothing to the new one.
        Tell(Part(1, 3, 6, 0));
        _poll.Tell(new PollActor.Message(new Level(anew.Session)));
        Assert.True(ExpectMsg<PollActor.Ended>().Result.Value.Level);
        Assert.False(_router.HasMessages);
    }

    [Fact]
    public void It_begins_anew_only_so_often()
    {
        Start();
        for (var attempt = 0; attempt < PollActor.MostAttempts; attempt++)
        {
            if (attempt > 0)
            {
                _router.ExpectMsg<SyncRouter.ReadGraph>();
                _router.Reply(new GraphActor.Version(_graph.Id, _graph.Snapshot));
            }
            var session = ExpectSent<Poll>(_peer).Session;
            _poll.Tell(new PollActor.Message(new SyncFailure(SyncErrorKind.UnknownSession, session.Value, null, "not known here")));
        }
        Assert.Equal(SyncErrorKind.UnknownSession, ExpectMsg<PollActor.Ended>().Result.Error?.Kind);
    }

    [Fact]
    public void A_store_that_fails_ends_it_with_that_error_and_the_peer_s_session_too()
    {
        Start();
        ExpectSent<Poll>(_peer);
        Tell(Part(0, 0, 3, 3));
        var store = _router.ExpectMsg<GraphActor.ReceiveCommands>();
        _router.Reply(new GraphActor.CommandsReceived(_graph.Id, store.Tag, new SyncError(SyncErrorKind.StoreFailed, "the disk is full")));

        Assert.Equal(SyncErrorKind.StoreFailed, ExpectMsg<PollActor.Ended>().Result.Error?.Kind);
        Assert.Equal(Session, ExpectSent<EndSession>(_peer).Session);
    }

    [Fact]
    public void A_graph_that_never_answers_ends_it()
    {
        Start();
        ExpectSent<Poll>(_peer);
        Tell(Part(0, 0, 3, 3));
        _router.ExpectMsg<GraphActor.ReceiveCommands>();
        Step(_poll, _settings.GraphTimeout);
        Assert.Equal(SyncErrorKind.StoreFailed, ExpectMsg<PollActor.Ended>().Result.Error?.Kind);
    }

    [Fact]
    public void A_graph_that_cannot_be_read_ends_it_before_anything_is_asked()
    {
        Start(version: new SyncError(SyncErrorKind.StoreDamaged, "does not check"));
        Assert.Equal(SyncErrorKind.StoreDamaged, ExpectMsg<PollActor.Ended>().Result.Error?.Kind);
        Assert.False(_peer.HasMessages);
    }

    [Fact]
    public void A_peer_that_stays_silent_is_asked_again_and_then_given_up()
    {
        Start();
        ExpectSent<Poll>(_peer);
        for (var retry = 0; retry < _settings.Polls.Retries; retry++)
        {
            Step(_poll, _settings.Polls.RetryAfter * Math.Pow(2, retry));
            Assert.Equal(Session, ExpectSent<Poll>(_peer).Session);
        }
        Step(_poll, TimeSpan.FromMinutes(2));
        Assert.Equal(SyncErrorKind.Unreachable, ExpectMsg<PollActor.Ended>().Result.Error?.Kind);
    }

    [Fact]
    public void Commands_that_cannot_be_decoded_are_a_fault_of_the_peer_and_end_it()
    {
        Start();
        ExpectSent<Poll>(_peer);
        Tell(new PollResponse(Session, 0, 0, new CommandBlock(new byte[] { 1, 2, 3 })));
        Assert.Equal(Session.Value, _peer.FishForMessage<PeerActor.Fault>(_ => true).Reference);
        Assert.NotNull(ExpectMsg<PollActor.Ended>().Result.Error);
    }

    [Fact]
    public void A_reader_of_the_progress_that_fails_ends_it_and_whoever_asked_hears()
    {
        Start(new PollOptions { Progress = new Reports { Throws = true } });
        ExpectSent<Poll>(_peer);
        Tell(Part(0, 0, 3, 3));
        Stored(3);
        Assert.Contains("a bug of the reader", ExpectMsg<PollActor.Ended>().Result.Error?.Message);
        ExpectTerminated(_poll);
    }

    [Fact]
    public void Stopped_it_answers_whoever_asked()
    {
        Start();
        Sys.Stop(_poll);
        Assert.Equal(SyncErrorKind.Unreachable, ExpectMsg<PollActor.Ended>().Result.Error?.Kind);
    }

    private void Start(PollOptions? options = null, SyncError? version = null)
    {
        _poll = Sys.ActorOf(PollActor.Props(Peer(_peer), new PeerActor.Poll(_graph.Id, options ?? new PollOptions()), Session, TestActor, _router.Ref, _settings));
        Watch(_poll);
        _router.ExpectMsg<SyncRouter.ReadGraph>();
        _router.Reply(new GraphActor.Version(_graph.Id, version ?? new SyncError(SyncErrorKind.UnknownGraph, "not here")));
    }

    private void Tell(SyncMessage message) => _poll.Tell(new PollActor.Message(message));

    private PollResponse Part(int index, int from, int to, long left) =>
        new(Session, index, left, CommandBlock.Encode(_graph.Commands.Take(to).Skip(from)));

    private void Stored(int commands)
    {
        var store = _router.ExpectMsg<GraphActor.ReceiveCommands>();
        Assert.Equal((commands, Identity(2)), (store.Commands.Count, store.From));
        _router.Reply(new GraphActor.CommandsReceived(_graph.Id, store.Tag, new ReceiveResult(commands, 0, [], 0, [])));
    }

    private sealed class Reports : IProgress<PollProgress>
    {
        public bool Throws { get; init; }

        public List<long> Received { get; } = [];

        public void Report(PollProgress value)
        {
            if (Throws)
                throw new InvalidOperationException("a bug of the reader");
            Received.Add(value.Received);
        }
    }
}

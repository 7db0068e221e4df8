using System.Threading.Channels;
using ActorSync.Actors.Tests.Support;
using ActorSync.Peers;
using Akka.Actor;
using Akka.TestKit;

namespace ActorSync.Actors.Tests.Peers;

public sealed class DialerActorTests : ActorTest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly SyncError Refused = new(SyncErrorKind.Unreachable, "nobody listens there");

    private readonly FakeConnector _connector = new();
    private readonly TestProbe _peers;
    private readonly TestProbe _peer;
    private IActorRef _dialer = ActorRefs.Nobody;

    public DialerActorTests()
        : base(ManualScheduler.Config) =>
        (_peers, _peer) = (CreateTestProbe(), CreateTestProbe());

    [Fact]
    public void It_dials_at_once_hands_over_the_link_and_reports_the_peer_when_it_is_attached()
    {
        Start();
        _dialer.Tell(DialerActor.WhenDialed.Instance, TestActor);
        var link = new FakeLink(Identity(2));
        Attempt().SetResult(link);
        var made = _peers.ExpectMsg<PeersActor.LinkMade>();
        Assert.Same(link, made.Link);
        Assert.Equal(_dialer, made.Dialer);
        Assert.False(HasMessages);
        _peer.Send(_dialer, new PeerActor.Attached(link.Peer.Node));
        Assert.Equal(link.Peer.Node, ExpectMsg<DialerActor.Dialed>().Result.Value);
        _dialer.Tell(DialerActor.WhenDialed.Instance, TestActor);
        Assert.Equal(link.Peer.Node, ExpectMsg<DialerActor.Dialed>().Result.Value);
    }

    [Fact]
    public void The_first_failure_is_reported_and_it_goes_on_with_back_off()
    {
        var backoff = new BackoffSettings { First = TimeSpan.FromSeconds(1), Max = TimeSpan.FromSeconds(4) };
        Start(backoff);
        _dialer.Tell(DialerActor.WhenDialed.Instance, TestActor);
        Attempt().SetResult(Refused);
        Assert.Equal(Refused, ExpectMsg<DialerActor.Dialed>().Result.Error);

        // The ceiling doubles up to the longest wait; after it there was an attempt in any case.
        foreach (var ceiling in new[] { 1, 2, 4, 4 })
        {
            Assert.Equal("waiting", Status().State);
            Step(_dialer, TimeSpan.FromSeconds(ceiling));
            Attempt().SetResult(Refused);
            AwaitAssert(() => Assert.Equal("waiting", Status().State));
        }
        Assert.False(_connector.Attempts.TryRead(out _));
    }

    [Fact]
    public void It_dials_again_when_the_link_is_gone()
    {
        Start();
        Connect();
        _peer.Send(_dialer, new PeerActor.Detached(Identity(2).Node, Refused));
        Assert.Equal(("waiting", Refused), (Status().State, Status().LastError));
        Step(_dialer, new BackoffSettings().First);
        Connect();
        Assert.Equal("connected", Status().State);
    }

    [Fact]
    public void Whoever_asks_meanwhile_does_not_wait_for_the_back_off()
    {
        Start();
        Attempt().SetResult(Refused);
        AwaitAssert(() => Assert.Equal("waiting", Status().State));
        _dialer.Tell(DialerActor.WhenDialed.Instance, TestActor);
        var attempt = Attempt();
        // The back-off that ends meanwhile begins no second attempt.
        Step(_dialer, TimeSpan.FromMinutes(1));
        Status();
        Assert.False(_connector.Attempts.TryRead(out _));
        attempt.SetResult(Refused);
        Assert.Equal(Refused, ExpectMsg<DialerActor.Dialed>().Result.Error);
    }

    [Fact]
    public void A_connector_that_throws_is_a_failed_attempt()
    {
        Start(endpoint: "nonsense");
        _dialer.Tell(DialerActor.WhenDialed.Instance, TestActor);
        AwaitAssert(() => Assert.Contains("that is no endpoint", Status().LastError?.Message));
    }

    [Fact]
    public async Task A_link_that_is_made_when_it_has_stopped_is_closed()
    {
        Start();
        var attempt = Attempt();
        Watch(_dialer);
        Sys.Stop(_dialer);
        ExpectTerminated(_dialer);
        var link = new FakeLink(Identity(2));
        attempt.SetResult(link);
        await link.Disposed.WaitAsync(Patience);
    }

    private void Start(BackoffSettings? backoff = null, string endpoint = "there:1") => _dialer = ChildOf(
        _peers, DialerActor.Props(endpoint, _connector, new LinkIdentity(Identity(1), 1 << 20), backoff ?? new BackoffSettings(), new Random(1)));

    private void Connect()
    {
        Attempt().SetResult(new FakeLink(Identity(2)));
        _peers.ExpectMsg<PeersActor.LinkMade>();
        _peer.Send(_dialer, new PeerActor.Attached(Identity(2).Node));
    }

    private TaskCompletionSource<Result<ILink>> Attempt() => Next(_connector.Attempts);

    private DialerActor.Status Status() => _dialer.Ask<DialerActor.Status>(DialerActor.GetStatus.Instance, Patience).GetAwaiter().GetResult();

    private static T Next<T>(ChannelReader<T> channel) => channel.ReadAsync().AsTask().WaitAsync(Patience).GetAwaiter().GetResult();
}

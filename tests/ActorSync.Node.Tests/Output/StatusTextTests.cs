using ActorSync.Node.Cli;
using ActorSync.Node.Output;
using ActorSync.Node.Tests.Fakes;

namespace ActorSync.Node.Tests.Output;

public sealed class StatusTextTests
{
    [Fact]
    public void A_status_reads_so()
    {
        var digest = new string('d', 64);
        var status = Statuses.Busy([new GraphStatus(new string('a', 64), 1, 1, 3, digest), new GraphStatus(new string('b', 64), 0, 0, 0, "", "the log is damaged"), new GraphStatus(new string('c', 64), 7, 1, 6, digest, "a file is damaged")]) with
        {
            Store = new StoreStatus(false, 0, 0, false, false, "never", "fsync never: commits may be lost"),
            Peers =
            [
                Statuses.PeerNamed(Statuses.Peer, ["aa"], "tcp://127.0.0.1:54321") with { Dialed = ["tcp://127.0.0.1:7401"], LastError = "an old one" },
                Statuses.PeerNamed(null, []) with { State = "waiting", LastError = "nobody listens", Subscriber = null, Subscription = null, Hello = null },
            ],
        };

        var lines = StatusText.Lines(status, running: true, id => id[..12]);

        Assert.Equal(
        [
            "node 000000000000  running for 12.5 s",
            "  actorsync 0.1.0, engine Embedded 0.1.0",
            "  listening on 127.0.0.1:7400, 1 of 128 subscriptions",
            "  fsync never: commits may be lost",
            "graph aaaaaaaaaaaa  1 command, 1 head, digest dddddddddddd",
            "graph bbbbbbbbbbbb  the log is damaged",
            "graph cccccccccccc  7 commands, 1 head, digest dddddddddddd",
            "  a file is damaged",
            "peer 000000000000  127.0.0.1:7401 connected, in 1.0 kB, out 2.0 kB",
            "  subscribed there to 1 graph, 580 s and 1.0 MB left",
            "  subscribes here to 1 graph, 590 s and 1.0 MB left",
            "  tells this node of 1 graph, 500 s left, 12 notifications",
            "peer not met  127.0.0.1:7401 waiting, in 1.0 kB, out 2.0 kB",
            "  last error: nobody listens",
            "errors  MissingPrior 1, WrongId 2",
        ], lines);
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 80));
    }

    [Fact]
    public void A_mesh_that_nobody_was_met_of_and_where_peers_come_from_read_so()
    {
        var status = Statuses.Plain([]) with { Mesh = Statuses.Alone, PeerSources = [Statuses.Source], Http = [Statuses.Http] };

        var lines = StatusText.Lines(status, running: true, id => id[..12]);

        Assert.Equal(
        [
            "  in a mesh of 2 members, 1 reachable, replication=2,holders=any,stores=2",
            "  not joined yet",
            "  tries tcp://127.0.0.1:7401 waiting, last error: nobody listens",
            "  the member 000000000000 places graphs by replication=all,holders=any,stores=2",
            "state fleet  exchange at 127.0.0.1:7410, 3 of 64 connections, 1,200 turned away",
            "links by dns: 2 peers",
            "  last error: no server",
        ], lines.Skip(3));
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 80));
    }

    [Fact]
    public void Programs_are_told_as_much_as_people()
    {
        using var text = new StringWriter();
        var status = Statuses.Plain([]) with { Store = new StoreStatus(true, 0, 13, true, false), Mesh = Statuses.Alone, PeerSources = [Statuses.Source], Http = [Statuses.Http] };

        StatusCommand.Print(new CommandOutput(text, text, false, false), status, running: true);

        Assert.Equal(
        [
            "recovered=\"the store was recovered: the last run did not end by closing the store; 13 bytes of commits that were never whole were cut off; the instance id is new, so that peers send again what is missing\"",
            "mesh=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee joined=no members=2 reachable=1 placement=replication=2,holders=any,stores=2 placing-otherwise=1",
            "join=tcp://127.0.0.1:7401 state=waiting last-error=\"nobody listens\"",
            "http=fleet serves=exchange address=127.0.0.1:7410 connections=3/64 turned-away=1200",
            "source=links provider=dns peers=2 changes=3 failures=4 error=\"no server\"",
        ], text.ToString().TrimEnd('\n').Split('\n').Skip(1));
    }
}

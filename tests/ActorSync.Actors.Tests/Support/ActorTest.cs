using ActorSync.Peers;
using ActorSync.Wire;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorSync.Actors.Tests.Support;

/// <summary>A test of actors: probes stand in for whom they speak to.</summary>
public abstract class ActorTest(string config = "")
    : TestKit(config + TestEngine.Configuration + "akka { loglevel = ERROR, stdout-loglevel = ERROR, log-dead-letters = off, test { single-expect-default = 20s } }")
{
    protected static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    protected ManualScheduler Scheduler => (ManualScheduler)Sys.Scheduler;

    /// <summary>A node's name that sorts by its number.</summary>
    protected static PeerIdentity Identity(uint node, ulong instance = 1) => new(new NodeId(node), new InstanceId(instance));

    /// <summary>A linked peer whose actor is a probe.</summary>
    protected static PeerRef Peer(TestProbe actor, uint node = 2, ulong instance = 1) => new(Identity(node, instance), actor.Ref, 1 << 20, 8);

    /// <summary>The message in the next payload that is sent to the peer; other messages of the peer's actor are passed over.</summary>
    protected static T ExpectSent<T>(TestProbe peer) where T : SyncMessage
    {
        var send = peer.FishForMessage<PeerActor.Send>(_ => true);
        return Assert.IsType<T>(Decode(send.Payload));
    }

    protected static SyncMessage Decode(ReadOnlyMemory<byte> payload) => SyncCodec.Decode(payload, WireLimits.Default).Value;

    /// <summary>
    /// Moves the time once the actor has done all it was told: it says who it is then. What it sent may arrive here before
    /// it has started the timer that the test waits for.
    /// </summary>
    protected void Step(IActorRef actor, TimeSpan time)
    {
        actor.Ask<ActorIdentity>(new Identify(null), TimeSpan.FromSeconds(20)).GetAwaiter().GetResult();
        Scheduler.Step(time);
    }

    /// <summary>An actor whose parent's mail goes to a probe.</summary>
    protected IActorRef ChildOf(TestProbe parent, Props props)
    {
        var host = Sys.ActorOf(Props.Create(() => new HostActor(props, parent.Ref)));
        return host.Ask<IActorRef>(HostActor.GetChild.Instance, TimeSpan.FromSeconds(20)).GetAwaiter().GetResult();
    }

    /// <summary>Makes an actor fail, and waits for nothing: its mailbox keeps the order.</summary>
    private sealed class HostActor : ReceiveActor
    {
        public sealed record GetChild
        {
            public static readonly GetChild Instance = new();
        }

        public HostActor(Props props, IActorRef probe)
        {
            var child = Context.ActorOf(props, "child");
            Receive<GetChild>(_ => Sender.Tell(child));
            ReceiveAny(probe.Forward);
        }
    }
}

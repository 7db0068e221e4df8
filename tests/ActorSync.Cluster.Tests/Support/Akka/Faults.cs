using Akka.Actor;
using Akka.Remote;
using Akka.Remote.Transport;

namespace ActorSync.Cluster.Tests.Support;

/// <summary>What tests do to actor systems and to what is between them, on Akka.NET.</summary>
internal static class Faults
{
    /// <summary>As a process that is killed: nobody is told.</summary>
    public static async Task CrashAsync(ActorSystem system)
    {
        ((ExtendedActorSystem)system).Abort();
        await system.WhenTerminated;
    }

    /// <summary>Nothing passes between the two any more, or everything does again.</summary>
    public static Task CutAsync(ActorSystem one, ActorSystem other, bool isCut) => Task.WhenAll(CutOneWayAsync(one, other, isCut), CutOneWayAsync(other, one, isCut));

    private static Task<bool> CutOneWayAsync(ActorSystem here, ActorSystem there, bool isCut) => RemotingOf(here).Transport.ManagementCommand(new SetThrottle(
        RemotingOf(there).DefaultAddress, ThrottleTransportAdapter.Direction.Both, isCut ? Blackhole.Instance : Unthrottled.Instance));

    private static IRemoteActorRefProvider RemotingOf(ActorSystem system) => (IRemoteActorRefProvider)((ExtendedActorSystem)system).Provider;
}

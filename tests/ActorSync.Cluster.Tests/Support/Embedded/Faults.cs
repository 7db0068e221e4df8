using Akka.Actor;
using Akka.Cluster.Double;

namespace ActorSync.Cluster.Tests.Support;

/// <summary>What tests do to actor systems and to what is between them, on the double.</summary>
internal static class Faults
{
    /// <summary>As a process that is killed: nobody is told.</summary>
    public static Task CrashAsync(ActorSystem system)
    {
        ClusterNode.Of(system).IsDead = true;
        return ClusterNode.Of(system).AbortAsync();
    }

    /// <summary>Nothing passes between the two any more, or everything does again.</summary>
    public static Task CutAsync(ActorSystem one, ActorSystem other, bool isCut)
    {
        CutOneWay(ClusterNode.Of(one), ClusterNode.Of(other), isCut);
        CutOneWay(ClusterNode.Of(other), ClusterNode.Of(one), isCut);
        return Task.CompletedTask;
    }

    private static void CutOneWay(ClusterNode here, ClusterNode there, bool isCut)
    {
        if (isCut)
            here.CutOff.TryAdd(there, true);
        else
            here.CutOff.TryRemove(there, out _);
    }
}

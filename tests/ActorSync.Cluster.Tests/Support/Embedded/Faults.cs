using Akka.Actor;
using Akka.Cluster.Double;

namespace ActorSync.Cluster.Tests.Support;

/// <summary>What tests do to actor systems and to what is between them, on the double.</summary>
internal static class Faults
{
    /// <summary>As a process that is killed: nobody is told.</summary>
    public static Task CrashAsync(ActorSystem system) => ClusterNode.Of(system).CrashAsync();

    /// <summary>Nothing passes between the two any more, or everything does again.</summary>
    public static Task CutAsync(ActorSystem one, ActorSystem other, bool isCut)
    {
        ClusterNode.Of(one).Cut(ClusterNode.Of(other), isCut);
        return Task.CompletedTask;
    }
}

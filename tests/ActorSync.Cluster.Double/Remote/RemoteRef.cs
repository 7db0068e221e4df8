using Akka.Actor;

namespace Akka.Cluster.Double;

/// <summary>What regions tell each other: Akka.NET has serializers of its own for it.</summary>
internal interface IBetweenRegions;

/// <summary>An actor of another system of this process, as one that could be anywhere. Its death is not heard of.</summary>
internal sealed class RemoteRef(ClusterNode here, ClusterNode there, IActorRef actor) : MinimalActorRef
{
    public override ActorPath Path { get; } = PathOf(there.Self.Address, actor.Path);

    private protected override ActorSystemImpl OwnSystem => here.System;

    internal IActorRef Of(ClusterNode node) => node == there ? actor : new RemoteRef(node, there, actor);

    protected override void TellInternal(object message, IActorRef sender) => here.Send(there, actor, message, sender);

    private protected override void OnSystemMessage(SystemMessage message) => throw new NotSupportedException($"{Path} is in another system: the double does not watch it");

    private static ActorPath PathOf(Address address, ActorPath path) => path is RootActorPath
        ? new RootActorPath($"{address.System}@{address.Host}:{address.Port}")
        : new ChildActorPath(PathOf(address, path.Parent), path.Name, path.Uid);
}

using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace ActorSync.Cluster;

/// <summary>
/// Stands where Akka.NET has a serializer for any object: what has no serializer of its own does not cross between nodes,
/// and bytes that are said to be any object are never made into one.
/// </summary>
internal sealed class RefusingSerializer : Serializer
{
    public RefusingSerializer(ExtendedActorSystem system)
        : base(system)
    {
    }

    // The one whose place it takes has settings, which the engine hands over.
    public RefusingSerializer(ExtendedActorSystem system, Config settings)
        : base(system) => _ = settings;

    // The number of the serializer whose place it takes: what comes under it is refused here.
    public override int Identifier => 1;

    public override bool IncludeManifest => false;

    public override byte[] ToBinary(object obj) => throw new SerializationException($"{obj.GetType()} does not cross between nodes: it has no serializer of its own");

    public override object FromBinary(byte[] bytes, Type type) => throw new SerializationException("an object of any type is not taken from another node");
}

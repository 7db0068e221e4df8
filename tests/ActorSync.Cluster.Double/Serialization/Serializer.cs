using Akka.Actor;

namespace Akka.Serialization;

public abstract class Serializer
{
    protected readonly ExtendedActorSystem system;

    protected Serializer(ExtendedActorSystem system) => this.system = system;

    /// <summary>The number under which bytes are sent: the same in all processes.</summary>
    public virtual int Identifier => throw new NotSupportedException($"{GetType()} has no identifier");

    public abstract bool IncludeManifest { get; }
    public abstract byte[] ToBinary(object obj);
    public abstract object FromBinary(byte[] bytes, Type type);
}

/// <summary>One that names itself what it writes, so that no type's name is on the wire.</summary>
public abstract class SerializerWithStringManifest : Serializer
{
    protected SerializerWithStringManifest(ExtendedActorSystem system) : base(system) { }

    public sealed override bool IncludeManifest => true;
    public sealed override object FromBinary(byte[] bytes, Type type) => FromBinary(bytes, type.FullName);
    public abstract object FromBinary(byte[] bytes, string manifest);
    public abstract string Manifest(object o);
}

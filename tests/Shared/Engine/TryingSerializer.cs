#if ACTOR_ENGINE_AKKA
using System.Collections.Concurrent;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace ActorSync.Tests;

/// <summary>
/// With serialize-messages on every message to an actor is made into bytes and back. Akka.NET's own that never leave a
/// node, and hold what cannot be bytes, are only passed through here. Ours are not: one that says neither that it is local
/// nor how it crosses is found.
/// </summary>
internal sealed class TryingSerializer : Serializer
{
    private static readonly ConcurrentDictionary<long, object> PassingThrough = new();
    private static long _last;

    public TryingSerializer(ExtendedActorSystem system)
        : base(system)
    {
    }

    // The one whose place it takes has settings, which the engine hands over.
    public TryingSerializer(ExtendedActorSystem system, Config settings)
        : base(system) => _ = settings;

    public override int Identifier => 1;

    public override bool IncludeManifest => false;

    public override byte[] ToBinary(object obj)
    {
        if (IsOurs(obj.GetType().Assembly.GetName().Name!))
            throw new SerializationException($"{obj.GetType()} is told to an actor, and says neither that it is local nor how it crosses");
        var key = Interlocked.Increment(ref _last);
        PassingThrough[key] = obj;
        return BitConverter.GetBytes(key);
    }

    public override object FromBinary(byte[] bytes, Type type) =>
        PassingThrough.TryRemove(BitConverter.ToInt64(bytes), out var obj) ? obj : throw new SerializationException("nothing that was passed through");

    // What tests tell to actors of theirs is not.
    private static bool IsOurs(string assembly) => assembly.StartsWith("ActorSync.", StringComparison.Ordinal) && !assembly.EndsWith(".Tests", StringComparison.Ordinal);
}
#endif

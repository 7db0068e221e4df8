using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;

namespace Akka.Serialization;

/// <summary>The serializers that a configuration binds to types. The nearest binding counts; what has none is not sent.</summary>
internal sealed class Serializers
{
    private readonly Dictionary<string, Serializer> _byName;
    private readonly List<(Type Type, Serializer Serializer)> _bindings = []; // a type before those it derives from

    internal Serializers(ExtendedActorSystem system, Config config)
    {
        _byName = Items(config, "akka.actor.serializers").ToDictionary(
            item => item.Key, item => (Serializer)Activator.CreateInstance(Type.GetType(item.Value, throwOnError: true), system));
        foreach (var (name, serializer) in Items(config, "akka.actor.serialization-bindings"))
        {
            var type = Type.GetType(name, throwOnError: true);
            var nearest = _bindings.FindIndex(binding => binding.Type.IsAssignableFrom(type));
            _bindings.Insert(nearest < 0 ? _bindings.Count : nearest, (type, _byName[serializer]));
        }
    }

    internal readonly record struct Carried(int Identifier, string Manifest, byte[] Bytes);

    internal Carried Write(object message)
    {
        var serializer = _bindings.Find(binding => binding.Type.IsInstanceOfType(message)).Serializer ?? throw new SerializationException($"{message.GetType()} has no serializer");
        var manifest = (serializer as SerializerWithStringManifest)?.Manifest(message) ?? (serializer.IncludeManifest ? message.GetType().AssemblyQualifiedName : null);
        return new Carried(serializer.Identifier, manifest, serializer.ToBinary(message));
    }

    internal object Read(Carried carried) => _byName.Values.FirstOrDefault(serializer => serializer.Identifier == carried.Identifier) switch
    {
        null => throw new SerializationException($"no serializer has the number {carried.Identifier}"),
        SerializerWithStringManifest named => named.FromBinary(carried.Bytes, carried.Manifest),
        var typed => typed.FromBinary(carried.Bytes, carried.Manifest is null ? null : Type.GetType(carried.Manifest, throwOnError: true)),
    };

    private static IEnumerable<(string Key, string Value)> Items(Config config, string path) =>
        config.GetValue(path)?.GetObject()?.Items.Select(item => (item.Key, item.Value.GetString())) ?? [];
}

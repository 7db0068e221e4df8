namespace Akka.Serialization;

public abstract class Serializer
{
    protected readonly ExtendedActorSystem system;

    protected Serializer(ExtendedActorSystem system) => this.system = system;

    public virtual int Identifier => throw new NotSupportedException($"{GetType()} has no identifier");
    public abstract bool IncludeManifest { get; }
    public abstract byte[] ToBinary(object obj);
    public abstract object FromBinary(byte[] bytes, Type type);
}

public abstract class SerializerWithStringManifest : Serializer
{
    protected SerializerWithStringManifest(ExtendedActorSystem system) : base(system) { }

    public sealed override bool IncludeManifest => true;
    public sealed override object FromBinary(byte[] bytes, Type type) => FromBinary(bytes, type.FullName);
    public abstract object FromBinary(byte[] bytes, string manifest);
    public abstract string Manifest(object o);
}

/// <summary>The serializers that a configuration binds to types. The nearest binding counts; what has none is not sent.</summary>
internal sealed class Serializers
{
    private readonly Dictionary<string, Serializer> _byName;
    private readonly List<(Type Type, Serializer Serializer)> _bindings = []; // a type before those it derives from

    internal Serializers(ExtendedActorSystem system, Config config)
    {
        _byName = Items(config, "akka.actor.serializers").ToDictionary(item => item.Key, item => (Serializer)Activator.CreateInstance(Type.GetType(item.Value, throwOnError: true), system));
        foreach (var (name, serializer) in Items(config, "akka.actor.serialization-bindings"))
        {
            var type = Type.GetType(name, throwOnError: true);
            var nearest = _bindings.FindIndex(binding => binding.Type.IsAssignableFrom(type));
            _bindings.Insert(nearest < 0 ? _bindings.Count : nearest, (type, _byName[serializer]));
        }
    }

    internal (int Identifier, string Manifest, byte[] Bytes) Write(object message)
    {
        var serializer = _bindings.Find(binding => binding.Type.IsInstanceOfType(message)).Serializer ?? throw new SerializationException($"{message.GetType()} has no serializer");
        var manifest = (serializer as SerializerWithStringManifest)?.Manifest(message) ?? (serializer.IncludeManifest ? message.GetType().AssemblyQualifiedName : null);
        return (serializer.Identifier, manifest, serializer.ToBinary(message));
    }

    internal object Read(int identifier, string manifest, byte[] bytes) => _byName.Values.FirstOrDefault(serializer => serializer.Identifier == identifier) switch
    {
        null => throw new SerializationException($"no serializer has the number {identifier}"),
        SerializerWithStringManifest named => named.FromBinary(bytes, manifest),
        var typed => typed.FromBinary(bytes, manifest is null ? null : Type.GetType(manifest, throwOnError: true)),
    };

    private static IEnumerable<(string Key, string Value)> Items(Config config, string path) =>
        config.GetValue(path)?.GetObject()?.Items.Select(item => (item.Key, item.Value.GetString())) ?? [];
}

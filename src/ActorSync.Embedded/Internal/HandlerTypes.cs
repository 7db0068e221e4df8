using System.Collections.Concurrent;

namespace Akka.Actor;

/// <summary>
/// The types that a behaviour has handlers for, in their order. All behaviours with the same share one, so that what was
/// found for a type of message is found once.
/// </summary>
internal sealed class HandlerTypes
{
    private readonly Type[] _types;
    private readonly ConcurrentDictionary<Type, HandlerTypes> _longer = new();
    private readonly ConcurrentDictionary<Type, int> _first = new();

    private HandlerTypes(Type[] types) => _types = types;

    internal static HandlerTypes None { get; } = new([]);

    internal HandlerTypes With(Type type) => _longer.GetOrAdd(type, static (last, types) => new HandlerTypes([.. types, last]), _types);

    /// <summary>The number of the first handler that may take such a message; how many there are if none does.</summary>
    internal int FirstFor(Type message) => _first.TryGetValue(message, out var first) ? first : Find(message);

    private int Find(Type message)
    {
        var first = Array.FindIndex(_types, type => type.IsAssignableFrom(message));
        return _first[message] = first < 0 ? _types.Length : first;
    }
}

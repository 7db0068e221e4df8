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
    private (Type Message, int First)[] _found = []; // a few: they are looked through faster than they are hashed

    private HandlerTypes(Type[] types) => _types = types;

    internal static HandlerTypes None { get; } = new([]);

    internal HandlerTypes With(Type type) => _longer.GetOrAdd(type, static (last, types) => new HandlerTypes([.. types, last]), _types);

    /// <summary>The number of the first handler that may take such a message; how many there are if none does.</summary>
    internal int FirstFor(Type message)
    {
        foreach (var (type, first) in Volatile.Read(ref _found))
        {
            if (type == message)
                return first;
        }
        return Find(message);
    }

    private int Find(Type message)
    {
        var first = Array.FindIndex(_types, type => type.IsAssignableFrom(message));
        if (first < 0)
            first = _types.Length;
        // Two who find at once may lose what one of them found: it is found again.
        Volatile.Write(ref _found, [.. Volatile.Read(ref _found), (message, first)]);
        return first;
    }
}

using System.Diagnostics.CodeAnalysis;

namespace ActorSync.Machines;

/// <summary>Remembers so many keys with their values; of more, the oldest is forgotten.</summary>
internal sealed class RecentMap<TKey, TValue>(int most)
    where TKey : notnull
{
    private readonly Dictionary<TKey, TValue> _values = [];
    private readonly Queue<TKey> _order = new();

    /// <summary>Keys whose order is kept: those remembered, and those taken since that were not the oldest yet.</summary>
    public int Kept => _order.Count;

    /// <summary>Remembers a key; one that is remembered keeps its value and its age, and gives false.</summary>
    public bool TryAdd(TKey key, TValue value)
    {
        if (!_values.TryAdd(key, value))
            return false;
        _order.Enqueue(key);
        if (_order.Count > most)
            _values.Remove(_order.Dequeue());
        return true;
    }

    public bool Contains(TKey key) => _values.ContainsKey(key);

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value) => _values.TryGetValue(key, out value);

    /// <summary>Forgets a key. Its place in the order stays, and is passed over when its turn comes.</summary>
    public void Forget(TKey key) => _values.Remove(key);
}

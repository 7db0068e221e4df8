using System.Buffers.Binary;
using ActorSync.Graphs;

namespace ActorSync.Bench.Negotiation;

/// <summary>
/// A peer's commands by (max cut, id), with sums of hashes up to each: what the rejected methods would have to keep in
/// step with the graph. Making it is not counted against them.
/// </summary>
internal sealed class Ordered
{
    private readonly Address[] _items;
    private readonly UInt128[] _sums;

    public Ordered(GraphSnapshot? snapshot)
    {
        _items = new Address[snapshot?.Count ?? 0];
        for (var i = 0; i < _items.Length; i++)
            _items[i] = snapshot!.AddressOf(i);
        Array.Sort(_items, Compare);
        _sums = new UInt128[_items.Length + 1];
        for (var i = 0; i < _items.Length; i++)
            _sums[i + 1] = _sums[i] + Number(_items[i].Id);
    }

    public int Count => _items.Length;

    public Address this[int place] => _items[place];

    /// <summary>The sum of the ids of the places from one up to another, as a fingerprint of 16 bytes.</summary>
    public UInt128 Fingerprint(int from, int to) => _sums[to] - _sums[from];

    /// <summary>The first place that is not before the address.</summary>
    public int PlaceOf(Address address)
    {
        var (low, high) = (0, _items.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Compare(_items[middle], address) < 0 ? (middle + 1, high) : (low, middle);
        }
        return low;
    }

    /// <summary>The first place of a max cut, or above it.</summary>
    public int PlaceOf(int maxCut) => PlaceOf(new Address(default, maxCut));

    public ReadOnlySpan<Address> Between(int from, int to) => _items.AsSpan(from, to - from);

    private static int Compare(Address one, Address other) =>
        one.MaxCut != other.MaxCut ? one.MaxCut.CompareTo(other.MaxCut) : one.Id.CompareTo(other.Id);

    private static UInt128 Number(CommandId id)
    {
        Span<byte> bytes = stackalloc byte[CommandId.Size];
        id.CopyTo(bytes);
        return BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }
}

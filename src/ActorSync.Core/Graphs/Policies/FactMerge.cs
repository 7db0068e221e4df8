using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ActorSync.Graphs.Policies;

/// <summary>
/// Puts a table of values into a tree, all at once. What the tree has keeps its place there, and is found in the table
/// for less than it takes to sort that: only places that are new are sorted and merged in between.
/// </summary>
internal sealed class FactMerge(PlaceTable values)
{
    private readonly bool[] _isKnown = new bool[values.Count];
    private bool _hasGone;

    public FactTree Into(FactTree tree)
    {
        var known = new FactTree(Update(tree.Root));
        var coming = Sorted(New());
        return coming.Length > 0 || _hasGone ? FactTree.Of(CollectionsMarshal.AsSpan(Merged(known, coming))) : known;
    }

    // The same nodes with the values of the table, none for those that are to go.
    private FactTree.Node? Update(FactTree.Node? node)
    {
        if (node is null)
            return null;
        var (left, value, right) = (Update(node.Left), node.Value, Update(node.Right));
        ref var entry = ref values.Find(node.Place, FactMark.Of(node.Place, TouchKind.Read));
        if (!Unsafe.IsNullRef(ref entry))
        {
            _isKnown[values.SlotOf(ref entry)] = true;
            value = entry.Value;
            _hasGone |= value.IsNone;
        }
        else if (left == node.Left && right == node.Right)
        {
            return node;
        }
        return new FactTree.Node(node.Place, value, left, right);
    }

    private int[] New()
    {
        var places = new List<int>();
        for (var slot = 0; slot < _isKnown.Length; slot++)
        {
            if (!_isKnown[slot] && !values.Entries[slot].Value.IsNone)
                places.Add(slot);
        }
        return [.. places];
    }

    // By the eight bytes behind what all begin with, which are a number and differ mostly.
    private (byte[] Place, FactValue Value)[] Sorted(int[] slots)
    {
        var shared = Shared(slots);
        var keys = Array.ConvertAll(slots, slot => (Key: KeyOf(values.Entries[slot].Place.AsSpan(shared)), Slot: slot));
        Array.Sort(keys, (one, other) => one.Key != other.Key
            ? one.Key.CompareTo(other.Key)
            : values.Entries[one.Slot].Place.AsSpan().SequenceCompareTo(values.Entries[other.Slot].Place));
        return Array.ConvertAll(keys, key => (values.Entries[key.Slot].Place, values.Entries[key.Slot].Value));
    }

    private int Shared(int[] slots)
    {
        if (slots.Length == 0)
            return 0;
        var first = values.Entries[slots[0]].Place.AsSpan();
        foreach (var slot in slots)
            first = first[..first.CommonPrefixLength(values.Entries[slot].Place)];
        return first.Length;
    }

    private static ulong KeyOf(ReadOnlySpan<byte> rest)
    {
        Span<byte> padded = stackalloc byte[sizeof(ulong)];
        padded.Clear();
        rest[..Math.Min(rest.Length, padded.Length)].CopyTo(padded);
        return BinaryPrimitives.ReadUInt64BigEndian(padded);
    }

    private static List<(byte[] Place, FactValue Value)> Merged(FactTree tree, (byte[] Place, FactValue Value)[] coming)
    {
        var (merged, next) = (new List<(byte[] Place, FactValue Value)>(tree.Count + coming.Length), 0);
        foreach (var node in tree.From([]))
        {
            for (; next < coming.Length && coming[next].Place.AsSpan().SequenceCompareTo(node.Place) < 0; next++)
                merged.Add(coming[next]);
            if (!node.Value.IsNone)
                merged.Add((node.Place, node.Value));
        }
        merged.AddRange(coming.AsSpan(next));
        return merged;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ActorSync.Graphs.Index;

/// <summary>
/// Finds a command's ordinal by its id: open addressing over the id column, four bytes a slot. One writer; readers on
/// any thread find every command below the count they were handed. The seed decides where ids stand: whoever does not
/// know it cannot make ids that crowd in one place.
/// </summary>
internal sealed class IdTable(Column<CommandId> ids, ulong seed)
{
    // A slot holds ordinal + 1; 0 is free. Commands are cut from the end only, and a cut slot keeps its place in the probe.
    private const int Cut = -1;

    private int[] _slots = new int[16];
    private int _used;

    public void Add(int ordinal)
    {
        if (++_used * 3 > _slots.Length * 2)
            Rebuild(ordinal);
        Insert(_slots, ordinal);
    }

    /// <summary>Takes in all of the first so many, which were added to the ids and not here.</summary>
    public void Fill(int count)
    {
        Rebuild(count);
        _used = count;
    }

    public void Remove(int ordinal)
    {
        var slots = _slots;
        for (var i = Start(ids[ordinal], slots.Length); ; i = i + 1 & slots.Length - 1)
        {
            if (slots[i] != ordinal + 1)
                continue;
            slots[i] = Cut;
            return;
        }
    }

    /// <summary>The ordinal of the command, if it is below <paramref name="count"/>; else -1.</summary>
    public int Find(CommandId id, int count)
    {
        var slots = Volatile.Read(ref _slots);
        for (var i = Start(id, slots.Length); ; i = i + 1 & slots.Length - 1)
        {
            var slot = Volatile.Read(ref slots[i]);
            if (slot == 0)
                return -1;
            if (slot != Cut && slot <= count && ids[slot - 1] == id)
                return slot - 1;
        }
    }

    /// <summary>Has the processor fetch where a search for the id will begin: soon it will not have to wait for that.</summary>
    public unsafe void Prefetch(CommandId id)
    {
        var slots = _slots;
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref slots[Start(id, slots.Length)]));
    }

    /// <summary>The same with the id that stands there, once the slot was fetched.</summary>
    public unsafe void PrefetchId(CommandId id)
    {
        var slots = _slots;
        if (Sse.IsSupported && slots[Start(id, slots.Length)] is > 0 and var slot)
            Sse.Prefetch0(Unsafe.AsPointer(ref ids[slot - 1]));
    }

    /// <summary>Where the search for an id begins in a table of so many slots, a power of two.</summary>
    internal int Start(CommandId id, int slots)
    {
        var high = Math.BigMul(id.Prefix ^ seed, 0x9E3779B97F4A7C15, out var low);
        return (int)(high ^ low) & slots - 1;
    }

    private void Insert(int[] slots, int ordinal)
    {
        var i = Start(ids[ordinal], slots.Length);
        while (slots[i] > 0)
            i = i + 1 & slots.Length - 1;
        Volatile.Write(ref slots[i], ordinal + 1);
    }

    private void Rebuild(int count)
    {
        var size = _slots.Length;
        while ((count + 1) * 2 > size)
            size *= 2;
        var slots = new int[size];
        for (var ordinal = 0; ordinal < count; ordinal++)
            Insert(slots, ordinal);
        _used = count + 1;
        Volatile.Write(ref _slots, slots);
    }
}

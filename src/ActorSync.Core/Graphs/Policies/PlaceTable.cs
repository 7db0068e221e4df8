using System.Runtime.CompilerServices;

namespace ActorSync.Graphs.Policies;

/// <summary>Values by place, in no order: what a tree finds in its height is found here at once. For one thread.</summary>
internal sealed class PlaceTable
{
    private const int Smallest = 16;

    // The first entry of each bucket, counted from one.
    private int[] _buckets = new int[Smallest];
    private Entry[] _entries = new Entry[Smallest];
    private int _count;

    /// <summary>The entry of a place; a null reference when there is none.</summary>
    public ref Entry Find(ReadOnlySpan<byte> place, uint mark)
    {
        for (var at = _buckets[BucketOf(mark)] - 1; at >= 0; at = _entries[at].Next)
        {
            ref var entry = ref _entries[at];
            if (FactMark.AreAlike(entry.Mark, mark) && entry.Place.AsSpan().SequenceEqual(place))
                return ref entry;
        }
        return ref Unsafe.NullRef<Entry>();
    }

    /// <summary>Puts a value at a place, over what was there; none is a value too: that nothing is there.</summary>
    public void Put(byte[] place, uint mark, FactValue value)
    {
        ref var found = ref Find(place, mark);
        if (Unsafe.IsNullRef(ref found))
            Add(place, mark, value);
        else
            found.Value = value;
    }

    /// <summary>The same, of a place that was touched: it stands where it was found, if that was here.</summary>
    public void Put(in FactTouch touch)
    {
        if (touch.Slot < _count && ReferenceEquals(_entries[touch.Slot].Place, touch.Place))
            _entries[touch.Slot].Value = touch.After;
        else
            Put(touch.Place, touch.Mark, touch.After);
    }

    /// <summary>Where an entry stands, until the table is cleared.</summary>
    public int SlotOf(ref Entry entry) => (int)(Unsafe.ByteOffset(ref _entries[0], ref entry) / Unsafe.SizeOf<Entry>());

    /// <summary>Puts a value at a place that has none.</summary>
    /// <returns>Where it stands.</returns>
    public int Add(byte[] place, uint mark, FactValue value)
    {
        if (_count == _entries.Length)
            Grow();
        ref var bucket = ref _buckets[BucketOf(mark)];
        _entries[_count] = new Entry { Place = place, Mark = mark, Value = value, Next = bucket - 1 };
        bucket = ++_count;
        return _count - 1;
    }

    /// <summary>How many places there are.</summary>
    public int Count => _count;

    /// <summary>The entries, in the order they were added.</summary>
    public ReadOnlySpan<Entry> Entries => _entries.AsSpan(0, _count);

    public void Clear()
    {
        if (_count == 0)
            return;
        (_buckets, _entries, _count) = (new int[Smallest], new Entry[Smallest], 0);
    }

    private int BucketOf(uint mark) => (int)(mark >> 2) & _buckets.Length - 1;

    private void Grow()
    {
        Array.Resize(ref _entries, 2 * _count);
        _buckets = new int[2 * _count];
        for (var at = 0; at < _count; at++)
        {
            ref var bucket = ref _buckets[BucketOf(_entries[at].Mark)];
            _entries[at].Next = bucket - 1;
            bucket = at + 1;
        }
    }

    internal struct Entry
    {
        public byte[] Place;
        public FactValue Value;
        public uint Mark;
        public int Next;
    }
}

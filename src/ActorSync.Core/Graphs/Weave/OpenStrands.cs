using ActorSync.Graphs.Index;

namespace ActorSync.Graphs.Weave;

/// <summary>
/// The walk from the heads backwards: the commands whose followers are all taken, lowest (priority, id) first. A strand
/// is often the lowest again with its next command, which then waits outside of the queue.
/// </summary>
internal sealed class OpenStrands(GraphIndex index)
{
    private readonly PriorityQueue<int, Key> _open = new();
    private Dictionary<int, int>? _waiting;
    private Key _lowestKey;
    private int _lowest = -1;

    public bool AtEnd => _lowest < 0 && _open.Count == 0;

    public void Open(int ordinal)
    {
        var key = new Key(index.PriorityOf(ordinal), index.IdOf(ordinal));
        if (_lowest >= 0 ? key.CompareTo(_lowestKey) > 0 : _open.TryPeek(out _, out var other) && key.CompareTo(other) > 0)
        {
            _open.Enqueue(ordinal, key);
            return;
        }
        if (_lowest >= 0)
            _open.Enqueue(_lowest, _lowestKey);
        (_lowest, _lowestKey) = (ordinal, key);
    }

    /// <summary>Takes the lowest; an error when that leaves a finalize command beside another strand.</summary>
    public SyncError? Take(out Woven woven)
    {
        var ordinal = _lowest >= 0 ? _lowest : _open.Dequeue();
        _lowest = -1;
        woven = new Woven(ordinal, AtEnd);
        // The other strands are not lower: finalize commands too.
        return woven.Alone || index.PriorityOf(ordinal) != PriorityOrder.Finalize
            ? null
            : new SyncError(SyncErrorKind.ParallelFinalize, $"the finalize commands {index.AddressOf(ordinal)} and {index.AddressOf(_open.Peek())} are on parallel strands: no order holds both, and no further command can change that");
    }

    /// <summary>One more follower of the command is taken, of so many; the last one opens it.</summary>
    public void Release(int ordinal, int followers)
    {
        if (followers > 1)
        {
            ref var taken = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_waiting ??= [], ordinal, out _);
            if (++taken < followers)
                return;
        }
        Open(ordinal);
    }

    private readonly record struct Key(ulong Priority, CommandId Id) : IComparable<Key>
    {
        public int CompareTo(Key other) => Priority != other.Priority ? Priority.CompareTo(other.Priority) : Id.CompareTo(other.Id);
    }
}

/// <summary>A priority as one number of the same order.</summary>
internal static class PriorityOrder
{
    public const ulong Merge = 0;
    public const ulong Finalize = (ulong)PriorityKind.Finalize << 32;

    public static ulong Of(PriorityKind kind, uint value) => (ulong)kind << 32 | value;
}

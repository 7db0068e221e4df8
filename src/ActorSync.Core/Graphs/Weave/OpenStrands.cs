using ActorSync.Graphs.Index;

namespace ActorSync.Graphs.Weave;

/// <summary>
/// The walk from the heads backwards: the commands whose followers are all taken, lowest (priority, id) first.
/// </summary>
internal sealed class OpenStrands(GraphIndex index, Column<ulong> priorities)
{
    private readonly PriorityQueue<int, Key> _open = new();
    private Dictionary<int, int>? _waiting;

    public bool AtEnd => _open.Count == 0;

    public void Open(int ordinal) => _open.Enqueue(ordinal, new Key(priorities[ordinal], index.IdOf(ordinal)));

    /// <summary>Takes the lowest; an error when that leaves a finalize command beside another strand.</summary>
    public SyncError? Take(out Woven woven)
    {
        var ordinal = _open.Dequeue();
        woven = new Woven(ordinal, AtEnd);
        // The other strands are not lower: finalize commands too.
        return woven.Alone || priorities[ordinal] != PriorityOrder.Finalize
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

    public static ulong Of(Priority priority) => (ulong)priority.Kind << 32 | priority.Value;
}

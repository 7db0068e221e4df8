using ActorSync.Graphs.Policies;

namespace ActorSync.Graphs.Clients;

/// <summary>
/// Heads as one: sorted by id they form a queue, two are taken from its front, their merge is put at its back, until one
/// is left. Every peer with these heads comes to the same merges, whether it writes them or only tells of the last.
/// </summary>
internal static class VirtualMerge
{
    /// <summary>The head, or what the heads would be merged into. There must be one at least.</summary>
    public static Address HeadOf(HeadSet heads, IGraphPolicy policy) => heads.Count == 1 ? heads[0] : Of(heads, policy)[^1].Address;

    /// <summary>The merges, in the order in which they are made.</summary>
    public static IReadOnlyList<Command> Of(HeadSet heads, IGraphPolicy policy)
    {
        var merges = new List<Command>();
        var queue = new Queue<Address>(heads);
        while (queue.Count > 1)
        {
            var merge = policy.Merge(queue.Dequeue(), queue.Dequeue());
            merges.Add(merge);
            queue.Enqueue(merge.Address);
        }
        return merges;
    }
}

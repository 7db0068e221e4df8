namespace ActorSync.Graphs.Index;

/// <summary>Commands with consecutive ordinals, both ends included.</summary>
public readonly record struct OrdinalRange(int First, int Last)
{
    public int Count => Last - First + 1;
}

/// <summary>What one side holds and the other lacks, found by walking back from both until only known commands are left.</summary>
internal static class Difference
{
    /// <summary>
    /// The commands reachable from <paramref name="wanted"/> and from none of <paramref name="known"/>, as ascending
    /// ranges: priors first, so that every prefix of the answer is causally complete. Costs what lies between the two,
    /// counted in segments.
    /// </summary>
    public static List<OrdinalRange> Between(GraphIndex index, IEnumerable<int> wanted, IEnumerable<int> known)
    {
        // The highest ordinal is taken first. All that follow a command have higher ordinals, so that whether it is
        // known is settled when its turn comes.
        var frontier = new PriorityQueue<(int Ordinal, bool Known), int>();
        var unknown = 0;
        foreach (var ordinal in wanted)
            Push(ordinal, false);
        foreach (var ordinal in known)
            Push(ordinal, true);
        var ranges = new List<OrdinalRange>();
        while (unknown > 0)
        {
            var (ordinal, isKnown) = Pop();
            while (frontier.TryPeek(out var same, out _) && same.Ordinal == ordinal)
                isKnown |= Pop().Known;
            ref var segment = ref index.SegmentOf(ordinal);
            var first = segment.First;
            if (frontier.TryPeek(out var next, out _) && next.Ordinal >= first)
            {
                first = next.Ordinal + 1;
                Push(next.Ordinal, isKnown);
            }
            else
            {
                Push(segment.Left, isKnown);
                Push(index.RightOf(in segment), isKnown);
            }
            if (!isKnown)
                Add(first, ordinal);
        }
        ranges.Reverse();
        return ranges;

        void Push(int ordinal, bool isKnown)
        {
            if (ordinal < 0)
                return;
            frontier.Enqueue((ordinal, isKnown), -ordinal);
            unknown += isKnown ? 0 : 1;
        }

        (int Ordinal, bool Known) Pop()
        {
            var top = frontier.Dequeue();
            unknown -= top.Known ? 0 : 1;
            return top;
        }

        void Add(int first, int last)
        {
            if (ranges.Count > 0 && ranges[^1].First == last + 1)
                ranges[^1] = new OrdinalRange(first, ranges[^1].Last);
            else
                ranges.Add(new OrdinalRange(first, last));
        }
    }
}

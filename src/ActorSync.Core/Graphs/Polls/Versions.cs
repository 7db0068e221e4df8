using System.Collections;

namespace ActorSync.Graphs.Polls;

/// <summary>
/// Finds the older version of a graph whose heads have a digest. A peer that is simply behind mostly holds what was here
/// at some moment, so that its digest names all its heads, however many, in 32 bytes.
/// <para>
/// The commands in their order of arrival are the versions: version k holds the first k. A command is a head from the
/// moment it comes until the first that follows it. Within a run that is the next one; of the last of a run it is the
/// first of another.
/// </para>
/// </summary>
internal static class Versions
{
    /// <summary>Runs of the graph that are looked at: in a graph of more nothing is found.</summary>
    public const int MostSegments = 1 << 20;

    /// <summary>Versions whose digests are computed.</summary>
    public const int MostVersions = 1 << 10;

    /// <summary>The heads of the newest version with that digest; null when none is found within the limits.</summary>
    /// <param name="snapshot">The graph.</param>
    /// <param name="digest">The digest of the version's heads.</param>
    /// <param name="some">Some of those heads, all in the graph; with none nothing is found.</param>
    public static HeadSet? Find(GraphSnapshot snapshot, CommandId digest, IReadOnlyCollection<Address> some)
    {
        if (some.Count == 0 || snapshot.Index.SegmentCount > MostSegments)
            return null;
        var given = some.Select(head => snapshot.Find(head.Id)).ToHashSet();
        var newest = FirstFollower(snapshot, given);
        var oldest = Math.Max(given.Max() + 1, newest - MostVersions + 1);
        var heads = newest < oldest ? [] : HeadsBetween(snapshot, oldest, newest);
        for (var count = newest; count >= oldest; count--)
        {
            var at = new HeadSet(heads.Where(head => head.Ordinal < count - 1 && head.Until >= count).Select(head => head.Ordinal).Append(count - 1).Select(snapshot.AddressOf));
            if (at.Digest == digest)
                return at;
        }
        return null;
    }

    // The first command that follows one of those given, or what the next one would be: the newest version in which all of
    // them are heads. One look at each run, however many are given.
    private static int FirstFollower(GraphSnapshot snapshot, HashSet<int> given)
    {
        var within = given.Where(ordinal => ordinal < EndOf(snapshot, ordinal)).Select(ordinal => ordinal + 1).DefaultIfEmpty(snapshot.Count).Min();
        for (var first = EndOf(snapshot, given.Min()) + 1; first < within; first = EndOf(snapshot, first) + 1)
        {
            var (left, right) = snapshot.Index.PriorsOf(first);
            if (given.Contains(left) || given.Contains(right))
                return first;
        }
        return within;
    }

    // Of the last commands of runs, those that are heads in some version from the oldest to the newest, and until when.
    private static List<(int Ordinal, int Until)> HeadsBetween(GraphSnapshot snapshot, int oldest, int newest)
    {
        var followed = new BitArray(oldest);
        var until = new Dictionary<int, int>();
        for (var first = EndOf(snapshot, 0) + 1; first < newest; first = EndOf(snapshot, first) + 1)
        {
            var (left, right) = snapshot.Index.PriorsOf(first);
            foreach (var prior in (ReadOnlySpan<int>)[left, right])
            {
                if (prior >= 0 && first < oldest)
                    followed[prior] = true;
                else if (prior >= 0)
                    until.TryAdd(prior, first);
            }
        }
        var heads = new List<(int, int)>();
        for (var end = EndOf(snapshot, 0); end < newest; end = end + 1 < snapshot.Count ? EndOf(snapshot, end + 1) : newest)
        {
            if (end >= oldest || !followed[end])
                heads.Add((end, until.GetValueOrDefault(end, newest)));
        }
        return heads;
    }

    private static int EndOf(GraphSnapshot snapshot, int ordinal) => Math.Min(snapshot.Index.EndOf(ordinal), snapshot.Count - 1);
}

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
        var followed = FirstFollowers(snapshot);
        var given = some.Select(head => snapshot.Find(head.Id)).ToArray();
        var newest = given.Min(Until);
        var oldest = Math.Max(given.Max() + 1, newest - MostVersions + 1);
        var heads = Ends().Where(end => Until(end) >= oldest && end < newest).ToArray();
        for (var count = newest; count >= oldest; count--)
        {
            var at = new HeadSet(heads.Where(end => end < count - 1 && Until(end) >= count).Append(count - 1).Select(snapshot.AddressOf));
            if (at.Digest == digest)
                return at;
        }
        return null;

        // The newest version in which a command is a head.
        int Until(int ordinal) => ordinal < EndOf(snapshot, ordinal) ? ordinal + 1 : followed.GetValueOrDefault(ordinal, snapshot.Count);

        IEnumerable<int> Ends()
        {
            for (var first = 0; first < snapshot.Count; first = EndOf(snapshot, first) + 1)
                yield return EndOf(snapshot, first);
        }
    }

    // For each command that another run follows, the first command of the first such run.
    private static Dictionary<int, int> FirstFollowers(GraphSnapshot snapshot)
    {
        var followed = new Dictionary<int, int>();
        for (var first = 0; first < snapshot.Count; first = EndOf(snapshot, first) + 1)
        {
            ref var segment = ref snapshot.Index.SegmentOf(first);
            if (segment.Left >= 0)
                followed.TryAdd(segment.Left, first);
            if (segment.Right >= 0)
                followed.TryAdd(segment.Right, first);
        }
        return followed;
    }

    private static int EndOf(GraphSnapshot snapshot, int ordinal) => Math.Min(snapshot.Index.EndOf(ordinal), snapshot.Count - 1);
}

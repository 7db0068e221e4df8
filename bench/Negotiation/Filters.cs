using System.Diagnostics;
using System.Numerics;
using ActorSync.Graphs;

namespace ActorSync.Bench.Negotiation;

/// <summary>
/// Rejected: a Bloom filter over the uncertain window. Round 1 compares digests of the heads; round 2 digests of all
/// below the max cuts 1, 2, 4, 8 ... below the requester's greatest, so that the highest that agree bound the window;
/// round 3 brings a filter of the requester's commands above that, 10 bits each, of which 1 % are taken for others. What a
/// false positive withheld leaves a gap, which is asked for once more.
/// </summary>
internal static class Filters
{
    private const int BitsEach = 10;
    private const int Hashes = 7;
    private const int DigestBytes = 8;

    public static Measured Run(Pair pair)
    {
        var tally = new Tally(pair, "filters");
        var began = Stopwatch.GetTimestamp();
        var (here, there) = (new Ordered(pair.Case.FromNothing ? null : pair.Here.Snapshot), new Ordered(pair.There.Snapshot));
        var notCounted = Stopwatch.GetElapsedTime(began);
        tally.Begin();
        if (tally.IsLevel)
            return tally.ToMeasured(notCounted);
        var floor = Floor(here, there, tally);
        var filter = Fill(here, here.PlaceOf(floor));
        tally.Exchange(filter.Length, pair.There.Snapshot.Heads.Count * (CommandId.Size + 3));
        var missing = new SortedSet<int>();
        foreach (var address in there.Between(there.PlaceOf(floor), there.Count))
        {
            if (!Contains(filter, address.Id))
                missing.Add(pair.There.Snapshot.Find(address.Id));
        }
        AddFollowers(pair.There.Snapshot, missing);
        Send(pair, missing, tally);
        return tally.ToMeasured(notCounted);
    }

    private static int Floor(Ordered here, Ordered there, Tally tally)
    {
        if (here.Count == 0)
            return 0;
        var top = here[here.Count - 1].MaxCut;
        var cuts = new List<int> { top + 1 };
        for (long distance = 1; distance <= top; distance *= 2)
            cuts.Add(top + 1 - (int)distance);
        tally.Exchange(cuts.Count * DigestBytes, 1);
        return cuts.Append(0).First(cut => here.Fingerprint(0, here.PlaceOf(cut)) == there.Fingerprint(0, there.PlaceOf(cut)));
    }

    private static byte[] Fill(Ordered here, int from)
    {
        var filter = new byte[((here.Count - from) * BitsEach + 7) / 8];
        foreach (var address in here.Between(from, here.Count))
        {
            for (var i = 0; i < Hashes; i++)
            {
                var bit = BitOf(address.Id, i, filter.Length);
                filter[bit >> 3] |= (byte)(1 << (int)(bit & 7));
            }
        }
        return filter;
    }

    private static bool Contains(byte[] filter, CommandId id)
    {
        for (var i = 0; i < Hashes && filter.Length > 0; i++)
        {
            var bit = BitOf(id, i, filter.Length);
            if ((filter[bit >> 3] & 1 << (int)(bit & 7)) == 0)
                return false;
        }
        return filter.Length > 0;
    }

    private static long BitOf(CommandId id, int hash, int bytes)
    {
        var second = BitOperations.RotateLeft(id.Prefix, 32) | 1;
        return (long)((id.Prefix + (ulong)hash * second * 0x9E3779B97F4A7C15) % ((ulong)bytes * 8));
    }

    // What follows a missing command is missing as well, whatever the filter says.
    private static void AddFollowers(GraphSnapshot there, SortedSet<int> missing)
    {
        if (missing.Count == 0)
            return;
        for (var ordinal = missing.Min + 1; ordinal < there.Count; ordinal++)
        {
            var prior = there.Read(ordinal).Prior;
            if (prior.Kind != PriorKind.None && missing.Contains(there.Find(prior.Left.Id)) || prior.Kind == PriorKind.Merge && missing.Contains(there.Find(prior.Right.Id)))
                missing.Add(ordinal);
        }
    }

    // The requester sees what is not there yet of the priors and of the responder's heads, which come with the answer, and
    // asks for it by its id until nothing is missing any more. What came without its priors waits.
    private static void Send(Pair pair, SortedSet<int> missing, Tally tally)
    {
        var (here, there) = (pair.Here.Snapshot, pair.There.Snapshot);
        tally.CommandsFlow();
        IEnumerable<int> news = [.. missing];
        var sought = there.Heads.Select(head => there.Find(head.Id));
        while (true)
        {
            int[] gaps = [.. sought.Concat(news.SelectMany(ordinal => PriorsOf(there, ordinal)))
                .Where(ordinal => !missing.Contains(ordinal) && !here.Contains(there.AddressOf(ordinal))).Distinct()];
            if (gaps.Length == 0)
                break;
            missing.UnionWith(gaps);
            tally.Exchange(gaps.Length * CommandId.Size, 0);
            (news, sought) = (gaps, []);
        }
        tally.Send(missing);
    }

    private static IEnumerable<int> PriorsOf(GraphSnapshot there, int ordinal)
    {
        var prior = there.Read(ordinal).Prior;
        if (prior.Kind != PriorKind.None)
            yield return there.Find(prior.Left.Id);
        if (prior.Kind == PriorKind.Merge)
            yield return there.Find(prior.Right.Id);
    }
}

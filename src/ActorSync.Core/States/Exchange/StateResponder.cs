using System.Numerics;
using ActorSync.Wire;

namespace ActorSync.States.Exchange;

/// <summary>
/// The answering side of a pull. Every request is answered from what is held now and from nothing else: there is no
/// session to lose, and a request that comes twice is answered twice.
/// </summary>
public static class StateResponder
{
    // Ranges are cut so that this many entries fall into each: few enough to tell them one by one.
    private const int EntriesPerRange = 128;

    /// <summary>Answers whether a range is the same here.</summary>
    /// <param name="table">What is held.</param>
    /// <param name="pull">The request.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="maxPayloadBytes">The largest payload that the link takes.</param>
    public static StateMessage Answer(StateTable table, StatePull pull, StateSettings settings, int maxPayloadBytes)
    {
        if (table.DigestOf(pull.Range) == pull.Digest)
            return new StateLevel(pull.State, pull.Exchange, pull.Round);
        var depth = DepthFor(Math.Max(pull.Count, table.CountIn(pull.Range)), pull.Range.Depth, Math.Min(maxPayloadBytes, settings.MessageBytes));
        return new StateDigests(pull.State, pull.Exchange, pull.Round, depth, table.DigestsOf(pull.Range, depth));
    }

    /// <summary>Answers what of some ranges the asker lacks, and what of them is not held here.</summary>
    /// <param name="table">What is held.</param>
    /// <param name="compare">The request.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="maxPayloadBytes">The largest payload that the link takes.</param>
    public static StateMessage Answer(StateTable table, StateCompare compare, StateSettings settings, int maxPayloadBytes)
    {
        var page = new EntryPage(maxPayloadBytes, settings.MessageBytes);
        var held = new bool[compare.Ranges.Sum(range => range.Fingerprints.Count)];
        page.Reserve((held.Length + 7) / 8);
        var (before, looked) = (0, 0);
        foreach (var range in compare.Ranges)
        {
            var asked = Numbered(range.Fingerprints, before);
            before += range.Fingerprints.Count;
            foreach (var entry in table.In(range.Range, compare.From))
            {
                if (looked++ == settings.ScannedEntries || !Take(entry, asked, held, page))
                    return new StateEntries(compare.State, compare.Exchange, compare.Round, entry.Position, held, page.Entries);
            }
        }
        return new StateEntries(compare.State, compare.Exchange, compare.Round, null, held, page.Entries);
    }

    private static Dictionary<ulong, int> Numbered(IReadOnlyList<ulong> fingerprints, int first)
    {
        var numbered = new Dictionary<ulong, int>(fingerprints.Count);
        for (var i = 0; i < fingerprints.Count; i++)
            numbered.TryAdd(fingerprints[i], first + i);
        return numbered;
    }

    // An entry that fits into no payload of this link is passed over: it goes by another.
    private static bool Take(StateEntry entry, Dictionary<ulong, int> asked, bool[] held, EntryPage page)
    {
        if (asked.TryGetValue(entry.Fingerprint, out var number))
            held[number] = true;
        else if (!page.IsTooLarge(entry))
            return page.TryAdd(entry);
        return true;
    }

    private static int DepthFor(int entries, int depth, int maxBytes)
    {
        var most = Math.Min(WireLimits.StateDigests, (maxBytes - StateCodec.MostOverhead) / sizeof(ulong));
        var wanted = BitOperations.RoundUpToPowerOf2((uint)(entries / EntriesPerRange + 1));
        var parts = BitOperations.Log2(Math.Min(wanted, (uint)most));
        return Math.Min(StateRange.MostDepth, depth + parts);
    }
}

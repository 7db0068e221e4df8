using ActorSync.Graphs.Index;
using ActorSync.Wire;

namespace ActorSync.Graphs.Polls;

/// <summary>
/// Chooses what a requester tells of its graph, so that the responder finds what it lacks in few round trips.
/// <list type="number">
/// <item>Round 0: at most two heads. It suffices when both are level, or the requester is behind.</item>
/// <item>Round 1: every head, and from each the commands toward the root in growing distances.</item>
/// <item>Round 2: on each way to the root, short ids of commands between the newest known and the oldest unknown.</item>
/// </list>
/// Where round 1 has no room for all ways, some are sampled, and round 2 looks on the others first where those parted:
/// a max cut is a clock, and peers that parted at one max cut on some ways likely did so on all.
/// </summary>
internal sealed class Sampler(GraphSnapshot snapshot)
{
    /// <summary>The last round: its answer is payload whatever is still open.</summary>
    public const int LastRound = 2;

    /// <summary>Runs of the graph that are walked at most to lay the ways; what lies below counts as unknown.</summary>
    public const int MostSteps = 1 << 20;

    private const int FirstHeads = 2;

    // Commands that may be sent in vain, of all ways together, before another short id is worth it.
    private const int Spare = 16;

    // Round 1: what is nearer than this is round 2's.
    private const int Nearest = 16;

    // Up to this distance steps double, or grow faster when room is short; from there on denser if there is room.
    private const int Near = 1 << 13;
    private static readonly (int Near, int Far)[] Growths = [(200, 125), (200, 150), (200, 200), (400, 400), (800, 800)];

    private static readonly (int Near, int Far) Some = (150, 150);

    private readonly List<Way> _ways = [];
    private IReadOnlyList<Address> _told = [];
    private IReadOnlyList<OrdinalRange> _open = [];

    /// <summary>The sample of round 0.</summary>
    public Sample First() => Tell(HeadsFirst(FirstHeads), []);

    /// <summary>The sample of round 1, or of a request that has no further rounds.</summary>
    public Sample Spread()
    {
        if (snapshot.SampleAtRest is { } kept)
            return kept;
        var heads = HeadsFirst(WireLimits.SampleAddresses - 1);
        LayWays(heads);
        var room = WireLimits.SampleAddresses - 1 - heads.Count;
        var growth = Growths.FirstOrDefault(growth => _ways.Take(heads.Count).Sum(way => Distances(way, growth).Count()) <= room, Some);
        var steps = new List<Address>();
        foreach (var way in FromBothEnds([.. _ways.Take(heads.Count)]).Concat(_ways.Skip(heads.Count)))
        {
            var own = Distances(way, growth).Select(distance => snapshot.AddressOf(way.At(way.Start - distance))).ToArray();
            way.IsSampled = steps.Count + own.Length <= room;
            if (way.IsSampled)
                steps.AddRange(own);
        }
        return Tell(heads, steps.Append(snapshot.AddressOf(0)));
    }

    /// <summary>The responder said which of the last sample it holds.</summary>
    public void Learn(IReadOnlyList<bool> known)
    {
        if (_ways.Count == 0)
            return;
        var held = _told.Where((_, i) => i < known.Count && known[i]).Select(address => address.Id);
        _open = snapshot.MissingFrom(held);
        foreach (var way in _ways)
        {
            foreach (var unknown in _told.Where((_, i) => i < known.Count && !known[i]))
                way.Lacks(unknown);
            way.HoldsAllBut(IsOpen);
        }
    }

    /// <summary>The short ids of round 2.</summary>
    public IReadOnlyList<ulong> Narrow(SessionId session)
    {
        var windows = Windows();
        var weight = windows.Sum(window => window.Weight);
        var ids = windows.Where(window => window.IsLikely).Select(window => window.Way.At(window.Low + 1)).ToHashSet();
        var room = WireLimits.ShortIds - ids.Count;
        foreach (var window in windows)
        {
            var worth = (long)window.Size * windows.Count / Spare + 1;
            var count = Math.Min(window.Size, Math.Min(worth, (long)(room * window.Weight / weight)));
            for (var i = count; i > 0; i--)
                ids.Add(window.Way.At(window.Low + (int)((window.Size + 1L) * i / (count + 1))));
        }
        return [.. ids.Take(WireLimits.ShortIds).Select(ordinal => ShortId.Of(session, snapshot.AddressOf(ordinal).Id))];
    }

    // Where it is open what is known. A way that was not sampled has a second window, where the others parted.
    private List<Window> Windows()
    {
        var open = _ways.Where(way => way.Open > 0).ToArray();
        var windows = open.Select(way => new Window(way, way.Known, way.Open, false)).ToList();
        var parted = open.Where(way => way.IsSampled && way.Known > way.End).ToArray();
        if (parted.Length == 0)
            return windows;
        var (low, high) = (parted.Min(way => way.Known), parted.Max(way => way.Unknown));
        foreach (var way in open.Where(way => !way.IsSampled))
        {
            var (from, to) = (Math.Max(low - 1, way.Known), Math.Min(high, way.Unknown));
            if (to - from > 1)
                windows.Add(new Window(way, from, to - from - 1, true));
        }
        return windows;
    }

    private bool IsOpen(int ordinal)
    {
        var (low, high) = (0, _open.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _open[middle].Last < ordinal ? (middle + 1, high) : (low, middle);
        }
        return low < _open.Count && _open[low].First <= ordinal;
    }

    private List<Address> HeadsFirst(int most) => [.. snapshot.Heads.OrderByDescending(head => head.MaxCut).Take(most)];

    // From each head, and from the side of a merge that a way passes by, where so much lies beside the way that a
    // doubling step would land there.
    private void LayWays(List<Address> heads)
    {
        var index = snapshot.Index;
        var (steps, laid) = (MostSteps, new Dictionary<int, (Way, int)>());
        foreach (var head in heads)
            _ways.Add(Way.Lay(index, snapshot.Find(head.Id), laid, ref steps));
        for (var i = 0; i < _ways.Count && _ways.Count < WireLimits.SampleAddresses; i++)
        {
            foreach (var side in SidesOf(_ways[i], laid).Take(WireLimits.SampleAddresses - _ways.Count))
                _ways.Add(Way.Lay(index, side, laid, ref steps));
        }
    }

    private IEnumerable<int> SidesOf(Way way, Dictionary<int, (Way, int)> laid)
    {
        var index = snapshot.Index;
        foreach (var maxCut in Distances(way, Growths[2]).Select(distance => way.Start - distance))
        {
            var merge = Ancestry.ClimbToMaxCut(index, way.At(way.Start), maxCut);
            var (left, right) = index.PriorsOf(merge);
            if (right < 0 || index.MaxCutOf(merge) == maxCut)
                continue;
            foreach (var side in new[] { left, right }.Where(side => !laid.ContainsKey(index.SegmentOf(side).First)))
                yield return side;
        }
    }

    private static IEnumerable<int> Distances(Way way, (int Near, int Far) growth)
    {
        for (long distance = Nearest; way.Start - distance > way.End; distance = distance * (distance < Near ? growth.Near : growth.Far) / 100)
            yield return (int)distance;
    }

    private static IEnumerable<Way> FromBothEnds(Way[] ways) =>
        ways.Select((_, i) => i % 2 == 0 ? ways[i / 2] : ways[^(i / 2 + 1)]);

    private Sample Tell(List<Address> heads, IEnumerable<Address> others)
    {
        _told = [.. heads.Concat(others).Distinct().Take(WireLimits.SampleAddresses)];
        return new Sample(heads.Count, heads.Count == snapshot.Heads.Count, _told);
    }

    // What a window leaves in vain falls with the ids spent on it: by the roots of their sizes the sum is least.
    private readonly record struct Window(Way Way, int Low, int Size, bool IsLikely)
    {
        public double Weight => Math.Sqrt(Size) * (IsLikely ? 8 : 1);
    }
}

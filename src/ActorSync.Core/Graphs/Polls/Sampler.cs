using ActorSync.Wire;

namespace ActorSync.Graphs.Polls;

/// <summary>
/// Chooses what a requester tells of its graph, so that the responder finds what it lacks in few round trips.
/// <list type="number">
/// <item>Round 0: at most two heads. It suffices when both are level, or the requester is behind.</item>
/// <item>Round 1: every head, and from each the commands toward the root in growing distances, as densely as fits.</item>
/// <item>Round 2: on each way to the root, commands evenly spread between the newest known and the oldest unknown.</item>
/// </list>
/// Where there is no room for all ways, some are sampled and the others follow them: a max cut is a clock, and peers that
/// parted at one max cut on some ways likely parted at it on all.
/// </summary>
internal sealed class Sampler(GraphSnapshot snapshot)
{
    /// <summary>The round whose sample is the last: its answer is payload whatever is still open.</summary>
    public const int LastRound = 2;

    /// <summary>Runs of the graph that are walked at most to lay the ways; what lies below counts as unknown.</summary>
    public const int MostSteps = 1 << 20;

    private const int FirstHeads = 2;

    // Commands that may be sent in vain without another address being worth it, of all ways together.
    private const int Spare = 32;

    // How much further each step goes than the one before, in percent: the first that fits is taken.
    private static readonly int[] Growths = [115, 125, 150, 200];

    private readonly List<Way> _ways = [];
    private IReadOnlyList<Address> _told = [];

    public Sample First() => Tell(HeadsFirst(FirstHeads), []);

    /// <summary>The sample of a further round, after the responder said which of the last sample it holds.</summary>
    public Sample Next(int round, IReadOnlyList<bool> known)
    {
        if (round == 1)
            return Spread();
        for (var i = 0; i < Math.Min(known.Count, _told.Count); i++)
        {
            foreach (var way in _ways)
                way.Learn(_told[i], known[i]);
        }
        return Tell([], Narrow());
    }

    /// <summary>A sample for a request that has no further rounds.</summary>
    public Sample Spread()
    {
        var heads = HeadsFirst(WireLimits.SampleAddresses - 1);
        LayWays(heads);
        var room = WireLimits.SampleAddresses - 1 - heads.Count;
        var growth = Growths.FirstOrDefault(growth => _ways.Sum(way => Distances(way, growth).Count()) <= room, Growths[^1]);
        var steps = new List<Address>();
        foreach (var way in FromBothEnds(_ways))
        {
            var own = Distances(way, growth).Select(distance => snapshot.AddressOf(way.At(way.Start - distance))).ToArray();
            way.IsSampled = steps.Count + own.Length <= room;
            if (way.IsSampled)
                steps.AddRange(own);
        }
        return Tell(heads, steps.Append(snapshot.AddressOf(0)));
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
            var way = _ways[i];
            foreach (var distance in Distances(way, 200))
            {
                var merge = Index.Ancestry.ClimbToMaxCut(index, way.At(way.Start), way.Start - distance);
                var (left, right) = index.PriorsOf(merge);
                if (right < 0 || index.MaxCutOf(merge) == way.Start - distance || _ways.Count >= WireLimits.SampleAddresses)
                    continue;
                foreach (var side in new[] { left, right }.Where(side => !laid.ContainsKey(index.SegmentOf(side).First)))
                    _ways.Add(Way.Lay(index, side, laid, ref steps));
            }
        }
    }

    // 1, 2, 3 ... and then by the growth, as far as the way goes.
    private static IEnumerable<int> Distances(Way way, int growth)
    {
        for (long distance = 1; way.Start - distance > way.End; distance = Math.Max(distance + 1, distance * growth / 100))
            yield return (int)distance;
    }

    private static IEnumerable<Way> FromBothEnds(List<Way> ways) =>
        ways.Select((_, i) => i % 2 == 0 ? ways[i / 2] : ways[^(i / 2 + 1)]);

    private IEnumerable<Address> Narrow()
    {
        var open = _ways.Where(way => way.Window > 0).ToArray();
        var clock = open.Where(way => way.IsSampled && way.Known > way.End).Select(way => way.Known).DefaultIfEmpty(-1).Min();
        var guesses = open.Where(way => !way.IsSampled && clock > way.Known && clock < way.Unknown).Take(WireLimits.SampleAddresses).ToHashSet();
        var windows = open.Select(way => (Way: way, Low: guesses.Contains(way) ? clock : way.Known)).ToArray();
        var room = WireLimits.SampleAddresses - guesses.Count;
        var weight = windows.Sum(window => Math.Sqrt(window.Way.Unknown - window.Low));
        foreach (var way in guesses)
            yield return snapshot.AddressOf(way.At(clock));
        foreach (var (way, low) in windows)
        {
            // What a window leaves in vain falls with the addresses spent on it: by the roots of their sizes the sum is least.
            var window = way.Unknown - low - 1;
            var count = (int)Math.Min(Math.Min(window, window * open.Length / Spare + 1), room * Math.Sqrt(window + 1) / weight);
            for (var i = count; i > 0; i--)
                yield return snapshot.AddressOf(way.At(low + (int)((long)(window + 1) * i / (count + 1))));
        }
    }

    private Sample Tell(List<Address> heads, IEnumerable<Address> others)
    {
        _told = [.. heads.Concat(others).Distinct().Take(WireLimits.SampleAddresses)];
        return new Sample(heads.Count, heads.Count == snapshot.Heads.Count, _told);
    }
}

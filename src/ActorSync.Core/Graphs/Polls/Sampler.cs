using ActorSync.Wire;

namespace ActorSync.Graphs.Polls;

/// <summary>
/// Chooses what a requester tells of its graph, so that the responder finds what it lacks in few round trips.
/// <list type="number">
/// <item>Round 0: at most two heads. It suffices when both are level, or the requester is behind.</item>
/// <item>Round 1: every head that fits, and from each the commands 1, 2, 4, 8 ... steps toward the root.</item>
/// <item>Round 2: on each way to the root, commands evenly spread between the newest known and the oldest unknown.</item>
/// </list>
/// The ways follow the dominators: all that comes before a known one is known with it.
/// </summary>
internal sealed class Sampler(GraphSnapshot snapshot)
{
    /// <summary>The round whose sample is the last: its answer is payload whatever is still open.</summary>
    public const int LastRound = 2;

    private const int FirstHeads = 2;
    private const int MostHeads = WireLimits.SampleAddresses / 2;

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
        return Narrow();
    }

    /// <summary>A sample for a request that has no further rounds.</summary>
    public Sample Spread()
    {
        var heads = HeadsFirst(MostHeads);
        var stepsEach = 1 + System.Numerics.BitOperations.Log2((uint)Math.Max(1, snapshot.Heads.MaxCut));
        var ways = Math.Max(1, (WireLimits.SampleAddresses - 1 - heads.Count) / stepsEach);
        _ways.AddRange(heads.Take(ways).Select(head => new Way(snapshot, head)));
        var steps = new List<Address>();
        for (long distance = 1; _ways.Any(way => way.Reaches(distance)); distance *= 2)
            steps.AddRange(_ways.Where(way => way.Reaches(distance)).Select(way => way.Back((int)distance)));
        steps.Add(snapshot.AddressOf(0));
        return Tell(heads, steps);
    }

    private Sample Narrow()
    {
        var heads = HeadsFirst(MostHeads);
        var certain = _ways.Where(way => way.Known is not null).Select(way => way.Known!.Value).ToList();
        var open = _ways.Where(way => way.Window > 1).ToList();
        var each = open.Count == 0 ? 0 : (WireLimits.SampleAddresses - heads.Count - certain.Count) / open.Count;
        return Tell(heads, certain.Concat(open.SelectMany(way => way.Between(each))));
    }

    private List<Address> HeadsFirst(int most) => [.. snapshot.Heads.OrderByDescending(head => head.MaxCut).Take(most)];

    private Sample Tell(List<Address> heads, IEnumerable<Address> others)
    {
        _told = [.. heads.Concat(others).Distinct().Take(WireLimits.SampleAddresses)];
        return new Sample(heads.Count, heads.Count == snapshot.Heads.Count, _told);
    }

    /// <summary>The way from one head to the root along the dominators, and what is known of it.</summary>
    private sealed class Way(GraphSnapshot snapshot, Address head)
    {
        private int _unknown = head.MaxCut;

        public Address? Known { get; private set; }

        /// <summary>Steps between the newest known and the oldest unknown command of the way.</summary>
        public int Window => _unknown - (Known?.MaxCut ?? -1);

        public bool Reaches(long distance) => head.MaxCut - distance > 0;

        public Address Back(int distance) => At(head.MaxCut - distance);

        public void Learn(Address address, bool isKnown)
        {
            if (At(address.MaxCut) != address)
                return;
            if (isKnown && (Known is null || address.MaxCut > Known.Value.MaxCut))
                Known = address;
            if (!isKnown)
                _unknown = Math.Min(_unknown, address.MaxCut);
        }

        public IEnumerable<Address> Between(int count)
        {
            var low = Known?.MaxCut ?? 0;
            for (var i = count; i > 0; i--)
                yield return At(low + (int)((long)(_unknown - low) * i / (count + 1)));
        }

        private Address At(int maxCut) => snapshot.DominatorOf(head.Id, maxCut);
    }
}

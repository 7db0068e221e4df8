using ActorSync.Wire;

namespace ActorSync.Graphs.Polls;

/// <summary>
/// Chooses what a requester tells of its graph, so that the responder finds what it lacks in few round trips.
/// <list type="number">
/// <item>Round 0: at most two heads. It suffices when both are level, or the requester is behind.</item>
/// <item>Round 1: every head that fits, and from each the commands 1, 2, 4, 8 ... steps toward the root.</item>
/// <item>Round 2: on each way to the root, commands evenly spread between the newest known and the oldest unknown.</item>
/// </list>
/// The ways follow the dominators: all that comes before a known one is known with it. Where a merge joins strands so
/// long that a step lands between it and its dominator, each of the two strands is a way of its own.
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
        var stepsEach = 2 + System.Numerics.BitOperations.Log2((uint)Math.Max(1, snapshot.Heads.MaxCut));
        var most = Math.Max(1, (WireLimits.SampleAddresses - 1 - heads.Count) / stepsEach);
        _ways.AddRange(heads.Take(most).Select(head => new Way(snapshot, head, 0)));
        for (var i = 0; i < _ways.Count; i++)
            _ways.AddRange(_ways[i].Strands().Take(most - _ways.Count).ToArray());
        var steps = _ways.Select(way => way.Start).ToList();
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

    /// <summary>The way from one command toward the root along the dominators, and what is known of it.</summary>
    /// <param name="snapshot">The graph.</param>
    /// <param name="start">A head, or the end of a strand that was merged.</param>
    /// <param name="floor">The max cut at which the way ends: where the strands part, or the root.</param>
    private sealed class Way(GraphSnapshot snapshot, Address start, int floor)
    {
        private int _unknown = start.MaxCut;

        public Address Start => start;

        public Address? Known { get; private set; }

        /// <summary>Steps between the newest known and the oldest unknown command of the way.</summary>
        public int Window => _unknown - (Known?.MaxCut ?? floor - 1);

        public bool Reaches(long distance) => start.MaxCut - distance > floor;

        public Address Back(int distance) => At(start.MaxCut - distance);

        /// <summary>The strands between which the way's steps fall.</summary>
        public IEnumerable<Way> Strands()
        {
            CommandId? last = null;
            for (long distance = 1; Reaches(distance); distance *= 2)
            {
                var at = Back((int)distance);
                if (at.MaxCut == start.MaxCut - distance || at.Id == last || !snapshot.TryGetMerge(at.Id, out var merge))
                    continue;
                last = at.Id;
                yield return new Way(snapshot, merge.Left, merge.Dominator.MaxCut);
                yield return new Way(snapshot, merge.Right, merge.Dominator.MaxCut);
            }
        }

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
            var low = Known?.MaxCut ?? floor;
            for (var i = count; i > 0; i--)
                yield return At(low + (int)((long)(_unknown - low) * i / (count + 1)));
        }

        private Address At(int maxCut) => snapshot.DominatorOf(start.Id, maxCut);
    }
}

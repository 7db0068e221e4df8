namespace ActorSync.Bench.SideBySide.Results;

/// <summary>What is measured of ActorSync, with the same of its peers. Figures of one run stand at the same place in each series.</summary>
/// <param name="name">What is measured.</param>
/// <param name="unit">The unit of its figures.</param>
internal sealed class Measure(string name, string unit)
{
    /// <summary>The name of our own figures.</summary>
    public const string Ours = "ActorSync";

    private readonly List<Series> _series = [];

    public string Name { get; } = name;

    public string Unit { get; } = unit;

    /// <summary>Notes a figure of this run.</summary>
    public void Add(string peer, double figure)
    {
        var series = _series.Find(series => series.Peer == peer);
        if (series is null)
            _series.Add(series = new Series(peer));
        series.Figures.Add(figure);
    }

    /// <summary>What our figure must be itself.</summary>
    public Bar? Must { get; init; }

    /// <summary>What our figure, divided by that of a peer, must be.</summary>
    public IReadOnlyDictionary<string, Bar> MustBeside { get; init; } = new Dictionary<string, Bar>();

    /// <summary>A row for us and for every peer.</summary>
    public IEnumerable<Row> Rows()
    {
        if (_series.Find(series => series.Peer == Ours) is not { } ours)
            yield break;
        yield return RowOf(ours, null, Must, Median(ours.Figures));
        foreach (var peer in _series.Where(series => series != ours))
        {
            var ratio = Ratio(ours.Figures, peer.Figures);
            yield return RowOf(peer, ratio, MustBeside.GetValueOrDefault(peer.Peer), ratio);
        }
    }

    private Row RowOf(Series series, double? ratio, Bar? bar, double figure) => new(
        Name, Unit, series.Peer, Median(series.Figures), series.Figures.Min(), series.Figures.Max(), ratio, bar?.ToString(), bar?.IsMetBy(figure));

    // What was measured in the same run stands beside each other: a machine that was slower for a while was so for both.
    private static double Ratio(List<double> ours, List<double> theirs) =>
        ours.Count == theirs.Count ? Median([.. ours.Zip(theirs, (our, their) => our / their)]) : Median(ours) / Median(theirs);

    private static double Median(List<double> figures)
    {
        var sorted = figures.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private sealed class Series(string peer)
    {
        public string Peer { get; } = peer;

        public List<double> Figures { get; } = [];
    }
}

/// <summary>One row of the table, one object of the file.</summary>
/// <param name="Measure">What was measured.</param>
/// <param name="Unit">The unit of the figures.</param>
/// <param name="Peer">Whose figures these are.</param>
/// <param name="Median">Of the runs.</param>
/// <param name="Min">The least of the runs.</param>
/// <param name="Max">The most of the runs.</param>
/// <param name="Ratio">Our figure divided by this peer's, the median over the runs; null in our own row.</param>
/// <param name="Bar">What must hold: of the ratio, in our own row of the figure itself; null when nothing must.</param>
/// <param name="Met">Whether it holds.</param>
internal sealed record Row(string Measure, string Unit, string Peer, double Median, double Min, double Max, double? Ratio, string? Bar, bool? Met);

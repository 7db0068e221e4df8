using ActorSync.Graphs.Index;
using ActorSync.Graphs.Polls;
using ActorSync.Graphs.Stores;
using ActorSync.Graphs.Subscriptions;
using ActorSync.Wire;

namespace ActorSync.Graphs;

/// <summary>
/// One committed version of a graph, immutable: its commands and heads. It may be read from any thread while commits go
/// on, so that a long answer never holds them up.
/// </summary>
public sealed class GraphSnapshot
{
    private static readonly GraphIndex NoIndex = new();

    private readonly GraphIndex _index;
    private readonly ICommandReader _reader;
    private readonly Sample? _atRest;
    private volatile Lack? _lastLack;

    /// <param name="graph">The graph.</param>
    /// <param name="index">Its index; only what is below <paramref name="count"/> is read.</param>
    /// <param name="count">Committed commands.</param>
    /// <param name="heads">The heads of those commands.</param>
    /// <param name="reader">Reads the commands' bytes.</param>
    public GraphSnapshot(GraphId graph, GraphIndex index, int count, HeadSet heads, ICommandReader reader)
    {
        Graph = graph;
        Count = count;
        Heads = heads;
        _index = index;
        _reader = reader;
    }

    private GraphSnapshot(GraphSnapshot full, Sample sample)
        : this(full.Graph, NoIndex, full.Count, full.Heads, new RestingReader(full.Damage))
    {
        _atRest = sample;
    }

    public GraphId Graph { get; }

    /// <summary>Commands in this version.</summary>
    public int Count { get; }

    public HeadSet Heads { get; }

    /// <summary>The first damage that reading the graph has met since it was opened; null while it met none.</summary>
    public SyncError? Damage => _reader.Damage;

    /// <summary>
    /// Whether this is all that is kept in mind of a graph at rest: its count, its heads, and what a peer is told to find out
    /// what it lacks. No other command of it is known, and none can be read.
    /// </summary>
    public bool IsAtRest => _atRest is not null;

    /// <summary>The sample that the graph is found by while it rests; null otherwise.</summary>
    internal Sample? SampleAtRest => _atRest;

    /// <summary>The same version of a graph that nobody needs for now, in as few bytes as possible. It takes a walk over the graph.</summary>
    public GraphSnapshot AtRest() => IsAtRest ? this : new(this, Count == 0 ? Sample.Empty with { AllHeads = true } : new Sampler(this).Spread());

    /// <summary>What the last subscriber that was looked at lacks of this version: others lack the same.</summary>
    internal Lack? LastLack
    {
        get => _lastLack;
        set => _lastLack = value;
    }

    /// <summary>The index; only what is below <see cref="Count"/> is of this version.</summary>
    internal GraphIndex Index => _index;

    /// <summary>Whether this version is known to hold the command, at that max cut.</summary>
    public bool Contains(Address address)
    {
        if (_atRest is not null)
            return Heads.Contains(address) || _atRest.Addresses.Contains(address);
        var ordinal = Find(address.Id);
        return ordinal >= 0 && _index.MaxCutOf(ordinal) == address.MaxCut;
    }

    public bool Contains(CommandId id) =>
        Find(id) >= 0 || _atRest is not null && (Heads.Any(head => head.Id == id) || _atRest.Addresses.Any(address => address.Id == id));

    /// <summary>
    /// The command's ordinal in this graph's store, or -1: its number in the order of arrival, priors first. At rest there are
    /// none.
    /// </summary>
    public int Find(CommandId id) => _index.Find(id, Count);

    public Address AddressOf(int ordinal) => _index.AddressOf(Checked(ordinal));

    /// <summary>Whether the first command is the second or comes before it; both must be in this version.</summary>
    public bool IsAncestor(CommandId ancestor, CommandId descendant) =>
        Ancestry.IsAncestor(_index, Checked(Find(ancestor)), Checked(Find(descendant)));

    /// <summary>
    /// The same; each run that had to be looked at takes one of <paramref name="steps"/>. Null when those are used up:
    /// a graph of many parallel strands may hold questions that take as long as it is.
    /// </summary>
    internal bool? IsAncestor(CommandId ancestor, CommandId descendant, ref int steps) => IsAtRest
        ? ancestor == descendant ? true : null
        : Ancestry.IsAncestor(_index, Checked(Find(ancestor)), Checked(Find(descendant)), ref steps);

    /// <summary>Reads a command by its ordinal.</summary>
    /// <exception cref="SyncException">The store is damaged there.</exception>
    public Command Read(int ordinal)
    {
        var bytes = _reader.Read(Checked(ordinal));
        return Command.Restore(_index.IdOf(ordinal), bytes);
    }

    /// <summary>All commands, priors first.</summary>
    public IEnumerable<Command> ReadAll()
    {
        for (var ordinal = 0; ordinal < Count; ordinal++)
            yield return Read(ordinal);
    }

    /// <summary>
    /// What a peer lacks that holds the given commands and all before them; those not in this version are ignored.
    /// Ascending, priors first.
    /// </summary>
    public IReadOnlyList<OrdinalRange> MissingFrom(IEnumerable<CommandId> known) =>
        Difference.Between(_index, Heads.Select(head => Find(head.Id)), known.Select(Find).Where(ordinal => ordinal >= 0));

    /// <summary>
    /// The same for a peer that does not let the rejected commands in: without those, and without all that follows them.
    /// Rejected commands that are not in this version are ignored.
    /// </summary>
    public IReadOnlyList<OrdinalRange> MissingFrom(IEnumerable<CommandId> known, IReadOnlyCollection<CommandId> rejected) => rejected.Count == 0
        ? MissingFrom(known)
        : Difference.Between(_index, OrdinalsWithout(rejected), known.Select(Find).Where(ordinal => ordinal >= 0));

    /// <summary>Commands of which all that can be held without the rejected ones is one, or comes before one.</summary>
    public IEnumerable<CommandId> HeadsWithout(IReadOnlyCollection<CommandId> rejected) => rejected.Count == 0
        ? Heads.Select(head => head.Id)
        : OrdinalsWithout(rejected).Select(_index.IdOf);

    private List<int> OrdinalsWithout(IReadOnlyCollection<CommandId> rejected) =>
        Exclusion.Below(_index, Heads.Select(head => Find(head.Id)), [.. rejected.Select(Find).Where(ordinal => ordinal >= 0)]);

    /// <summary>
    /// The command nearest to that max cut, not above it unless the first of a run is, through which every way from the
    /// command to the root passes. O(log n) segments.
    /// </summary>
    public Address DominatorOf(CommandId id, int maxCut) =>
        _index.AddressOf(Ancestry.ClimbToMaxCut(_index, Checked(Find(id)), maxCut));

    private int Checked(int ordinal)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ordinal);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(ordinal, Count);
        return ordinal;
    }

    private sealed class RestingReader(SyncError? damage) : ICommandReader
    {
        public SyncError? Damage => damage;

        public ReadOnlyMemory<byte> Read(int ordinal) => throw new InvalidOperationException("the graph is at rest: it is opened before it is read");
    }
}

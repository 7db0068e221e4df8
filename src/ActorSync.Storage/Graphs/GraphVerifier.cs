using ActorSync.Graphs;
using ActorSync.Graphs.Index;

namespace ActorSync.Storage;

/// <summary>What a verification found of a graph.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Records">Intact records.</param>
/// <param name="Commands">Intact commands: checksums, ids, priors and max cuts hold.</param>
/// <param name="Bytes">Bytes of files that were read.</param>
/// <param name="TornBytes">Bytes behind the last record that are no whole one; opening the graph cuts them.</param>
/// <param name="Damage">The first damage, or null.</param>
/// <param name="DamagedFile">The file that it is in.</param>
/// <param name="DamagedOffset">The byte of that file from which on nothing can be trusted.</param>
/// <param name="HasLostEnd">The damage is that the graph's end, which was there when the store was closed, is not there any more.</param>
/// <param name="Known">Commands that the graph is known to have had: more than <paramref name="Commands"/> when its index says so.</param>
public sealed record VerifyReport(
    GraphId Graph, long Records, long Commands, long Bytes, long TornBytes, SyncError? Damage, string? DamagedFile, long DamagedOffset, bool HasLostEnd, long Known)
{
    public bool IsSound => Damage is null;

    /// <summary>The damage is in the index alone: it says what is not so, and its commands are all there.</summary>
    public bool HasWrongIndex { get; init; }

    /// <summary>Bytes behind the closing mark, which no run of the store has written; opening the graph cuts them.</summary>
    public long StrayBytes { get; init; }

    /// <summary>
    /// What is wrong with the file of the index, in words: it will be made anew when the graph is opened, and nothing is lost;
    /// null for nothing.
    /// </summary>
    public string? IndexFault { get; init; }
}

/// <summary>Walks all records of a graph, compares its index with them, and changes nothing.</summary>
/// <param name="options">The graph's log.</param>
/// <param name="graph">The graph.</param>
/// <param name="identity">What ids are made with.</param>
/// <param name="progress">Hears how far it is.</param>
/// <param name="expected">What is known of the log's end.</param>
internal sealed class GraphVerifier(
    LogOptions options, GraphId graph, ICommandIdentity? identity, IProgress<VerifyProgress>? progress, ExpectedEnd expected = default)
{
    private readonly GraphIndex _index = new((ulong)Random.Shared.NextInt64());

    /// <summary>The commands that were found, up to the first damage.</summary>
    public GraphIndex Index => _index;

    private string IndexFile => Path.ChangeExtension(options.PathOf(1), IndexLog.Extension);

    /// <param name="end">Where the graph, being open, is committed to; null to look at all there is.</param>
    /// <param name="cancellation">Stops it.</param>
    public VerifyReport Run((uint Segment, long Length)? end, CancellationToken cancellation)
    {
        var found = new LogVerifier(options, expected, progress).Run(end, Visit, cancellation);
        // While the graph is open its index is being written.
        if (found.Damage is null && end is null && IndexDamage() is { } wrong)
            found = found with { TornBytes = 0, Damage = wrong, DamagedFile = IndexFile, DamagedOffset = 0 };
        var known = found.Damage is null ? 0 : GraphOpening.CountIndexed(options, graph, identity);
        return new VerifyReport(
            graph, found.Records, _index.Count, found.Bytes, found.TornBytes, found.Damage, found.DamagedFile, found.DamagedOffset, found.HasLostEnd, Math.Max(known, _index.Count))
        {
            StrayBytes = found.StrayBytes,
            HasWrongIndex = found.DamagedFile == IndexFile,
            IndexFault = end is null ? GraphOpening.FaultOfIndex(options, graph, identity) : null,
        };
    }

    private SyncError? Visit(RecordPlace place, byte type, ReadOnlyMemory<byte> body) =>
        GraphReplay.Add(_index, graph, type, body, identity, _ => { }) is { } why
            ? StoreErrors.Damaged(options.PathOf(place.Segment), place.Offset, why)
            : null;

    // Opening the graph believes its ids, and what is said of who follows whom.
    private SyncError? IndexDamage()
    {
        var index = GraphOpening.ReadIndex(options, graph, identity);
        for (var ordinal = 0; ordinal < Math.Min(index?.Count ?? 0, _index.Count); ordinal++)
        {
            if (index!.AddressOf(ordinal) != _index.AddressOf(ordinal) || index.PriorityAt(ordinal) != _index.PriorityAt(ordinal))
                return StoreErrors.Damaged(IndexFile, 0, $"it says that command {ordinal} is {index.AddressOf(ordinal)}, {index.PriorityAt(ordinal)}; it is {_index.AddressOf(ordinal)}, {_index.PriorityAt(ordinal)}");
        }
        return index?.DifferenceFrom(_index) is { } differs and >= 0
            ? StoreErrors.Damaged(IndexFile, 0, $"what it says of what the command {differs} follows is not so")
            : null;
    }
}

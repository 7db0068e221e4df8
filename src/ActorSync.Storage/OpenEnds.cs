using ActorSync.Graphs;

namespace ActorSync.Storage;

/// <summary>
/// Where the logs of a store end that is about to be opened, and what is not in order there. A damaged graph or state is not
/// looked at further: opening it says what is wrong, and the others can be used.
/// </summary>
/// <param name="files">The file layer.</param>
/// <param name="catalog">Where they ended before.</param>
/// <param name="graphs">The graphs.</param>
/// <param name="states">The states: those that nobody opens in this run, too, must end with their mark when it is over.</param>
/// <param name="wasUnclean">Whether the last run did not end by closing the store. A log that lacks its mark has lost its end else.</param>
internal sealed class OpenEnds(IFileSystem files, StoreCatalog catalog, GraphFolders graphs, StateFolders states, bool wasUnclean)
{
    private readonly List<(LogOptions Log, LogFound Found)> _open = [];

    /// <summary>Where the log of each graph ends that is not damaged there.</summary>
    public Dictionary<GraphId, LogEnd> OfGraphs { get; } = [];

    /// <summary>Graphs that are torn at their end or lack it.</summary>
    public int LostGraphs { get; private set; }

    /// <summary>Graphs and states that lack something, since now or since earlier.</summary>
    public int Losses { get; private set; }

    public long TornBytes { get; private set; }

    public long StrayBytes { get; private set; }

    /// <summary>Looks, and notes in their folders which logs have lost their end; nothing of a log is changed.</summary>
    public void Find()
    {
        foreach (var graph in graphs.List())
        {
            if (Find(OptionsOf(graphs.PathOf(graph), LogKind.Graph), graphs.EntryOf(graph), isGraph: true) is { } found)
                OfGraphs[graph] = new LogEnd(found);
        }
        foreach (var state in states.List())
            Find(OptionsOf(states.PathOf(state), LogKind.State) with { IsReplaceable = true }, states.EntryOf(state), isGraph: false);
    }

    /// <summary>
    /// Cuts what is torn and ends each log with its mark; false when one of them cannot be written to now. What is torn is cut
    /// when the log is opened, at the latest.
    /// </summary>
    public bool Seal()
    {
        var isSealed = true;
        foreach (var (log, found) in _open)
        {
            try
            {
                isSealed &= LogOpening.Seal(log, found) is null;
            }
            catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
            {
                isSealed = false;
            }
        }
        return isSealed;
    }

    private LogFound? Find(LogOptions log, CatalogEntry? entry, bool isGraph)
    {
        var isNoted = LossNote.Read(files, log.Folder) is not null;
        if (!LogOpening.FindEnd(log).TryGet(out var found, out var damage) || found is null)
        {
            Losses += damage is null && !wasUnclean || isNoted ? 1 : 0;
            return null;
        }
        var isShort = entry?.End.IsLostBy(found) ?? false;
        var isLost = isShort || !wasUnclean && !found.Closed;
        if (isLost && !isNoted)
            new LossNote(false, found.LastSegment, found.Length).Write(files, log.Folder);
        // From now on it is the note that says so.
        if (isShort)
            catalog.Note(entry!.Kind, entry.Name, new LogEnd(found));
        Losses += isLost || isNoted ? 1 : 0;
        if (found.TornBytes > 0 || !found.Closed)
            _open.Add((log, found));
        if (isGraph)
        {
            LostGraphs += isLost || found.TornBytes > 0 && wasUnclean ? 1 : 0;
            TornBytes += found.IsStray(wasUnclean) ? 0 : found.TornBytes;
            StrayBytes += found.IsStray(wasUnclean) ? found.TornBytes : 0;
        }
        return found;
    }

    private LogOptions OptionsOf(string replica, LogKind kind) => new()
    {
        Files = files,
        Writers = null!,
        Folder = replica,
        Kind = kind,
    };
}

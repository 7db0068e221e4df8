namespace ActorSync.Node.Control;

/// <summary>Reads the history of a repository into a graph of a node.</summary>
public interface IHistoryImporter
{
    /// <param name="node">The node that takes the commands.</param>
    /// <param name="request">The repository, and how much of it.</param>
    /// <param name="progress">Hears how far it is.</param>
    /// <param name="cancellation">Stops it; what was committed stays.</param>
    Task<Result<ImportReport>> ImportAsync(ISyncNode node, ImportRequest request, IProgress<ImportProgress> progress, CancellationToken cancellation);
}

using ActorSync.Node.Control;

namespace ActorSync.Node.Tests.Fakes;

/// <summary>Imports nothing but a graph named after the path.</summary>
internal sealed class FakeImporter : IHistoryImporter
{
    public async Task<Result<ImportReport>> ImportAsync(ISyncNode node, ImportRequest request, IProgress<ImportProgress> progress, CancellationToken cancellation)
    {
        if (!Directory.Exists(request.Path))
            return new SyncError(SyncErrorKind.InvalidRequest, $"{request.Path} is not a git repository");
        progress.Report(new ImportProgress(1, 2));
        var graph = (await node.CreateGraphAsync("history"u8.ToArray(), cancellation)).Value;
        progress.Report(new ImportProgress(2, 2));
        return new ImportReport(graph.ToString(), 2, 3, 3, 0.5);
    }
}

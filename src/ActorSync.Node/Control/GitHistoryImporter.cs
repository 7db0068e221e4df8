using ActorSync.Node.Git;
using ActorSync.Node.Output;

namespace ActorSync.Node.Control;

/// <summary>Imports git repositories.</summary>
public sealed class GitHistoryImporter : IHistoryImporter
{
    public async Task<Result<ImportReport>> ImportAsync(ISyncNode node, ImportRequest request, IProgress<ImportProgress> progress, CancellationToken cancellation)
    {
        var options = GitReadOptions.Default with { Scope = request.All ? GitScope.All : GitScope.Head };
        var steps = new ProgressTo<GitImportProgress>(step => progress.Report(new ImportProgress(step.Done, step.Total)));
        if (!(await GitImport.RunAsync(node, request.Path, options, steps, cancellation)).TryGet(out var imported, out var error))
            return error;
        return new ImportReport(imported.Graph.ToString(), imported.Commits, imported.Commands, imported.Added, imported.Elapsed.TotalSeconds);
    }
}

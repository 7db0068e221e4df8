using System.Diagnostics;
using System.Threading.Channels;
using ActorSync.Graphs;

namespace ActorSync.Node.Git;

/// <summary>How far an import is: commits whose commands are durable, and commits of the history.</summary>
public readonly record struct GitImportProgress(int Done, int Total);

/// <summary>What an import did.</summary>
/// <param name="Graph">The graph that the history became.</param>
/// <param name="Commits">Commits of the history: as many ordinary commands.</param>
/// <param name="Merges">Merge commands.</param>
/// <param name="Added">Commands that were new to the node.</param>
/// <param name="Known">Commands that it held already.</param>
/// <param name="Elapsed">From the first commit read to the last command durable.</param>
public sealed record GitImportResult(GraphId Graph, int Commits, int Merges, int Added, int Known, TimeSpan Elapsed)
{
    /// <summary>Commands of the history: the init command, the commits and the merges.</summary>
    public int Commands => 1 + Commits + Merges;
}

/// <summary>
/// Commits a git history to a node. Reading and hashing the next batches goes on while the node commits one; a batch is
/// handed over when the one before is durable, so that its priors are there whatever the node does with concurrent
/// calls. What the node holds already is passed over: an import that was broken off is done by running it again.
/// </summary>
public static class GitImport
{
    /// <summary>Commands handed to the node at once.</summary>
    public const int BatchCommands = 512;

    /// <summary>Bytes of payloads after which a batch is handed over.</summary>
    public const int BatchBytes = 1 << 20;

    // Batches that lie ready while the node commits one: the memory of an import is bounded by them.
    private const int BatchesAhead = 3;

    /// <summary>Opens the repository or the packaged history at <paramref name="path"/> and imports it.</summary>
    public static async Task<Result<GitImportResult>> RunAsync(
        ISyncNode node, string path, GitReadOptions? options = null, IProgress<GitImportProgress>? progress = null, CancellationToken cancellation = default)
    {
        var opened = await GitHistory.OpenAsync(path, options, cancellation);
        return opened.TryGet(out var history, out var error) ? await RunAsync(node, history, progress, cancellation) : error;
    }

    /// <summary>Imports a history. The error names the commit that cannot be read or is refused.</summary>
    /// <exception cref="OperationCanceledException">The import was cancelled; what is committed stays.</exception>
    public static async Task<Result<GitImportResult>> RunAsync(
        ISyncNode node, IGitHistory history, IProgress<GitImportProgress>? progress = null, CancellationToken cancellation = default)
    {
        var clock = Stopwatch.StartNew();
        var builder = new GitGraphBuilder(history.Roots);
        var batches = Channel.CreateBounded<Batch>(new BoundedChannelOptions(BatchesAhead) { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var reading = Task.Run(() => ReadAsync(history, builder, batches.Writer, stop.Token), CancellationToken.None);
        var (added, known) = (0, 0);
        progress?.Report(new GitImportProgress(0, history.CommitCount));
        try
        {
            await foreach (var batch in batches.Reader.ReadAllAsync(cancellation))
            {
                cancellation.ThrowIfCancellationRequested();
                if (!(await CommitAsync(node, builder.Graph, batch, cancellation)).TryGet(out var result, out var error))
                    return error;
                added += result.Added;
                known += result.Known;
                progress?.Report(new GitImportProgress(batch.CommitsDone, history.CommitCount));
            }
            if (await reading is { } failed)
                return failed;
        }
        finally
        {
            await stop.CancelAsync();
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return new GitImportResult(builder.Graph, builder.Commits, builder.Merges, added, known, clock.Elapsed);
    }

    private static async Task<SyncError?> ReadAsync(
        IGitHistory history, GitGraphBuilder builder, ChannelWriter<Batch> batches, CancellationToken cancellation)
    {
        try
        {
            var batch = new Batch();
            batch.Commands.Add(builder.Init);
            await foreach (var commit in history.ReadAsync(cancellation))
            {
                if (builder.Add(commit, batch.Commands) is { } error)
                    return error;
                batch.Take(commit, builder.Commits);
                if (!batch.IsFull)
                    continue;
                await batches.WriteAsync(batch, cancellation);
                batch = new Batch();
            }
            if (batch.Commands.Count > 0)
                await batches.WriteAsync(batch, cancellation);
            return null;
        }
        catch (SyncException e)
        {
            return e.Error;
        }
        finally
        {
            batches.Complete();
        }
    }

    private static async Task<Result<ReceiveResult>> CommitAsync(ISyncNode node, GraphId graph, Batch batch, CancellationToken cancellation)
    {
        var imported = await node.ImportAsync(graph, batch.Commands, cancellation);
        if (!imported.TryGet(out var result, out _) || result.LeftOut == 0)
            return imported;
        var why = result.Refused is [var first, ..] ? first : new SyncError(SyncErrorKind.MissingPrior, "the node does not hold what comes before it");
        if (!(await node.ReadAsync(graph, cancellation)).TryGet(out var snapshot, out var error))
            return error;
        var refused = batch.Commands.FindIndex(command => !snapshot.Contains(command.Id));
        return new SyncError(why.Kind, $"the node refused the {batch.Name(refused)}: {why.Message}");
    }

    /// <summary>Commands in order, and which commit each of them is there for.</summary>
    private sealed class Batch
    {
        private readonly List<(int Through, GitOid Commit)> _commits = [];
        private int _bytes;

        public List<Command> Commands { get; } = [];

        /// <summary>Commits of the history up to the end of this batch.</summary>
        public int CommitsDone { get; private set; }

        public bool IsFull => Commands.Count >= BatchCommands || _bytes >= BatchBytes;

        public void Take(GitCommit commit, int commitsDone)
        {
            _commits.Add((Commands.Count, commit.Oid));
            _bytes += commit.Raw.Length;
            CommitsDone = commitsDone;
        }

        public string Name(int command)
        {
            var at = _commits.FindIndex(commit => command < commit.Through);
            return command < 0 || at < 0 ? "history" : $"commit {_commits[at].Commit}";
        }
    }
}

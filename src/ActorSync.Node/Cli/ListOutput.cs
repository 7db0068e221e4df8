using System.Text.Json.Serialization.Metadata;
using ActorSync.Node.Output;

namespace ActorSync.Node.Cli;

/// <summary>Prints a list that may be long: as it comes, or a table for each thousand of it.</summary>
internal static class ListOutput
{
    private const int RowsPerTable = 1000;

    /// <summary>A line of JSON for each item.</summary>
    public static async Task<Result<int>> LinesAsync<T>(CommandOutput output, IAsyncEnumerable<T> items, JsonTypeInfo<T> type, CancellationToken stop)
    {
        try
        {
            await foreach (var item in items.WithCancellation(stop))
                output.Json(item, type);
            return ExitCodes.Ok;
        }
        catch (SyncException broken)
        {
            return broken.Error;
        }
    }

    public static async Task<Result<int>> RowsAsync<T>(
        CommandOutput output, IAsyncEnumerable<T> items, IReadOnlyList<string> columns, Func<T, IReadOnlyList<string>> row, CancellationToken stop)
    {
        try
        {
            await foreach (var page in items.Chunk(RowsPerTable).WithCancellation(stop))
                output.Table(columns, page.Select(row));
            return ExitCodes.Ok;
        }
        catch (SyncException broken)
        {
            return broken.Error;
        }
    }
}

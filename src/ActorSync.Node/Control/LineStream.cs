using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;

namespace ActorSync.Node.Control;

/// <summary>
/// Writes answers as newline-delimited JSON, each line at once, with an empty line now and then while there is nothing
/// to say. An error that comes before the first line is an ordinary error with its status code.
/// </summary>
internal sealed class LineStream(HttpContext context, TimeProvider time)
{
    private static readonly ReadOnlyMemory<byte> NewLine = "\n"u8.ToArray();

    /// <summary>Does long work: lines of progress (the latest, when they come too fast), then the result or the error.</summary>
    public async Task RunAsync<TProgress, TResult>(
        JsonTypeInfo<StreamLine<TProgress, TResult>> type,
        Func<IProgress<TProgress>, CancellationToken, Task<Result<TResult>>> work,
        CancellationToken cancellation)
        where TProgress : class
        where TResult : class
    {
        var latest = Channel.CreateBounded<TProgress>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var working = WorkAsync();
        try
        {
            await WriteAllAsync(latest.Reader.ReadAllAsync(gone.Token), progress => WriteAsync(new(Progress: progress), type, gone.Token), gone.Token);
        }
        finally
        {
            // The client may be gone before the work is done.
            if (!working.IsCompleted)
                await gone.CancelAsync();
            await ((Task)working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        if ((await working).TryGet(out var result, out var error))
            await WriteAsync(new(Result: result), type, cancellation);
        else if (context.Response.HasStarted)
            await WriteAsync(new(Error: ErrorRecord.Of(error)), type, cancellation);
        else
            await HttpErrors.WriteAsync(context, error, cancellation);

        async Task<Result<TResult>> WorkAsync()
        {
            try
            {
                return await work(new Latest<TProgress>(latest.Writer), gone.Token);
            }
            finally
            {
                latest.Writer.Complete();
            }
        }
    }

    /// <summary>Writes a line for each item, for as long as they come.</summary>
    public Task WriteAllAsync<T>(IAsyncEnumerable<T> items, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        WriteAllAsync(items, item => WriteAsync(item, type, cancellation), cancellation);

    private async Task WriteAllAsync<T>(IAsyncEnumerable<T> items, Func<T, Task> write, CancellationToken cancellation)
    {
        await using var enumerator = items.GetAsyncEnumerator(cancellation);
        while (true)
        {
            var next = enumerator.MoveNextAsync().AsTask();
            await HeartbeatUntilAsync(next, cancellation);
            if (!await next)
                return;
            await write(enumerator.Current);
        }
    }

    private async Task HeartbeatUntilAsync(Task next, CancellationToken cancellation)
    {
        try
        {
            while (!next.IsCompleted && !await EndsAsync(next))
                await WriteAsync(NewLine, cancellation);
        }
        finally
        {
            // An enumerator may not be disposed of while it moves; its token is cancelled when the client is gone.
            await next.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> EndsAsync(Task next)
    {
        using var ended = new CancellationTokenSource();
        var first = await Task.WhenAny(next, Task.Delay(ControlLimits.Heartbeat, time, ended.Token));
        await ended.CancelAsync();
        return first == next;
    }

    private async Task WriteAsync<T>(T value, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        if (!context.Response.HasStarted)
            context.Response.ContentType = "application/x-ndjson";
        await WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(value, type), (byte)'\n'], cancellation);
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await context.Response.Body.WriteAsync(bytes, cancellation);
        await context.Response.Body.FlushAsync(cancellation);
    }

    private sealed class Latest<T>(ChannelWriter<T> writer) : IProgress<T>
    {
        public void Report(T value) => writer.TryWrite(value);
    }
}

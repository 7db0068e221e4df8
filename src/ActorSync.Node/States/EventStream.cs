using System.Text;
using System.Text.Json;
using ActorSync.Node.Control;
using ActorSync.States;
using ActorSync.States.Json;

namespace ActorSync.Node.States;

/// <summary>
/// Changes of a state as server-sent events, whose ids are versions:
/// <code>
/// event: all         a map of what there is, and nothing else is: first, and again for a reader who fell too far behind
/// event: change      a map of keys that changed, with null for those that have no value any more
/// : a comment        now and then, while nothing changes
/// </code>
/// </summary>
internal sealed class EventStream(HttpContext context, TimeProvider time)
{
    private static readonly ReadOnlyMemory<byte> Comment = ":\n\n"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> End = "\n\n"u8.ToArray();

    public async Task WriteAllAsync(IAsyncEnumerable<StateChange> changes, CancellationToken cancellation)
    {
        await using var enumerator = changes.GetAsyncEnumerator(cancellation);
        while (true)
        {
            var next = enumerator.MoveNextAsync().AsTask();
            try
            {
                while (!await EndsAsync(next))
                    await WriteAsync(Comment, cancellation);
            }
            finally
            {
                // An enumerator may not be disposed of while it moves; its token is cancelled when the client is gone.
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            if (!await next)
                return;
            await WriteAsync(enumerator.Current, cancellation);
        }
    }

    private async Task<bool> EndsAsync(Task next)
    {
        if (next.IsCompleted)
            return true;
        using var ended = new CancellationTokenSource();
        var first = await Task.WhenAny(next, Task.Delay(ControlLimits.Heartbeat, time, ended.Token));
        await ended.CancelAsync();
        return first == next;
    }

    private async Task WriteAsync(StateChange change, CancellationToken cancellation)
    {
        Begin();
        var expired = change.Expired.ToHashSet();
        await context.Response.WriteAsync($"event: {(change.IsWhole ? "all" : "change")}\nid: {change.Version}\ndata: ", Encoding.UTF8, cancellation);
        await using (var json = new Utf8JsonWriter(context.Response.BodyWriter, EntryJson.Options))
            await MapStream.WriteAsync(context.Response.BodyWriter, json, [.. change.Entries, .. change.Expired], Write, cancellation);
        await WriteAsync(End, cancellation);

        void Write(Utf8JsonWriter json, StateEntry entry)
        {
            if (entry.IsTombstone || expired.Contains(entry))
                json.WriteNullValue();
            else
                EntryJson.Write(json, entry);
        }
    }

    private void Begin()
    {
        if (context.Response.HasStarted)
            return;
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        Begin();
        await context.Response.Body.WriteAsync(bytes, cancellation);
        await context.Response.Body.FlushAsync(cancellation);
    }
}

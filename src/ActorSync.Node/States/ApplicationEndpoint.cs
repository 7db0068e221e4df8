using ActorSync.Node.Configuration;
using ActorSync.States;
using ActorSync.States.Json;

namespace ActorSync.Node.States;

/// <summary>
/// Where applications read and write a state:
/// <code>
/// GET /KEY           200 {"value": …, "ts": …, "ttl": …}; 404
/// PUT /KEY           takes {"value": …, "ttl": …, "ts": …}: 204; 422, 413
/// DELETE /KEY        204
/// PUT /              takes a map of such, all or none: 204; 422, 413
/// GET /?prefix=P     200 with the whole map, or the keys that begin so
/// GET /?watch        200 with a stream of server-sent events: what there is, and then every change
/// else               404
/// </code>
/// </summary>
internal sealed class ApplicationEndpoint(ISharedState state, StateHttpLimits limits, TimeProvider time)
{
    private int _watches;

    public Task<HttpFailure?> HandleAsync(HttpContext context, CancellationToken cancellation)
    {
        if (!HttpBodies.Name(context).TryGet(out var key, out var error))
            return Task.FromResult<HttpFailure?>(HttpBodies.Failure(context, error));
        return (context.Request.Method, key.Length > 0) switch
        {
            ("GET", true) => GetAsync(context, key, cancellation),
            ("PUT", true) => PutAsync(context, body => EntryJsonReader.ReadSet(key, body), cancellation),
            ("DELETE", true) => WriteAsync(context, [StateSet.Delete(key)], cancellation),
            ("PUT", false) => PutAsync(context, EntryJsonReader.ReadSets, cancellation),
            ("GET", false) when context.Request.Query.ContainsKey("watch") => WatchAsync(context, cancellation),
            ("GET", false) => ListAsync(context, cancellation),
            _ => Task.FromResult<HttpFailure?>(HttpBodies.Nothing(context)),
        };
    }

    private async Task<HttpFailure?> GetAsync(HttpContext context, string key, CancellationToken cancellation)
    {
        if (!(await state.GetAsync(key, cancellation)).TryGet(out var entry, out var error))
            return HttpBodies.Failure(context, error);
        if (entry is null)
            return new HttpFailure(StatusCodes.Status404NotFound, new SyncError(SyncErrorKind.InvalidRequest, "the key has no value"));
        context.Response.ContentType = "application/json";
        await using (var json = new System.Text.Json.Utf8JsonWriter(context.Response.BodyWriter, EntryJson.Options))
            EntryJson.Write(json, entry);
        return null;
    }

    private async Task<HttpFailure?> PutAsync(HttpContext context, Func<ReadOnlyMemory<byte>, Result<IReadOnlyList<StateSet>>> read, CancellationToken cancellation)
    {
        var (body, failure) = await HttpBodies.ReadAsync(context, limits, cancellation);
        if (failure is not null)
            return failure;
        if (!read(body).TryGet(out var sets, out var error))
            return HttpBodies.Failure(context, error);
        if (sets.Count > 0)
            return await WriteAsync(context, sets, cancellation);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return null;
    }

    private async Task<HttpFailure?> WriteAsync(HttpContext context, IReadOnlyList<StateSet> sets, CancellationToken cancellation)
    {
        if (!(await state.WriteAsync(sets, allWin: true, cancellation)).TryGet(out _, out var error))
            return HttpBodies.Failure(context, error);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return null;
    }

    private async Task<HttpFailure?> ListAsync(HttpContext context, CancellationToken cancellation)
    {
        if (!(await state.ListAsync(context.Request.Query["prefix"].ToString(), cancellation)).TryGet(out var content, out var error))
            return HttpBodies.Failure(context, error);
        await MapStream.WriteAsync(context, content.Entries, EntryJson.Write, cancellation);
        return null;
    }

    private async Task<HttpFailure?> WatchAsync(HttpContext context, CancellationToken cancellation)
    {
        try
        {
            // Those that watch stay: they leave room for those that read and write.
            if (Interlocked.Increment(ref _watches) > limits.Watches)
                return HttpBodies.Failure(context, new SyncError(SyncErrorKind.Busy, $"{limits.Watches} clients watch already (actorsync.states.watches)"));
            await new EventStream(context, time).WriteAllAsync(state.WatchAsync(context.Request.Query["prefix"].ToString(), cancellation), cancellation);
            return null;
        }
        catch (SyncException unusable)
        {
            return HttpBodies.Failure(context, unusable.Error);
        }
        finally
        {
            Interlocked.Decrement(ref _watches);
        }
    }
}

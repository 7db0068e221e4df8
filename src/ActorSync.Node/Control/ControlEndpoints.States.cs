namespace ActorSync.Node.Control;

// Shared states: "state" in the query names one.
internal sealed partial class ControlEndpoints
{
    private void MapStates(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/state/entries", Stream(StateEntriesAsync));
        routes.MapGet("/state/entry", Answer(StateEntryAsync));
        routes.MapPost("/state/write", Answer(StateWriteAsync));
        routes.MapGet("/state/watch", Stream(StateWatchAsync));
    }

    private static string StateOf(HttpContext context) => context.Request.Query["state"].ToString() is { Length: > 0 } name ? name : Configuration.StatesSettings.Usual.Value;

    private async Task<SyncError?> StateEntriesAsync(HttpContext context, CancellationToken cancellation)
    {
        if (!(await control.StateListAsync(StateOf(context), context.Request.Query["prefix"].ToString(), cancellation)).TryGet(out var list, out var error))
            return error;
        return await ListAsync(context, list.Lines, ControlJson.Line.StateLine, cancellation);
    }

    // A key without a value is null.
    private async Task<SyncError?> StateEntryAsync(HttpContext context, CancellationToken cancellation)
    {
        var answer = await control.StateGetAsync(StateOf(context), context.Request.Query["key"].ToString(), cancellation);
        if (answer.Error is { } error)
            return error;
        await context.Response.WriteAsJsonAsync(answer.Value!, ControlJson.Line.StateLine, cancellationToken: cancellation);
        return null;
    }

    private async Task<SyncError?> StateWriteAsync(HttpContext context, CancellationToken cancellation)
    {
        if (!(await HttpRequests.JsonAsync(context, ControlJson.Line.StateWrite, cancellation, ControlLimits.StateJsonBytes)).TryGet(out var request, out var error))
            return error;
        return await WriteAsync(context, await control.StateWriteAsync(request, cancellation), ControlJson.Line.StateWritten, cancellation);
    }

    private async Task<SyncError?> StateWatchAsync(HttpContext context, CancellationToken cancellation)
    {
        if (!(await control.StateWatchAsync(StateOf(context), context.Request.Query["prefix"].ToString(), cancellation)).TryGet(out var watch, out var error))
            return error;
        await new LineStream(context, time).WriteAllAsync(watch.Changes, ControlJson.Line.StateChanged, cancellation);
        return null;
    }
}

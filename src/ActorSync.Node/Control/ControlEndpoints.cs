using System.Text.Json.Serialization.Metadata;
using ActorSync.Placement;

namespace ActorSync.Node.Control;

/// <summary>The paths of the control socket; docs/operations.md shows each with curl.</summary>
internal sealed partial class ControlEndpoints(INodeControl control, long payloadBytes, TimeProvider time, Action<Exception> report, CancellationToken stopping)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/status", Answer(StatusAsync));
        routes.MapGet("/metrics", Answer(MetricsAsync));
        routes.MapGet("/graphs", Answer(GraphsAsync));
        routes.MapPost("/graphs", Answer(CreateAsync));
        routes.MapPost("/graphs/{graph}/commands", Answer(AddAsync));
        routes.MapGet("/graphs/{graph}/log", Answer(LogAsync));
        routes.MapGet("/graphs/{graph}/facts", Stream(FactsAsync));
        routes.MapGet("/graphs/{graph}/weave", Stream(WeaveAsync));
        routes.MapGet("/graphs/{graph}/watch", Stream(WatchAsync));
        routes.MapPost("/graphs/{graph}/verify", Stream(VerifyAsync));
        routes.MapPost("/connect", Answer(ConnectAsync));
        routes.MapPost("/disconnect", Answer(DisconnectAsync));
        routes.MapPost("/subscribe", Answer(SubscribeAsync));
        routes.MapPost("/unsubscribe", Answer(UnsubscribeAsync));
        routes.MapPost("/hello", Answer(HelloAsync));
        routes.MapPost("/unhello", Answer(StopHelloAsync));
        routes.MapGet("/members", Answer(MembersAsync));
        routes.MapPost("/members/remove", Answer(RemoveMemberAsync));
        routes.MapPost("/import-git", Stream(ImportGitAsync));
        routes.MapPost("/sync", Stream(SyncAsync));
        routes.MapPost("/wait", Stream(WaitAsync));
        MapStates(routes);
    }

    private async Task<SyncError?> StatusAsync(HttpContext context, CancellationToken cancellation) =>
        await WriteAsync(context, await control.StatusAsync(cancellation), ControlJson.Line.NodeStatus, cancellation);

    private async Task<SyncError?> MetricsAsync(HttpContext context, CancellationToken cancellation)
    {
        if (!(await control.StatusAsync(cancellation)).TryGet(out var status, out var error))
            return error;
        context.Response.ContentType = MetricsText.ContentType;
        await context.Response.WriteAsync(MetricsText.Of(status), cancellation);
        return null;
    }

    private async Task<SyncError?> GraphsAsync(HttpContext context, CancellationToken cancellation)
    {
        if (!(await control.StatusAsync(cancellation)).TryGet(out var status, out var error))
            return error;
        await context.Response.WriteAsJsonAsync(status.Graphs, ControlJson.Line.IReadOnlyListGraphStatus, cancellationToken: cancellation);
        return null;
    }

    private async Task<SyncError?> MembersAsync(HttpContext context, CancellationToken cancellation)
    {
        if (!(await control.StatusAsync(cancellation)).TryGet(out var status, out var error))
            return error;
        if (status.Mesh is null)
            return new SyncError(SyncErrorKind.InvalidRequest, "the node is in no mesh");
        await context.Response.WriteAsJsonAsync(status.Mesh, ControlJson.Line.MeshStatus, cancellationToken: cancellation);
        return null;
    }

    private async Task<SyncError?> CreateAsync(HttpContext context, CancellationToken cancellation)
    {
        if (!(await HttpRequests.PayloadAsync(context, payloadBytes, cancellation)).TryGet(out var payload, out var error))
            return error;
        return await WriteAsync(context, await control.CreateGraphAsync(payload, cancellation), ControlJson.Line.GraphCreated, cancellation);
    }

    private async Task<SyncError?> AddAsync(HttpContext context, CancellationToken cancellation)
    {
        if (!HttpRequests.Graph(context).TryGet(out var graph, out var error) ||
            !HttpRequests.Number<uint>(context, "priority", 0).TryGet(out var priority, out error) ||
            !HttpRequests.Flag(context, "finalize").TryGet(out var finalize, out error) ||
            !Ack(context).TryGet(out var ack, out error) ||
            !(await HttpRequests.PayloadAsync(context, payloadBytes, cancellation)).TryGet(out var payload, out error))
        {
            return error;
        }
        if (finalize && context.Request.Query.ContainsKey("priority"))
            return new SyncError(SyncErrorKind.InvalidRequest, "a command is of finalize priority, or of a number: not both");
        var added = await control.AddAsync(graph, payload, new ActionOptions { Priority = priority, Finalize = finalize, Ack = ack }, cancellation);
        return await WriteAsync(context, added, ControlJson.Line.CommandAdded, cancellation);
    }

    private static Result<AckMode?> Ack(HttpContext context) => context.Request.Query["ack"].ToString() switch
    {
        "" => new Result<AckMode?>(null),
        "local" => AckMode.Local,
        "replicated" => AckMode.Replicated,
        var other => new SyncError(SyncErrorKind.InvalidRequest, $"ack must be local or replicated, not '{other}'"),
    };

    private async Task<SyncError?> FactsAsync(HttpContext context, CancellationToken cancellation)
    {
        var name = context.Request.Query["name"];
        var query = new FactQuery(name.Count == 0 ? null : name.ToString(), context.Request.Query["prefix"].ToString());
        if (!HttpRequests.Graph(context).TryGet(out var graph, out var error) ||
            !(await control.FactsAsync(graph, query, cancellation)).TryGet(out var list, out error))
        {
            return error;
        }
        return await ListAsync(context, list.Facts, ControlJson.Line.FactEntry, cancellation);
    }

    private async Task<SyncError?> WeaveAsync(HttpContext context, CancellationToken cancellation)
    {
        if (!HttpRequests.Graph(context).TryGet(out var graph, out var error) ||
            !(await control.WeaveAsync(graph, cancellation)).TryGet(out var list, out error))
        {
            return error;
        }
        return await ListAsync(context, list.Entries, ControlJson.Line.WeaveEntry, cancellation);
    }

    // A list has an end, and no last line that says so: one that is cut short must not look whole.
    private async Task<SyncError?> ListAsync<T>(HttpContext context, IAsyncEnumerable<T> items, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        try
        {
            await new LineStream(context, time).WriteAllAsync(items, type, cancellation);
            return null;
        }
        catch
        {
            if (context.Response.HasStarted)
                context.Abort();
            throw;
        }
    }

    private async Task<SyncError?> LogAsync(HttpContext context, CancellationToken cancellation)
    {
        if (!HttpRequests.Graph(context).TryGet(out var graph, out var error) ||
            !HttpRequests.Number(context, "before", int.MaxValue).TryGet(out var before, out error) ||
            !HttpRequests.Number(context, "limit", 100).TryGet(out var limit, out error))
        {
            return error;
        }
        return await WriteAsync(context, await control.LogAsync(graph, before, limit, cancellation), ControlJson.Line.LogPage, cancellation);
    }

    private async Task<SyncError?> WatchAsync(HttpContext context, CancellationToken cancellation)
    {
        if (!HttpRequests.Graph(context).TryGet(out var graph, out var error) ||
            !(await control.WatchAsync(graph, cancellation)).TryGet(out var watch, out error))
        {
            return error;
        }
        await new LineStream(context, time).WriteAllAsync(watch.Versions, ControlJson.Line.GraphVersion, cancellation);
        return null;
    }

    private async Task<SyncError?> VerifyAsync(HttpContext context, CancellationToken cancellation)
    {
        if (!HttpRequests.Graph(context).TryGet(out var graph, out var error))
            return error;
        await new LineStream(context, time).RunAsync(
            ControlJson.Line.StreamLineVerifyProgressVerifyReport, (progress, token) => control.VerifyAsync(graph, progress, token), cancellation);
        return null;
    }

    private Task<SyncError?> ConnectAsync(HttpContext context, CancellationToken cancellation) =>
        AskAsync(context, ControlJson.Line.PeerRequest, ControlJson.Line.PeerLinked, control.ConnectAsync, cancellation);

    private Task<SyncError?> DisconnectAsync(HttpContext context, CancellationToken cancellation) =>
        AskAsync(context, ControlJson.Line.PeerRequest, ControlJson.Line.PeerRequest, control.DisconnectAsync, cancellation);

    private Task<SyncError?> SubscribeAsync(HttpContext context, CancellationToken cancellation) =>
        AskAsync(context, ControlJson.Line.PeerGraph, ControlJson.Line.PeerGraph, control.SubscribeAsync, cancellation);

    private Task<SyncError?> UnsubscribeAsync(HttpContext context, CancellationToken cancellation) =>
        AskAsync(context, ControlJson.Line.PeerGraph, ControlJson.Line.PeerGraph, control.UnsubscribeAsync, cancellation);

    private Task<SyncError?> HelloAsync(HttpContext context, CancellationToken cancellation) =>
        AskAsync(context, ControlJson.Line.HelloRequest, ControlJson.Line.PeerGraph, control.HelloAsync, cancellation);

    private Task<SyncError?> StopHelloAsync(HttpContext context, CancellationToken cancellation) =>
        AskAsync(context, ControlJson.Line.PeerGraph, ControlJson.Line.PeerGraph, control.StopHelloAsync, cancellation);

    private Task<SyncError?> RemoveMemberAsync(HttpContext context, CancellationToken cancellation) =>
        AskAsync(context, ControlJson.Line.MemberRequest, ControlJson.Line.MemberRequest, control.RemoveMemberAsync, cancellation);

    private Task<SyncError?> SyncAsync(HttpContext context, CancellationToken cancellation) =>
        RunAsync(context, ControlJson.Line.SyncRequest, ControlJson.Line.StreamLineSyncProgressSyncReport, control.SyncAsync, cancellation);

    private Task<SyncError?> ImportGitAsync(HttpContext context, CancellationToken cancellation) =>
        RunAsync(context, ControlJson.Line.ImportRequest, ControlJson.Line.StreamLineImportProgressImportReport, control.ImportGitAsync, cancellation);

    private Task<SyncError?> WaitAsync(HttpContext context, CancellationToken cancellation) =>
        RunAsync(context, ControlJson.Line.WaitRequest, ControlJson.Line.StreamLineWaitProgressWaitReport, control.WaitConvergedAsync, cancellation);

    private static async Task<SyncError?> AskAsync<TRequest, TAnswer>(
        HttpContext context,
        JsonTypeInfo<TRequest> requestType,
        JsonTypeInfo<TAnswer> answerType,
        Func<TRequest, CancellationToken, Task<Result<TAnswer>>> ask,
        CancellationToken cancellation)
        where TRequest : class
    {
        if (!(await HttpRequests.JsonAsync(context, requestType, cancellation)).TryGet(out var request, out var error))
            return error;
        return await WriteAsync(context, await ask(request, cancellation), answerType, cancellation);
    }

    private async Task<SyncError?> RunAsync<TRequest, TProgress, TResult>(
        HttpContext context,
        JsonTypeInfo<TRequest> requestType,
        JsonTypeInfo<StreamLine<TProgress, TResult>> lineType,
        Func<TRequest, IProgress<TProgress>, CancellationToken, Task<Result<TResult>>> work,
        CancellationToken cancellation)
        where TRequest : class
        where TProgress : class
        where TResult : class
    {
        if (!(await HttpRequests.JsonAsync(context, requestType, cancellation)).TryGet(out var request, out var error))
            return error;
        await new LineStream(context, time).RunAsync(lineType, (progress, token) => work(request, progress, token), cancellation);
        return null;
    }

    private static async Task<SyncError?> WriteAsync<T>(HttpContext context, Result<T> result, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        if (result.TryGet(out var value, out var error))
            await context.Response.WriteAsJsonAsync(value, type, cancellationToken: cancellation);
        return error;
    }

    private RequestDelegate Answer(Func<HttpContext, CancellationToken, Task<SyncError?>> handler) => Handle(handler, ControlLimits.Answer);

    private RequestDelegate Stream(Func<HttpContext, CancellationToken, Task<SyncError?>> handler) => Handle(handler, Timeout.InfiniteTimeSpan);

    private RequestDelegate Handle(Func<HttpContext, CancellationToken, Task<SyncError?>> handler, TimeSpan timeout) => async context =>
    {
        using var late = new CancellationTokenSource(timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stopping, context.RequestAborted);
        SyncError? error;
        try
        {
            error = await handler(context, linked.Token);
        }
        catch (OperationCanceledException) when (linked.IsCancellationRequested)
        {
            error = late.IsCancellationRequested
                ? new SyncError(SyncErrorKind.Busy, $"the node had no answer within {timeout.TotalSeconds} seconds")
                : new SyncError(SyncErrorKind.ShuttingDown, "the node is shutting down");
        }
        catch (BadHttpRequestException e)
        {
            await EndAsync(context, e.StatusCode, new SyncError(SyncErrorKind.InvalidRequest, e.Message));
            return;
        }
        // A bug, or a part of the node that does not answer: the request ends, the node goes on.
        catch (Exception e)
        {
            report(e);
            await EndAsync(context, StatusCodes.Status500InternalServerError, new SyncError(SyncErrorKind.Busy, $"the node failed at this request, its log says where: {e.Message}"));
            return;
        }
        if (error is not null)
            await EndAsync(context, HttpErrors.StatusOf(error.Kind), error);
    };

    // An answer that has begun cannot turn into an error: a stream ends without its result, which its reader sees.
    private static Task EndAsync(HttpContext context, int status, SyncError error) =>
        context.Response.HasStarted || context.RequestAborted.IsCancellationRequested ? Task.CompletedTask : HttpErrors.WriteAsync(context, status, error);
}

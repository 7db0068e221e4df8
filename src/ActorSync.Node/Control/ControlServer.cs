using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ActorSync.Node.Control;

/// <summary>Serves a node's control over HTTP on a Unix domain socket.</summary>
public sealed class ControlServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stopping;

    private ControlServer(WebApplication app, CancellationTokenSource stopping, string path)
    {
        _app = app;
        _stopping = stopping;
        SocketPath = path;
    }

    public string SocketPath { get; }

    /// <summary>Listens. The error says why the socket cannot be had: another node answers there, a file is in the way.</summary>
    /// <param name="control">What is served.</param>
    /// <param name="path">The socket's path.</param>
    /// <param name="payloadBytes">Bytes that a command's payload may have.</param>
    /// <param name="time">The clock of timeouts and heartbeats.</param>
    /// <param name="report">Hears of requests that failed by a bug.</param>
    /// <param name="cancellation">Gives up starting.</param>
    public static async Task<Result<ControlServer>> StartAsync(
        INodeControl control, string path, long payloadBytes, TimeProvider time, Action<Exception> report, CancellationToken cancellation)
    {
        if (!(await ControlSocket.BindAsync(path, cancellation)).TryGet(out var socket, out var error))
            return error;
        var stopping = new CancellationTokenSource();
        var app = Build(socket, path, payloadBytes);
        app.Use(next => context => RefuseUnknownAsync(context, next));
        new ControlEndpoints(control, payloadBytes, time, report, stopping.Token).Map(app);
        await app.StartAsync(cancellation);
        return new ControlServer(app, stopping, path);
    }

    /// <summary>Stops accepting, ends the streams, lets what is under way end, and takes the socket away.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        using var drain = new CancellationTokenSource(ControlLimits.Drain);
        await _app.StopAsync(drain.Token);
        await _app.DisposeAsync();
        _stopping.Dispose();
        // The socket is disposed of with the server, and its file with the socket; if not, it would look stale.
        File.Delete(SocketPath);
    }

    private static WebApplication Build(Socket socket, string path, long payloadBytes)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = _ => socket);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenUnixSocket(path, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = Math.Max(payloadBytes, ControlLimits.StateJsonBytes) + ControlLimits.BodySlackBytes;
            kestrel.Limits.MaxConcurrentConnections = ControlLimits.Connections;
            kestrel.Limits.MaxRequestLineSize = ControlLimits.RequestLineBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = ControlLimits.HeaderBytes;
            kestrel.Limits.RequestHeadersTimeout = ControlLimits.Headers;
            kestrel.Limits.KeepAliveTimeout = ControlLimits.Idle;
        });
        return builder.Build();
    }

    // A path that is not served is answered as every other bad request is: with JSON that says so.
    private static async Task RefuseUnknownAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Response.HasStarted || context.Response.StatusCode is not (StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed))
            return;
        var error = new SyncError(SyncErrorKind.InvalidRequest, $"{context.Request.Method} {context.Request.Path} is nothing that a node serves");
        await HttpErrors.WriteAsync(context, context.Response.StatusCode, error, context.RequestAborted);
    }

    /// <summary>The node has its own way of hearing signals: see <see cref="Hosting.StopSignals"/>.</summary>
    internal sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

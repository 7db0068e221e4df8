using System.Net;
using ActorSync.Node.Configuration;
using ActorSync.Node.Control;
using ActorSync.States;
using ActorSync.Transport.Tcp;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace ActorSync.Node.States;

/// <summary>Answers one request: null, or the error to answer with.</summary>
internal delegate Task<HttpFailure?> HttpHandler(HttpContext context, CancellationToken cancellation);

/// <summary>An error and the status that says it.</summary>
internal sealed record HttpFailure(int Status, SyncError Error);

/// <summary>
/// One address where a state is spoken of over HTTP. Whatever a client does ends by itself: its headers, its body, an idle
/// connection and an answer that it does not read all have their time, and a body its size.
/// </summary>
internal sealed class HttpEndpoint : IAsyncDisposable
{
    // What comes past the limit of a body is still read, so that the client gets an answer.
    private const int SlackBytes = 64 << 10;

    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(5);

    private readonly WebApplication _app;
    private readonly ConnectionGate _gate;
    private readonly CancellationTokenSource _stopping;

    private HttpEndpoint(WebApplication app, ConnectionGate gate, CancellationTokenSource stopping)
    {
        _app = app;
        _gate = gate;
        _stopping = stopping;
    }

    /// <summary>Where it listens, with the port that it got.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Which state it speaks of, and to whom.</summary>
    public required (StateName State, string Serves) Of { get; init; }

    public HttpEndpointStatus Status => new(Of.State.ToString(), Of.Serves, Address, _gate.Open, _gate.Most, _gate.Refused);

    /// <summary>Listens; the error says why it cannot.</summary>
    public static async Task<Result<HttpEndpoint>> StartAsync(
        (StateName State, string Serves) of, TcpEndpoint endpoint, StateHttpLimits limits, StateTls? tls, HttpHandler handler, Action<Exception> report, Action<string> tell, CancellationToken cancellation)
    {
        var stopping = new CancellationTokenSource();
        var shown = endpoint.IsTls || !endpoint.IsLoopback() ? tls : null;
        var gate = new ConnectionGate(limits.Connections, shown is null, full => tell($"{StatesReader.Named(endpoint)}: {full}"));
        var app = Build(endpoint, limits, shown, gate);
        BadRequests.Follow(app.Services);
        HttpHandler checkedHandler = endpoint.IsLoopback() ? (context, token) => IsOfThisMachine(context) ? handler(context, token) : Misdirected(context) : handler;
        app.Run(context => AnswerAsync(context, checkedHandler, report, stopping.Token));
        try
        {
            await app.StartAsync(cancellation);
            return new HttpEndpoint(app, gate, stopping) { Of = of };
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            await app.DisposeAsync();
            stopping.Dispose();
            return new SyncError(SyncErrorKind.Busy, $"cannot listen on {StatesReader.Named(endpoint)} for HTTP: {e.GetBaseException().Message}");
        }
    }

    /// <summary>Stops accepting, ends what streams, and lets the rest end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        using var drain = new CancellationTokenSource(Drain);
        await _app.StopAsync(drain.Token);
        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    private static WebApplication Build(TcpEndpoint endpoint, StateHttpLimits limits, StateTls? tls, ConnectionGate gate)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, ControlServer.NoLifetime>();
        builder.WebHost.UseKestrelCore();
        if (tls is not null)
            builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            if (IPAddress.TryParse(endpoint.Host, out var address))
                kestrel.Listen(address, endpoint.Port, Speak);
            else
                kestrel.Listen(Dns.GetHostAddresses(endpoint.Host)[0], endpoint.Port, Speak);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = limits.BodyBytes + SlackBytes;
            // How long a body may take in all is what counts: a slow link is no fault.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MaxRequestLineSize = ControlLimits.RequestLineBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = ControlLimits.HeaderBytes;
            kestrel.Limits.RequestHeadersTimeout = limits.HeaderWithin;
            kestrel.Limits.KeepAliveTimeout = limits.IdleWithin;
        });
        return builder.Build();

        void Speak(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1;
            gate.Guard(listen);
            if (tls is not null)
                listen.UseHttps(https =>
                {
                    // Asked for at each handshake, as certificates are renewed; a selector would leave out what stands above it.
                    https.ServerCertificateSelector = (_, _) => tls.Credentials.Certificate;
                    https.OnAuthenticate = (_, options) => (options.ServerCertificateSelectionCallback, options.ServerCertificateContext) = (null, tls.Credentials.Shown());
                    https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                    https.ClientCertificateValidation = (shown, sent, _) => tls.BelievesClient(shown, sent);
                });
            BadRequests.Wrap(listen);
        }
    }

    // A web page elsewhere can have a browser here resolve a name of its own to loopback, and would read and write with it.
    private static bool IsOfThisMachine(HttpContext context) =>
        context.Request.Host.Host is "localhost" || IPAddress.TryParse(context.Request.Host.Host, out _);

    private static Task<HttpFailure?> Misdirected(HttpContext context) => Task.FromResult<HttpFailure?>(new HttpFailure(
        StatusCodes.Status421MisdirectedRequest, new SyncError(SyncErrorKind.NotAllowed, $"the host '{context.Request.Host.Host}' is not this one: ask for an address, or for localhost")));

    private static async Task AnswerAsync(HttpContext context, HttpHandler handler, Action<Exception> report, CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.RequestAborted);
        HttpFailure? failure;
        try
        {
            failure = await handler(context, ended.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            failure = new HttpFailure(StatusCodes.Status503ServiceUnavailable, new SyncError(SyncErrorKind.ShuttingDown, "the node is shutting down"));
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException e)
        {
            failure = BadRequests.Failure(e);
        }
        // The client broke off, or a bug: the request ends, the node goes on.
        catch (Exception e)
        {
            if (e is not IOException)
                report(e);
            failure = new HttpFailure(StatusCodes.Status500InternalServerError, new SyncError(SyncErrorKind.Busy, $"the node failed at this request: {e.Message}"));
        }
        if (failure is null || context.RequestAborted.IsCancellationRequested)
            return;
        // An answer that has begun must not look whole.
        if (context.Response.HasStarted)
            context.Abort();
        else
            await HttpErrors.WriteAsync(context, failure.Status, failure.Error, context.RequestAborted);
    }
}

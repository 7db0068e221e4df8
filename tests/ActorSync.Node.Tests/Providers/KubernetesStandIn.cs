using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ActorSync.Node.Tests.Providers;

/// <summary>The part of Kubernetes' API that is used here, on loopback: a test takes each request and answers it as it likes.</summary>
internal sealed class KubernetesStandIn : IAsyncDisposable
{
    public const string Path = "/apis/discovery.k8s.io/v1/namespaces/prod/endpointslices";

    private readonly WebApplication _app;
    private readonly Channel<Request> _requests = Channel.CreateUnbounded<Request>();

    private KubernetesStandIn(WebApplication app) => _app = app;

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/");

    /// <summary>The connections that requests came over.</summary>
    public ConcurrentDictionary<string, bool> Connections { get; } = new();

    public static async Task<KubernetesStandIn> StartAsync(Action<ListenOptions>? listen = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, options => listen?.Invoke(options)));
        var app = builder.Build();
        var api = new KubernetesStandIn(app);
        app.Run(api.OnAsync);
        await app.StartAsync();
        return api;
    }

    /// <summary>The next request.</summary>
    public async Task<Request> NextAsync() => await _requests.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    /// <summary>The next request, which must ask for a list: of everything, or from there.</summary>
    public async Task<Request> ListAsync(string continueAt = "")
    {
        var request = await NextAsync();
        Assert.Equal(("", continueAt), ($"{request.Query["watch"]}", $"{request.Query["continue"]}"));
        return request;
    }

    /// <summary>The next request, which must ask for a watch from this version.</summary>
    public async Task<Request> WatchAsync(string version)
    {
        var request = await NextAsync();
        Assert.Equal(("true", "true", version), ($"{request.Query["watch"]}", $"{request.Query["allowWatchBookmarks"]}", $"{request.Query["resourceVersion"]}"));
        return request;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(0);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task OnAsync(HttpContext context)
    {
        Connections[context.Connection.Id] = true;
        var request = new Request(context);
        await _requests.Writer.WriteAsync(request);
        await request.Ended.Task.WaitAsync(context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>One request, to be answered.</summary>
    internal sealed class Request(HttpContext context)
    {
        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IQueryCollection Query => context.Request.Query;

        public string Path => context.Request.Path;

        public string Authorization => context.Request.Headers.Authorization.ToString();

        /// <summary>Answers with this, and ends.</summary>
        public async Task AnswerAsync(int code, string body = "{}")
        {
            context.Response.StatusCode = code;
            await SendAsync(body);
            End();
        }

        /// <summary>Answers with a list of slices.</summary>
        public Task AnswerAsync(string version, params string[] slices) => AnswerAsync(200, List(version, "", slices));

        /// <summary>Sends a part of the answer.</summary>
        public async Task SendAsync(string part)
        {
            await context.Response.WriteAsync(part);
            await context.Response.Body.FlushAsync();
        }

        /// <summary>Begins the answer of a watch.</summary>
        public Task BeginAsync() => context.Response.Body.FlushAsync();

        /// <summary>Sends a line of a watch.</summary>
        public Task LineAsync(string type, string changed) => SendAsync($$"""{"type":"{{type}}","object":{{changed}}}""" + "\n");

        /// <summary>Ends the answer in good order.</summary>
        public void End() => Ended.TrySetResult();

        /// <summary>Cuts the connection.</summary>
        public void Cut()
        {
            context.Abort();
            End();
        }
    }

    public static string List(string version, string continueAt, params string[] slices) =>
        $$"""{"metadata":{"resourceVersion":"{{version}}","continue":"{{continueAt}}"},"items":[{{string.Join(",", slices)}}]}""";

    public static string Slice(string name, string version, params string[] addresses) =>
        $$"""{"metadata":{"name":"{{name}}","resourceVersion":"{{version}}"},"ports":[{"name":"sync","port":7400}],"endpoints":[{"addresses":[{{string.Join(",", addresses.Select(address => $"\"{address}\""))}}]}]}""";
}

using ActorSync.Node.Configuration;
using ActorSync.Node.States;
using ActorSync.Transport.Tcp;
using Microsoft.AspNetCore.Http;

namespace ActorSync.Node.Tests.States;

/// <summary>A peer over HTTP that is no ActorSync: it holds what it was put, and answers as a test wants it to.</summary>
internal sealed class StandInPeer : IAsyncDisposable
{
    private readonly HttpEndpoint _endpoint;

    private StandInPeer(HttpEndpoint endpoint) => _endpoint = endpoint;

    public TcpEndpoint Endpoint => new(_endpoint.Address.Host, _endpoint.Address.Port);

    public string Name => _endpoint.Address.ToString().TrimEnd('/');

    /// <param name="answer">Method and body of a request; gives the status and the body of the answer.</param>
    public static async Task<StandInPeer> StartAsync(Func<string, string, (int Status, string Body)> answer)
    {
        return new StandInPeer((await HttpEndpoint.StartAsync((StatesSettings.Usual, "exchange"), new TcpEndpoint("127.0.0.1", 0), new StateHttpLimits(), null, AnswerAsync, _ => { }, _ => { }, CancellationToken.None)).Value);

        async Task<HttpFailure?> AnswerAsync(HttpContext context, CancellationToken cancellation)
        {
            using var reader = new StreamReader(context.Request.Body);
            var (status, body) = answer(context.Request.Method, await reader.ReadToEndAsync(cancellation));
            context.Response.StatusCode = status;
            if (body.Length > 0)
                await context.Response.WriteAsync(body, cancellation);
            return null;
        }
    }

    public ValueTask DisposeAsync() => _endpoint.DisposeAsync();
}

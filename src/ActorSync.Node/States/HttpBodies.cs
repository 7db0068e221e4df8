using System.Globalization;
using System.Text;
using System.Text.Unicode;
using ActorSync.Node.Configuration;
using ActorSync.Node.Control;
using Microsoft.AspNetCore.Http.Features;

namespace ActorSync.Node.States;

/// <summary>Reads the bodies of requests, and says with which status a state's errors are answered.</summary>
internal static class HttpBodies
{
    /// <summary>The body: 413 when it is too long, known before it is read where the client says so; 408 when it takes too long.</summary>
    public static async Task<(ReadOnlyMemory<byte> Bytes, HttpFailure? Failure)> ReadAsync(HttpContext context, StateHttpLimits limits, CancellationToken cancellation)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(limits.BodyWithin);
        try
        {
            return (await HttpRequests.PayloadAsync(context, limits.BodyBytes, late.Token)).TryGet(out var bytes, out var error)
                ? (bytes, null)
                : (default, new HttpFailure(StatusCodes.Status413PayloadTooLarge, error));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            var error = new SyncError(SyncErrorKind.InvalidRequest, $"the body did not come within {limits.BodyWithin.TotalSeconds} seconds");
            return (default, new HttpFailure(StatusCodes.Status408RequestTimeout, error));
        }
    }

    /// <summary>What is wrong with entries is 422, and nothing of them was applied; what hinders the node is 503 or 500.</summary>
    public static HttpFailure Failure(HttpContext context, SyncError error)
    {
        switch (error.Kind)
        {
            case SyncErrorKind.MalformedPayload or SyncErrorKind.InvalidRequest or SyncErrorKind.LimitExceeded or SyncErrorKind.ClockAhead:
                return new HttpFailure(StatusCodes.Status422UnprocessableEntity, error);
            case SyncErrorKind.Busy or SyncErrorKind.ShuttingDown:
                context.Response.Headers.RetryAfter = "1";
                return new HttpFailure(StatusCodes.Status503ServiceUnavailable, error);
            default:
                return new HttpFailure(StatusCodes.Status500InternalServerError, error);
        }
    }

    /// <summary>What is not served, other methods included.</summary>
    public static HttpFailure Nothing(HttpContext context) =>
        new(StatusCodes.Status404NotFound, new SyncError(SyncErrorKind.InvalidRequest, $"{context.Request.Method} {context.Request.Path} is nothing that is served here"));

    /// <summary>
    /// What stands in the path behind the slash, decoded: a key may hold slashes of its own. What is encoded and no UTF-8 is an
    /// error: it would be taken for another key.
    /// </summary>
    public static Result<string> Name(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!target.StartsWith('/'))
            return (context.Request.Path.Value ?? "").TrimStart('/');
        var end = target.IndexOf('?', StringComparison.Ordinal);
        var path = end < 0 ? target[1..] : target[1..end];
        var bytes = new byte[path.Length];
        var length = 0;
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] != '%')
                bytes[length++] = (byte)path[i];
            else if (path.AsSpan(i + 1) is not [var high, var low, ..] || !char.IsAsciiHexDigit(high) || !char.IsAsciiHexDigit(low))
                return NoName(path);
            else
            {
                bytes[length++] = byte.Parse(path.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                i += 2;
            }
        }
        return Utf8.IsValid(bytes.AsSpan(0, length)) ? Encoding.UTF8.GetString(bytes, 0, length) : NoName(path);
    }

    private static SyncError NoName(string path) =>
        new(SyncErrorKind.InvalidRequest, $"the path /{(path.Length <= 80 ? path : path[..80] + "…")} is no UTF-8 in percent-encoding, as a key must be: write % as %25");
}

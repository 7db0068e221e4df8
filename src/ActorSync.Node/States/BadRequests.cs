using System.Diagnostics;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using ActorSync.Node.Control;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.WebUtilities;

namespace ActorSync.Node.States;

/// <summary>
/// Answers what the server itself refuses before anybody else sees it, such as a path with a zero in it or headers that are
/// too long, with an error like any other. The server's own answer is a bare status code, and nobody can add to it: so the
/// connection is wrapped, and the server's answer dropped behind the one that is given here. The connection ends with it.
/// </summary>
internal sealed class BadRequests : IObserver<KeyValuePair<string, object?>>
{
    private const string Event = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    private BadRequests()
    {
    }

    /// <summary>Hears of a server's bad requests, as long as it lives.</summary>
    public static void Follow(IServiceProvider services) => services.GetRequiredService<DiagnosticListener>().Subscribe(new BadRequests(), name => name == Event);

    /// <summary>Wraps the connections to an address; behind TLS, if there is any.</summary>
    public static void Wrap(ListenOptions listen) => listen.Use(next => connection =>
    {
        connection.Transport = new Wrapped(connection.Transport.Input, new Answers(connection.Transport.Output));
        return next(connection);
    });

    public void OnNext(KeyValuePair<string, object?> happened)
    {
        if (happened.Value is IFeatureCollection features &&
            features.Get<IBadRequestExceptionFeature>()?.Error is Microsoft.AspNetCore.Http.BadHttpRequestException why &&
            features.Get<IHttpResponseFeature>() is { HasStarted: false } &&
            features.Get<IConnectionTransportFeature>()?.Transport is Wrapped { Output: Answers answers })
        {
            answers.End(Failure(why));
        }
    }

    /// <summary>The answer to what the server refuses.</summary>
    public static HttpFailure Failure(Microsoft.AspNetCore.Http.BadHttpRequestException why)
    {
        var isTooLong = why.StatusCode is StatusCodes.Status413PayloadTooLarge or StatusCodes.Status414RequestUriTooLong or StatusCodes.Status431RequestHeaderFieldsTooLarge;
        return new HttpFailure(why.StatusCode, new SyncError(isTooLong ? SyncErrorKind.LimitExceeded : SyncErrorKind.InvalidRequest, $"this is no request: {why.Message.TrimEnd('.')}"));
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    private sealed record Wrapped(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Answers(PipeWriter inner) : PipeWriter
    {
        private byte[]? _dropped;

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        /// <summary>Gives the last answer of the connection; what is written after it is dropped.</summary>
        public void End(HttpFailure failure)
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(new ErrorBody(ErrorRecord.Of(failure.Error)), ControlJson.Line.ErrorBody);
            var head = Encoding.ASCII.GetBytes(
                $"HTTP/1.1 {failure.Status} {ReasonPhrases.GetReasonPhrase(failure.Status)}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n");
            foreach (var part in new[] { head, body })
            {
                part.CopyTo(inner.GetSpan(part.Length));
                inner.Advance(part.Length);
            }
            _dropped = [];
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => _dropped is null ? inner.GetMemory(sizeHint) : Dropped(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => _dropped is null ? inner.GetSpan(sizeHint) : Dropped(sizeHint);

        public override void Advance(int bytes)
        {
            if (_dropped is null)
                inner.Advance(bytes);
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

        private byte[] Dropped(int sizeHint)
        {
            if (_dropped!.Length < Math.Max(sizeHint, 1))
                _dropped = new byte[Math.Max(sizeHint, 4096)];
            return _dropped;
        }
    }
}

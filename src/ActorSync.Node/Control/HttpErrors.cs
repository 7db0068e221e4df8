
namespace ActorSync.Node.Control;

/// <summary>Errors over HTTP: a status code that follows from the kind, and the kind and the sentence as JSON.</summary>
internal static class HttpErrors
{
    public static int StatusOf(SyncErrorKind kind) => kind switch
    {
        SyncErrorKind.UnknownGraph or SyncErrorKind.UnknownSession => StatusCodes.Status404NotFound,
        SyncErrorKind.LimitExceeded or SyncErrorKind.CommandTooLarge => StatusCodes.Status413PayloadTooLarge,
        SyncErrorKind.NotAllowed => StatusCodes.Status403Forbidden,
        SyncErrorKind.Rejected or SyncErrorKind.InvalidCommand => StatusCodes.Status422UnprocessableEntity,
        SyncErrorKind.InvalidRequest or SyncErrorKind.MalformedPayload => StatusCodes.Status400BadRequest,
        SyncErrorKind.Busy or SyncErrorKind.MaximumSubscriptionsExceeded or SyncErrorKind.ShuttingDown => StatusCodes.Status503ServiceUnavailable,
        SyncErrorKind.Unreachable or SyncErrorKind.VersionMismatch => StatusCodes.Status502BadGateway,
        _ => StatusCodes.Status500InternalServerError,
    };

    public static Task WriteAsync(HttpContext context, SyncError error, CancellationToken cancellation = default) =>
        WriteAsync(context, StatusOf(error.Kind), error, cancellation);

    public static Task WriteAsync(HttpContext context, int status, SyncError error, CancellationToken cancellation = default)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new ErrorBody(ErrorRecord.Of(error)), ControlJson.Line.ErrorBody, cancellationToken: cancellation);
    }
}

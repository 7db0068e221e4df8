using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorSync.Graphs;

namespace ActorSync.Node.Control;

/// <summary>Reads what a request carries; what is wrong with it is the error.</summary>
internal static class HttpRequests
{
    /// <summary>The graph in the path, by its 64 digits.</summary>
    public static Result<GraphId> Graph(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["graph"]!;
        return GraphId.TryParse(name, out var graph) ? graph : new SyncError(SyncErrorKind.InvalidRequest, $"'{name}' is not a graph: write its 64 hexadecimal digits");
    }

    /// <summary>A number in the query, or the value that stands for its absence.</summary>
    public static Result<T> Number<T>(HttpContext context, string name, T absent)
        where T : INumberBase<T>
    {
        var text = context.Request.Query[name].ToString();
        if (text.Length == 0)
            return absent;
        return T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : new SyncError(SyncErrorKind.InvalidRequest, $"{name}={text} is not a number in range");
    }

    /// <summary>The body as it is: a payload.</summary>
    public static async Task<Result<ReadOnlyMemory<byte>>> PayloadAsync(HttpContext context, CancellationToken cancellation)
    {
        if (context.Request.ContentLength > ControlLimits.PayloadBytes)
            return TooLong();
        using var bytes = new MemoryStream();
        var buffer = new byte[16 << 10];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, cancellation)) > 0)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > ControlLimits.PayloadBytes)
                return TooLong();
        }
        return new ReadOnlyMemory<byte>(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>The body as JSON.</summary>
    public static async Task<Result<T>> JsonAsync<T>(HttpContext context, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        if (!(await PayloadAsync(context, cancellation)).TryGet(out var bytes, out var error))
            return error;
        try
        {
            return JsonSerializer.Deserialize(bytes.Span, type) is { } value ? value : Wrong("null");
        }
        catch (JsonException e)
        {
            return Wrong(e.Message);
        }

        SyncError Wrong(string why) => new(SyncErrorKind.InvalidRequest, $"the body is not the JSON of a {typeof(T).Name}: {why}");
    }

    private static SyncError TooLong() =>
        new(SyncErrorKind.LimitExceeded, $"the body is longer than {ControlLimits.PayloadBytes} bytes, the most that a command's payload may have");
}

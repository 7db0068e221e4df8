using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using ActorSync.Graphs;

namespace ActorSync.Node.Control;

/// <summary>Reads what a request carries; what is wrong with it is the error.</summary>
internal static partial class HttpRequests
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

    /// <summary>Whether something in the query is true; absent it is false.</summary>
    public static Result<bool> Flag(HttpContext context, string name) => context.Request.Query[name].ToString() switch
    {
        "" or "false" => false,
        "true" => true,
        var text => new SyncError(SyncErrorKind.InvalidRequest, $"{name}={text} is neither true nor false"),
    };

    /// <summary>The body as it is, of at most so many bytes.</summary>
    public static async Task<Result<ReadOnlyMemory<byte>>> PayloadAsync(HttpContext context, long most, CancellationToken cancellation)
    {
        if (context.Request.ContentLength > most)
            return TooLong(most);
        using var bytes = new MemoryStream();
        var buffer = new byte[16 << 10];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, cancellation)) > 0)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > most)
                return TooLong(most);
        }
        return new ReadOnlyMemory<byte>(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>The body as JSON.</summary>
    public static async Task<Result<T>> JsonAsync<T>(HttpContext context, JsonTypeInfo<T> type, CancellationToken cancellation, long most = ControlLimits.JsonBytes)
        where T : class
    {
        if (!(await PayloadAsync(context, most, cancellation)).TryGet(out var bytes, out var error))
            return error;
        try
        {
            return JsonSerializer.Deserialize(bytes.Span, type) is { } value ? value : Wrong("null");
        }
        catch (JsonException e)
        {
            return Wrong(Plain(e));
        }

        SyncError Wrong(string why) => new(SyncErrorKind.InvalidRequest, $"the body is not the JSON that is asked for here: {why}");
    }

    // The serializer names types of this program, which tell a client nothing.
    private static string Plain(JsonException e) => e switch
    {
        { Path: { Length: > 0 } path } when path != "$" => $"what stands at {path} is not what is expected there",
        _ when e.Message.Contains("missing required", StringComparison.Ordinal) => $"it lacks {string.Join(", ", Quoted().Matches(e.Message).Select(match => match.Groups[1].Value).Where(name => char.IsAsciiLetterLower(name[0])))}",
        _ when e.Message.Contains("could not be mapped", StringComparison.Ordinal) => $"it has no property '{Quoted().Match(e.Message).Groups[1].Value}'",
        _ => $"line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}",
    };

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex Quoted();

    private static SyncError TooLong(long most) =>
        new(SyncErrorKind.LimitExceeded, $"the body is longer than {most} bytes, the most that it may have");
}

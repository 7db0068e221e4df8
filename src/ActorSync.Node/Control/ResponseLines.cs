using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ActorSync.Node.Control;

/// <summary>Reads a streamed answer line by line; the empty lines that say that the node lives are passed over.</summary>
internal static class ResponseLines
{
    /// <exception cref="SyncException">The node fell silent, broke off or wrote what is no JSON.</exception>
    public static async IAsyncEnumerable<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var owned = response;
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        while (await NextAsync(reader, cancellation) is { } line)
        {
            if (line.Length > 0)
                yield return Parse(line, type);
        }
    }

    private static async Task<string?> NextAsync(StreamReader reader, CancellationToken cancellation)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(ControlLimits.StreamSilence);
        try
        {
            return await reader.ReadLineAsync(late.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw Broken($"the node said nothing for {ControlLimits.StreamSilence.TotalSeconds} seconds", e);
        }
        catch (IOException e)
        {
            throw Broken($"the connection to the node broke: {e.Message}", e);
        }
    }

    private static T Parse<T>(string line, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(line, type) ?? throw Broken("the node wrote null", null);
        }
        catch (JsonException e)
        {
            throw Broken($"the node wrote what is no JSON: {e.Message}", e);
        }
    }

    private static SyncException Broken(string why, Exception? inner) => new(new SyncError(SyncErrorKind.Unreachable, why), inner);
}

using System.Text.Json;

namespace ActorSync.Peers.Providers.Kubernetes;

/// <summary>
/// The peers behind one service of Kubernetes: its EndpointSlices (discovery.k8s.io/v1), as a list gave them and as a watch
/// has changed them since.
/// <code>
/// GET .../endpointslices?labelSelector=kubernetes.io/service-name=NAME       a page of slices, perhaps with where it goes on
/// GET .../endpointslices?...&amp;watch=true&amp;resourceVersion=V                    a line of JSON for each change after V
/// ADDED, MODIFIED   the slice as it is now          DELETED   the slice as it was
/// BOOKMARK          nothing but a newer version     ERROR     a Status; 410: V is too old, list anew
/// </code>
/// A service has several slices, of up to 1,000 addresses of one family each. What the list gives counts when its last page
/// is there: a list that breaks off changes nothing.
/// </summary>
/// <param name="portName">The port of the service that peers listen on; null when a slice's ports do not matter.</param>
public sealed class EndpointSlices(string? portName)
{
    /// <summary>Slices that one service may have.</summary>
    public const int MaximumSlices = 1024;

    private const int Gone = 410;

    private Dictionary<string, PeerEndpoint[]> _slices = [];
    private Dictionary<string, PeerEndpoint[]>? _listing;

    /// <summary>The version to watch from; null when there is none and everything has to be listed first.</summary>
    public string? Version { get; private set; }

    /// <summary>Where the list goes on; null when it is complete.</summary>
    public string? ContinueAt { get; private set; }

    /// <summary>The peers that are ready.</summary>
    public Result<PeerSet> Peers => PeerSet.Of(_slices.Values.SelectMany(peers => peers));

    /// <summary>Forgets the version and any part of a list; the peers stay until a list has replaced them.</summary>
    public void ListAgain() => (Version, ContinueAt, _listing) = (null, null, null);

    /// <summary>Takes a page of the list. The error says what is wrong with it, and nothing of the list counts then.</summary>
    public SyncError? OnPage(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var page = JsonDocument.Parse(json);
            var listing = _listing ?? [];
            foreach (var slice in Items(page.RootElement))
            {
                if (Put(listing, slice) is { } error)
                {
                    ListAgain();
                    return error;
                }
            }
            var (version, next) = PlaceOf(page.RootElement.GetProperty("metadata"));
            (_listing, ContinueAt) = (listing, next);
            if (next is null)
                (_slices, _listing, Version) = (listing, null, version);
            return null;
        }
        catch (Exception e) when (IsWrongShape(e))
        {
            ListAgain();
            return new SyncError(SyncErrorKind.MalformedPayload, $"the answer of Kubernetes is not a list of EndpointSlices: {e.Message}");
        }
    }

    /// <summary>Takes a line of the watch.</summary>
    public SliceOutcome OnLine(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var changed = json.RootElement.GetProperty("object");
            switch (json.RootElement.GetProperty("type").GetString())
            {
                case "ADDED" or "MODIFIED":
                    if (Put(_slices, changed) is { } error)
                        return Distrust(error);
                    break;
                case "DELETED":
                    _slices.Remove(NameOf(changed));
                    break;
                case "BOOKMARK":
                    break;
                case "ERROR":
                    return OnStatus(changed);
                case var other:
                    return Distrust(new SyncError(SyncErrorKind.MalformedPayload, $"Kubernetes sent a change of the unknown type '{other}'"));
            }
            Version = changed.GetProperty("metadata").GetProperty("resourceVersion").GetString() is { Length: > 0 } version ? version : Version;
            return new SliceOutcome(SliceStep.Continue);
        }
        catch (Exception e) when (IsWrongShape(e))
        {
            return Distrust(new SyncError(SyncErrorKind.MalformedPayload, $"a line of the watch of Kubernetes is not a change of an EndpointSlice: {e.Message}"));
        }
    }

    private SliceOutcome OnStatus(JsonElement status)
    {
        var code = status.TryGetProperty("code", out var number) && number.TryGetInt32(out var some) ? some : 0;
        var message = status.TryGetProperty("message", out var text) ? text.GetString() : null;
        if (code != Gone)
            return new SliceOutcome(SliceStep.WatchAgain, new SyncError(SyncErrorKind.Unreachable, $"Kubernetes ended the watch with {code}: {Short(message)}"));
        ListAgain();
        return new SliceOutcome(SliceStep.ListAgain);
    }

    // What a watch said may have been only half understood: everything is listed again.
    private SliceOutcome Distrust(SyncError error)
    {
        ListAgain();
        return new SliceOutcome(SliceStep.ListAgain, error);
    }

    private SyncError? Put(Dictionary<string, PeerEndpoint[]> slices, JsonElement slice)
    {
        slices[NameOf(slice)] = SliceReader.Read(slice, portName);
        return slices.Count <= MaximumSlices ? null
            : new SyncError(SyncErrorKind.LimitExceeded, $"the service has more than {MaximumSlices} EndpointSlices: name a narrower service");
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement list) =>
        list.GetProperty("items") is { ValueKind: not JsonValueKind.Null } items ? items.EnumerateArray() : default;

    private static string NameOf(JsonElement slice) => slice.GetProperty("metadata").GetProperty("name").GetString() ?? throw new FormatException("a slice has no name");

    // An empty version would mean "any" to the server, and a watch from there would miss what changed meanwhile.
    private static (string Version, string? Next) PlaceOf(JsonElement metadata) => (
        metadata.GetProperty("resourceVersion").GetString() is { Length: > 0 } version ? version : throw new FormatException("the list has no resourceVersion"),
        metadata.TryGetProperty("continue", out var next) && next.GetString() is { Length: > 0 } token ? token : null);

    private static string Short(string? message) => message is null ? "it does not say why" : message.Length <= 200 ? message : $"{message[..200]}...";

    /// <summary>What reading JSON throws when it is not JSON, or not of the shape that is read.</summary>
    private static bool IsWrongShape(Exception e) => e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException;
}

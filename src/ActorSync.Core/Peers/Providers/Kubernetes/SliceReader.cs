using System.Text.Json;

namespace ActorSync.Peers.Providers.Kubernetes;

/// <summary>The peers of one EndpointSlice: the addresses that are ready, with the port that was asked for.</summary>
internal static class SliceReader
{
    /// <exception cref="InvalidOperationException">The JSON is not of that shape, as is a KeyNotFoundException.</exception>
    public static PeerEndpoint[] Read(JsonElement slice, string? portName)
    {
        int? port = null;
        if (portName is not null && !TryPort(slice, portName, out port))
            return [];
        // Without any address the list is null.
        if (!slice.TryGetProperty("endpoints", out var endpoints) || endpoints.ValueKind == JsonValueKind.Null)
            return [];
        return
        [
            .. from endpoint in endpoints.EnumerateArray()
               where IsReady(endpoint)
               from address in endpoint.GetProperty("addresses").EnumerateArray()
               let peer = PeerEndpoint.Of(address.GetString() ?? "", port)
               where peer is not null
               select peer,
        ];
    }

    /// <summary>Whether the slice has the port; one without a number means any port, which is none that could be dialed.</summary>
    private static bool TryPort(JsonElement slice, string name, out int? port)
    {
        port = null;
        if (!slice.TryGetProperty("ports", out var ports) || ports.ValueKind == JsonValueKind.Null)
            return false;
        foreach (var one in ports.EnumerateArray())
        {
            var called = one.TryGetProperty("name", out var text) ? text.GetString() ?? "" : "";
            if (called != name || IsOtherThanTcp(one))
                continue;
            port = one.TryGetProperty("port", out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var some) && some is > 0 and <= ushort.MaxValue ? some : null;
            return port is not null;
        }
        return false;
    }

    private static bool IsOtherThanTcp(JsonElement port) =>
        port.TryGetProperty("protocol", out var protocol) && protocol.ValueKind == JsonValueKind.String && protocol.GetString() != "TCP";

    // What is not said counts as ready; what is about to end does not, whatever else is said of it.
    private static bool IsReady(JsonElement endpoint)
    {
        if (!endpoint.TryGetProperty("conditions", out var conditions) || conditions.ValueKind != JsonValueKind.Object)
            return true;
        return !Is(conditions, "ready", JsonValueKind.False) && !Is(conditions, "terminating", JsonValueKind.True);
    }

    private static bool Is(JsonElement conditions, string name, JsonValueKind kind) => conditions.TryGetProperty(name, out var value) && value.ValueKind == kind;
}

using System.Buffers;
using System.Text;
using System.Text.Json;
using ActorSync.Peers;
using ActorSync.States;

namespace ActorSync.Membership;

/// <summary>
/// A member as an entry of the reserved state: the key is <c>node/</c> and the node id, the value
/// <c>{"incarnation":1760000000000,"endpoints":["10.0.0.1:7400"],"roles":["sync"],
/// "placement":"replication=2,holders=any,stores=2"}</c>; the placement may be left out.
/// </summary>
public static class MemberEntry
{
    /// <summary>Bytes of an endpoint, and of a role.</summary>
    public const int EndpointBytes = 256;

    /// <inheritdoc cref="EndpointBytes"/>
    public const int RoleBytes = 64;

    /// <summary>Bytes of how a member places graphs.</summary>
    public const int PlacementBytes = 128;

    private const string Prefix = "node/";

    public static string KeyOf(NodeId node) => Prefix + node;

    /// <summary>Whose entry it is; false for a key that is none of a member.</summary>
    public static bool TryParseKey(string key, out NodeId node)
    {
        node = default;
        return key.StartsWith(Prefix, StringComparison.Ordinal) && NodeId.TryParse(key[Prefix.Length..], out node) && key == KeyOf(node);
    }

    /// <summary>Why a node cannot announce itself so; null when it can.</summary>
    public static SyncError? Refusal(IReadOnlyList<string> endpoints, IReadOnlyList<string> roles, MembershipSettings settings)
    {
        if (endpoints.Count > settings.EndpointsMost || roles.Count > settings.RolesMost)
            return Invalid($"a member has at most {settings.EndpointsMost} endpoints and {settings.RolesMost} roles, not {endpoints.Count} and {roles.Count}");
        if (endpoints.FirstOrDefault(endpoint => !IsWord(endpoint, EndpointBytes)) is { } badEndpoint)
            return Invalid($"an endpoint has 1 to {EndpointBytes} characters, no blanks: \"{badEndpoint}\"");
        if (roles.FirstOrDefault(role => !IsWord(role, RoleBytes)) is { } badRole)
            return Invalid($"a role has 1 to {RoleBytes} characters, no blanks: \"{badRole}\"");
        return roles.Distinct().Count() < roles.Count ? Invalid("a role is named twice") : null;
    }

    /// <summary>The value of a member's entry.</summary>
    public static ReadOnlyMemory<byte> ValueOf(Member member)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("incarnation", member.Incarnation);
            Write(json, "endpoints", member.Endpoints);
            Write(json, "roles", member.Roles);
            if (member.Placement.Length > 0)
                json.WriteString("placement", member.Placement);
            json.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }

    /// <summary>The member that an entry with a value announces, or why it announces none. Fields that are not known are passed over.</summary>
    public static Result<Member> Read(StateEntry entry, MembershipSettings settings)
    {
        if (!TryParseKey(entry.Key, out var node))
            return Invalid($"the key \"{entry.Key}\" is not {Prefix} and a node id");
        try
        {
            using var json = JsonDocument.Parse(entry.Value);
            var incarnation = json.RootElement.GetProperty("incarnation").GetInt64();
            var endpoints = Texts(json.RootElement.GetProperty("endpoints"));
            string[] roles = [.. Texts(json.RootElement.GetProperty("roles")).Order(StringComparer.Ordinal)];
            var placement = json.RootElement.TryGetProperty("placement", out var told) ? told.GetString() ?? "" : "";
            if (incarnation < 0 || Refusal(endpoints, roles, settings) is not null || placement.Length > 0 && !IsWord(placement, PlacementBytes))
                return Invalid($"the entry of the member {node.ToShortString()} is out of its limits");
            return new Member(node, incarnation, endpoints, roles) { Placement = placement };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            return Invalid($"the entry of the member {node.ToShortString()} cannot be read: {e.Message}");
        }
    }

    private static string[] Texts(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetString() ?? "")];

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    internal static bool IsWord(string text, int most) =>
        text.Length > 0 && StateEntry.IsText(text) && Encoding.UTF8.GetByteCount(text) <= most && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c));

    private static SyncError Invalid(string why) => new(SyncErrorKind.InvalidRequest, why);
}

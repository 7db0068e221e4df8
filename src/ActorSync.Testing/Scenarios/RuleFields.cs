using System.Text.Json;

namespace ActorSync.Testing.Scenarios;

/// <summary>The fields of one rule. The first that cannot be read is kept as the error; null stands for a field left out.</summary>
internal sealed class RuleFields(JsonElement json)
{
    private readonly HashSet<string> _known = [];

    public string? Error { get; private set; }

    public ulong Number(string name, ulong most = ulong.MaxValue) => OptionalNumber(name, most) ?? Missing<ulong>(name);

    public ulong Number(string name, ulong most, ulong otherwise) => OptionalNumber(name, most) ?? otherwise;

    public ulong? OptionalNumber(string name, ulong most = ulong.MaxValue) => Find(name) is { } field ? ToNumber(field, name, most) : null;

    /// <summary>A number within bounds.</summary>
    public ulong Between(string name, ulong least, ulong most, ulong otherwise)
    {
        var number = Number(name, most, otherwise);
        if (number < least)
            Fail($"{name} is no whole number from {least} to {most}");
        return number;
    }

    /// <summary>A field that was not asked for is an error.</summary>
    public void AllowNoOthers()
    {
        if (json.ValueKind == JsonValueKind.Object && json.EnumerateObject().FirstOrDefault(field => !_known.Contains(field.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } other)
            Fail($"{other.Name} is no field of it: it has {(_known.Count == 0 ? "none" : string.Join(", ", _known))}");
    }

    /// <summary>Whether the field is there.</summary>
    public bool Has(string name) => Find(name) is not null;

    public bool Flag(string name) => OptionalFlag(name) ?? Missing<bool>(name);

    public bool Flag(string name, bool otherwise) => OptionalFlag(name) ?? otherwise;

    public IReadOnlyList<ulong> Numbers(string name)
    {
        if (Find(name) is { ValueKind: JsonValueKind.Array } field)
            return [.. field.EnumerateArray().Select(item => ToNumber(item, name, ulong.MaxValue))];
        Fail($"{name} is missing or no list of numbers");
        return [];
    }

    public string? Text(string name) => Find(name) is { ValueKind: JsonValueKind.String } field ? field.GetString() : null;

    /// <summary>An object with one key, which says what it is; or that key alone.</summary>
    public (string Key, RuleFields Fields) Choice(string name)
    {
        if (Find(name) is not { } field)
            Fail($"{name} is missing");
        else if (field.ValueKind == JsonValueKind.String)
            return (field.GetString()!, new RuleFields(default));
        else if (field.ValueKind == JsonValueKind.Object && field.GetPropertyCount() == 1)
            return (field.EnumerateObject().First().Name, new RuleFields(field.EnumerateObject().First().Value));
        else
            Fail($"{name} is no object of one key");
        return ("", new RuleFields(default));
    }

    public void Fail(string why) => Error ??= why;

    /// <summary>A number that stands alone.</summary>
    public static RuleFields Alone(JsonElement value, out ulong number)
    {
        var fields = new RuleFields(default);
        number = fields.ToNumber(value, "the value", ulong.MaxValue);
        return fields;
    }

    public bool? OptionalFlag(string name)
    {
        if (Find(name) is not { } field)
            return null;
        if (field.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            Fail($"{name} is neither true nor false");
        return field.ValueKind == JsonValueKind.True;
    }

    private ulong ToNumber(JsonElement field, string name, ulong most)
    {
        if (field.ValueKind == JsonValueKind.Number && field.TryGetUInt64(out var number) && number <= most)
            return number;
        Fail($"{name} is no whole number from 0 to {most}");
        return 0;
    }

    private JsonElement? Find(string name)
    {
        _known.Add(name);
        return json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var field) && field.ValueKind != JsonValueKind.Null ? field : null;
    }

    private T Missing<T>(string name)
        where T : struct
    {
        Fail($"{name} is missing");
        return default;
    }
}

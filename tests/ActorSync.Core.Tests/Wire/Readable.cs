using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using ActorSync.Graphs;
using ActorSync.States;
using ActorSync.Wire;

namespace ActorSync.Core.Tests.Wire;

/// <summary>
/// A message, or commands, as lines of text: every field of the records, found by reflection, so that two messages with
/// the same text are the same and no field can be forgotten.
/// </summary>
internal static class Readable
{
    public static string Of(SyncMessage message)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{message.Type} ({(byte)message.Type})\n");
        AppendFields(text, message, "  ");
        return text.ToString();
    }

    public static string Of(IReadOnlyList<Command> commands)
    {
        var text = new StringBuilder();
        for (var i = 0; i < commands.Count; i++)
            AppendCommand(text, i, commands[i], "");
        return text.ToString();
    }

    private static void AppendFields(StringBuilder text, object record, string indent)
    {
        foreach (var property in record.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
            if (property.Name != nameof(SyncMessage.Type))
                AppendField(text, property.Name, property.GetValue(record), indent);
    }

    private static void AppendField(StringBuilder text, string name, object? value, string indent)
    {
        switch (value)
        {
            case CommandBlock block:
                text.Append(CultureInfo.InvariantCulture, $"{indent}{name}: {block.Bytes.Length} bytes\n");
                var commands = block.Decode(WireLimits.Default, follows: block.IsShort ? GoldenSamples.Milk.Address : null).Value;
                for (var i = 0; i < commands.Count; i++)
                    AppendCommand(text, i, commands[i], indent + "  ");
                break;
            case IReadOnlyList<bool> bits:
                text.Append(CultureInfo.InvariantCulture, $"{indent}{name}: {bits.Count} bits");
                text.Append(bits.Count == 0 ? "\n" : $" {string.Concat(bits.Select(bit => bit ? '1' : '0'))}\n");
                break;
            case IList list:
                text.Append(CultureInfo.InvariantCulture, $"{indent}{name}: {list.Count}\n");
                for (var i = 0; i < list.Count; i++)
                    AppendField(text, $"[{i}]", list[i], indent + "  ");
                break;
            case Sample or SubscribeGraph or NumberedGraph or SubscribedGraph or StateRangeContent:
                text.Append(CultureInfo.InvariantCulture, $"{indent}{name}:\n");
                AppendFields(text, value, indent + "  ");
                break;
            case UInt128 number:
                text.Append(CultureInfo.InvariantCulture, $"{indent}{name}: {number:x32}\n");
                break;
            case StateRange range:
                text.Append(CultureInfo.InvariantCulture, $"{indent}{name}: depth {range.Depth}, index {range.Index}\n");
                break;
            case Address address:
                text.Append(CultureInfo.InvariantCulture, $"{indent}{name}: {Full(address)}\n");
                break;
            default:
                text.Append(CultureInfo.InvariantCulture, $"{indent}{name}: {value ?? "none"}\n");
                break;
        }
    }

    private static void AppendCommand(StringBuilder text, int index, Command command, string indent)
    {
        text.Append(CultureInfo.InvariantCulture, $"{indent}command {index}: {Full(command.Address)}\n");
        text.Append(CultureInfo.InvariantCulture, $"{indent}  prior: {Of(command.Prior)}\n");
        text.Append(CultureInfo.InvariantCulture, $"{indent}  priority: {command.Priority}\n");
        text.Append($"{indent}  payload: {command.Payload.Length} bytes {Convert.ToHexStringLower(command.Payload.Span)}".TrimEnd()).Append('\n');
    }

    private static string Of(Prior prior) => prior.Kind switch
    {
        PriorKind.None => "none",
        PriorKind.Single => Full(prior.Left),
        _ => $"{Full(prior.Left)} and {Full(prior.Right)}",
    };

    private static string Full(Address address) => $"{address.Id}@{address.MaxCut}";
}

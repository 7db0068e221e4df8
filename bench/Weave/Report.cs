using System.Text.Json;

namespace ActorSync.Bench;

/// <summary>Prints what was measured: a sentence each, or one JSON object a line.</summary>
internal sealed class Report(bool json)
{
    public void Line(string what, params (string Name, object Value)[] values) => Console.WriteLine(json
        ? JsonSerializer.Serialize(values.Prepend(("case", what)).ToDictionary(value => value.Item1, value => value.Item2))
        : $"{what}: {string.Join(", ", values.Select(value => $"{value.Name} {Show(value.Value)}"))}");

    /// <summary>Says whether a ratio is within its bar; the exit code.</summary>
    public int Bar(string what, double ratio, double most)
    {
        Line(what, ("ratio", ratio), ("bar", most), ("met", ratio <= most));
        return ratio <= most ? 0 : 1;
    }

    private static string Show(object value) => value switch
    {
        double number => number.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture),
        bool holds => holds ? "yes" : "no",
        int or long => $"{value:N0}",
        _ => $"{value}",
    };
}

using System.Globalization;
using System.Text.Json;

namespace ActorSync.Bench.Engines;

/// <summary>One figure of one engine.</summary>
/// <param name="Measure">What was measured.</param>
/// <param name="Unit">The unit of the figures.</param>
/// <param name="Median">Of the runs.</param>
/// <param name="Min">The least of the runs.</param>
/// <param name="Max">The most of the runs.</param>
/// <param name="Cpu">CPU time of the whole process for one operation, the median of the runs; in microseconds.</param>
internal sealed record Row(string Measure, string Unit, double Median, double Min, double Max, double Cpu);

/// <summary>What one build measured: a table for people, a file for programs.</summary>
internal sealed record Sheet(string Engine)
{
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public List<Row> Rows { get; init; } = [];

    public static Sheet? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Sheet>(File.ReadAllText(path), Form) ?? throw new JsonException("it is empty");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"{path}: {e.Message}");
            return null;
        }
    }

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Form) + "\n");

    public void Print() => Print(
        [$"{Engine}", "unit", "median", "min", "max", "CPU µs each"],
        Rows.Select(row => (string[])[row.Measure, row.Unit, Number(row.Median), Number(row.Min), Number(row.Max), Number(row.Cpu)]));

    /// <summary>What both have measured, beside each other, and the other's divided by the one's.</summary>
    public static void Compare(Sheet one, Sheet other) => Print(
        ["measure", "unit", one.Engine, other.Engine, "ratio", $"CPU µs each, {one.Engine}", other.Engine, "ratio"],
        one.Rows.Join(other.Rows, row => (row.Measure, row.Unit), row => (row.Measure, row.Unit), (mine, theirs) => (string[])
        [
            mine.Measure, mine.Unit, Number(mine.Median), Number(theirs.Median), Number(theirs.Median / mine.Median),
            Number(mine.Cpu), Number(theirs.Cpu), Number(theirs.Cpu / mine.Cpu),
        ]));

    private static void Print(string[] head, IEnumerable<string[]> rows)
    {
        string[][] lines = [head, .. rows];
        var widths = head.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        for (var i = 0; i < lines.Length; i++)
        {
            Console.WriteLine($"| {string.Join(" | ", lines[i].Select((cell, column) => cell.PadRight(widths[column])))} |");
            if (i == 0)
                Console.WriteLine($"| {string.Join(" | ", widths.Select(width => new string('-', width)))} |");
        }
    }

    private static string Number(double value) => value.ToString(Math.Abs(value) switch { >= 1000 => "#,0", >= 100 => "0", >= 10 => "0.0", _ => "0.00" }, CultureInfo.InvariantCulture);
}

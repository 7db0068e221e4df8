using System.Globalization;
using System.Text.Json;

namespace ActorSync.Bench.SideBySide.Results;

/// <summary>Shows the rows as a table for people and writes them as a file for programs.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void Write(IReadOnlyList<Row> rows, string path) => File.WriteAllText(path, JsonSerializer.Serialize(rows, Form) + "\n");

    public static void Print(IReadOnlyList<Row> rows)
    {
        string[] head = ["measure", "unit", "peer", "median", "min", "max", "ours / peer", "bar", "met"];
        string[][] lines = [head, [.. head.Select(_ => "---")], .. rows.Select(Cells)];
        var widths = head.Select((_, column) => lines.Where(line => line[column] != "---").Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
            Console.WriteLine($"| {string.Join(" | ", line.Select((cell, column) => cell == "---" ? new string('-', widths[column]) : cell.PadRight(widths[column])))} |");
    }

    private static string[] Cells(Row row) =>
    [
        row.Measure, row.Unit, row.Peer, Number(row.Median), Number(row.Min), Number(row.Max),
        row.Ratio is { } ratio ? Number(ratio) : "", row.Bar ?? "", row.Met switch { true => "yes", false => "NO", null => "" },
    ];

    private static string Number(double value) => Math.Abs(value) switch
    {
        >= 1000 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.###", CultureInfo.InvariantCulture),
    };
}

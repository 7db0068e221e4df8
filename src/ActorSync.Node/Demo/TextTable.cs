namespace ActorSync.Node.Demo;

/// <summary>Rows of cells as lines, each column as wide as its widest cell.</summary>
internal static class TextTable
{
    /// <param name="rows">The rows, all of the same length.</param>
    /// <param name="leftColumns">So many columns begin at their left edges; in the others, which are numbers, the right edges are aligned.</param>
    public static List<string> Of(IReadOnlyList<string[]> rows, int leftColumns)
    {
        var widths = rows[0].Select((_, i) => rows.Max(row => row[i].Length)).ToArray();
        return [.. rows.Select(row => string.Join("  ", row.Select((cell, i) => i < leftColumns ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))).TrimEnd())];
    }
}
